// The window: menu bar, tabs, the page's own grid, what is running, and light or dark.
import { formPath, get, post } from "./api.js";
import { tell } from "./dialog.js";
import { startEvents, watchAll } from "./events.js";
import { openForm, refreshForms } from "./form.js";
import { startMenubar } from "./menubar.js";
import { Panel } from "./panel.js";

const pageGrid = document.getElementById("page-grid");
let panel = null;

function look(name) {
  localStorage.setItem("look", name);
  name === "system" ? delete document.documentElement.dataset.look : (document.documentElement.dataset.look = name);
}

function pick(item) {
  if (item.form) openForm(item.form, {}, refresh);
  else if (item.page) location.assign(item.page);
  else if (item.command === "csv") panel?.download();
  else if (item.command?.startsWith("look:")) look(item.command.slice(5));
}

const refresh = (changed) => changed && panel?.load(true);

// The rows were asked for in the page's head; where that went wrong, they are asked for again, and the reason is told.
async function showPlace() {
  const opened = await get(document.querySelector("link[as=fetch]").href).catch(() => null);
  const description = opened?.description ?? (await post(formPath(pageGrid.dataset.form, "open")));
  const answer = { ...description.answer, token: description.token };
  panel = new Panel(description, answer, {
    open: (form, body) => openForm(form, body, refresh),
    perform: () => {},
    called: () => panel.load(true),
    rejected: () => {},
    rows: () => {},
    selected: () => {},
    ended: () => {},
    follow: (link) => {
      Object.assign(answer, link.answer);
      panel.search.value = answer.search ?? "";
      panel.load();
    },
  });
  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(panel.tools);
  pageGrid.replaceChildren(tools, panel.element);
  opened ? panel.begin(opened.state) : await panel.load();
}

// Tab lists: arrows move, Enter follows the link.
for (const list of document.querySelectorAll("[role=tablist]")) {
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.children];
    const at = tabs.indexOf(document.activeElement);
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    tabs.at(moves[event.key] % tabs.length).focus();
  });
}

async function showStates() {
  for (const state of document.querySelectorAll(".state[data-form]:not([data-form=''])")) {
    const form = await post(formPath(state.dataset.form, "open")).catch(() => ({}));
    state.textContent = [state.textContent.split(":")[0], form.subtitle].filter(Boolean).join(": ");
    state.classList.toggle("works", Boolean(form.subtitle) && !form.unavailable);
  }
}

function watchRuns() {
  const button = document.querySelector(".running");
  const forms = new Map();
  const name = async (task) => {
    if (!forms.has(task)) for (const each of await get("/api/tasks")) forms.set(each.task, each.form);
    return forms.get(task);
  };
  button.addEventListener("click", () => openForm(button.dataset.form, {}, refresh));
  watchAll(async (change) => {
    for (const part of change.tasks) {
      button.dataset.form = (await name(part.task)) ?? "";
      button.hidden = Boolean(part.summary) || !button.dataset.form;
      if (part.progress?.total) button.textContent = `Running: ${part.progress.done} of ${part.progress.total}`;
      if (part.summary) panel?.load(true);
    }
    if (change.lost) panel?.load(true);
    if (change.others.length) refreshForms(), showStates();
  });
}

look(localStorage.getItem("look") ?? "system");
startMenubar(document.querySelector("[role=menubar]"), pick);
watchRuns();
startEvents();
showPlace().catch(tell).finally(showStates);
