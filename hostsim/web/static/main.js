// The window: menu bar, tabs, the page's own grid, what is running, and light or dark.
// @ts-check
/** @import {Answer, Description, Item, Light, Task, WindowNote} from "./types.d.ts" */
import { formPath, get, post } from "./api.js";
import { tell } from "./dialog.js";
import { startEvents, watchAll } from "./events.js";
import { openForm, refreshForms, reopenForms } from "./form.js";
import { startMenubar } from "./menubar.js";
import { Notes } from "./notes.js";
import { Panel } from "./panel.js";

/** @param {string} selector @returns {HTMLElement} */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

const pageGrid = find("#page-grid");
/** @type {Panel | null} */
let panel = null;

/** @param {string} name */
function look(name) {
  localStorage.setItem("look", name);
  name === "system" ? delete document.documentElement.dataset.look : (document.documentElement.dataset.look = name);
}

/** @param {Item} item */
function pick(item) {
  if (item.form) openForm(item.form, {}, refresh);
  else if (item.page) location.assign(item.page);
  else if (item.command === "csv") panel?.download();
  else if (item.command?.startsWith("look:")) look(item.command.slice(5));
}

const refresh = (/** @type {boolean} */ changed) => (showLights(), changed && panel?.load(true));

// The rows were asked for in the page's head; where that went wrong, they are asked for again, and the reason is told.
async function showPlace() {
  const opened = await get(/** @type {HTMLLinkElement} */ (find("link[as=fetch]")).href).catch(() => null);
  /** @type {Description} */
  const description = opened?.description ?? (await post(formPath(pageGrid.dataset.form ?? "", "open")));
  /** @type {Answer} */
  const answer = { ...description.answer, token: description.token };
  const shown = new Panel(description, answer, {
    open: (form, body) => openForm(form, body, refresh),
    perform: () => {},
    called: () => shown.load(true),
    rejected: () => {},
    rows: () => {},
    selected: () => {},
    ended: () => {},
    unfinished: () => false,
    follow: (link) => {
      Object.assign(answer, link.answer);
      if (shown.search) shown.search.value = answer.search ?? "";
      shown.load();
    },
  });
  panel = shown;
  const tools = document.createElement("div");
  tools.className = "tools";
  if (shown.tools) tools.append(shown.tools);
  pageGrid.replaceChildren(tools, shown.element);
  opened ? shown.begin(opened.state) : await shown.load();
}

// Tab lists: arrows move, Enter follows the link.
for (const list of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[role=tablist]"))) {
  list.addEventListener("keydown", (event) => {
    const tabs = /** @type {HTMLElement[]} */ ([...list.children]);
    const at = tabs.findIndex((tab) => tab === document.activeElement);
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    tabs.at(moves[event.key] % tabs.length)?.focus();
  });
}

const notes = new Notes(find(".notes"), (link) => openForm(link.form ?? "", link.request ?? {}, refresh), () => panel?.load(true));
const LOOK_EVERY = 15_000;
const lights = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".state[data-form]:not([data-form=''])")]);

// What cannot be asked is not known: then the light is out, and says nothing.
async function showLights() {
  for (const light of lights) {
    /** @type {{light?: Light, notes?: WindowNote[]}} */
    const { light: state, notes: left } = await post(formPath(light.dataset.form ?? "", "open")).catch(() => ({}));
    light.textContent = [light.dataset.label, state?.label].filter(Boolean).join(": ");
    light.dataset.level = state?.level ?? "off";
    light.title = state?.text ?? "";
    if (left) notes.show(light.dataset.form ?? "", left);
  }
}

function watchLights() {
  for (const light of lights) light.addEventListener("click", () => openForm(light.dataset.form ?? "", {}, refresh).then(showLights));
  setInterval(() => document.hidden || showLights(), LOOK_EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || showLights());
}

function watchRuns() {
  const button = /** @type {HTMLButtonElement} */ (find(".running"));
  /** @type {Map<string, string>} */
  const forms = new Map();
  const name = async (/** @type {string} */ task) => {
    /** @type {() => Promise<Task[]>} */
    const read = () => get("/api/tasks");
    if (!forms.has(task)) for (const each of await read()) forms.set(each.task, each.form);
    return forms.get(task);
  };
  button.addEventListener("click", () => openForm(button.dataset.form ?? "", {}, refresh));
  watchAll(async (change) => {
    for (const part of change.tasks) {
      button.dataset.form = (await name(part.task ?? "")) ?? "";
      button.hidden = Boolean(part.summary) || !button.dataset.form;
      if (part.progress?.total) button.textContent = `Running: ${part.progress.done} of ${part.progress.total}`;
      if (part.summary) panel?.load(true);
    }
    if (change.lost) panel?.load(true);
    if (change.others.length) refreshForms(), showLights();
  });
}

addEventListener("dates", () => panel?.grid.draw(true));
look(localStorage.getItem("look") ?? "system");
startMenubar(find("[role=menubar]"), pick);
watchRuns();
startEvents();
watchLights();
showPlace()
  .then(() => reopenForms(refresh))
  .catch(tell)
  .finally(showLights);
