// A form as a dialog, drawn from its description: fields, actions, notices, and a grid when it has one.
// @ts-check
/** @import {ActResult, Action, Answer, AskedText, Cell, Description, Field, FormLink, FormRequest, Notice, Picked, Problem, RunSummary} from "./types.d.ts" */
import { formPath, make, newId, post } from "./api.js";
import { useDates } from "./dates.js";
import { ask, tell, topDialog } from "./dialog.js";
import { Fields } from "./fields.js";
import { FormActs } from "./form_acts.js";
import { asksForHelp, showHelp } from "./help.js";
import { fillNotice, openAddress } from "./notice.js";
import { Panel } from "./panel.js";
import { waiting } from "./waits.js";
import { drawAddins, drawSections } from "./sections.js";
import { keepForReload, takeKept } from "./windows/reopen.js";
import { FormWindow } from "./windows/window.js";

/** @type {Map<string, Form>} */
const open = new Map();

/** Opens a form. body: {} | {snapshot, ranges} (a selection) | {request} | {answer}. @param {string} id @param {object} body @param {(changed: boolean) => unknown} closed */
export const openForm = (id, body = {}, closed = () => {}) => draw(id, body, () => Object.assign(open.get(id) ?? new Form(id, closed), { body }));

/** Opens what stood open when the page was loaded again, each above the one that led to it. @param {(changed: boolean) => unknown} closed */
export async function reopenForms(closed) {
  for (const { id, body } of takeKept()) {
    const below = [...open.values()].at(-1);
    await (below ? below.openOther(id, body) : openForm(id, body, closed));
    Object.assign(open.get(id) ?? {}, { reopened: true });
  }
}
keepForReload(() => [...open.values()].map((form) => form.reopening));

/** @param {string} id @param {object} body @param {() => Form | null} find @param {boolean} keeps the rows that are picked */
async function draw(id, body, find, keeps = false) {
  try {
    const description = await waiting(post(formPath(id, "open"), body));
    useDates(description.dates);
    const form = find();
    await form?.show(description, keeps);
    return form;
  } catch (problem) {
    return tell(/** @type {Problem} */ (problem));
  }
}

// Opens every open form's description again: something outside has changed, such as a sign-in.
export const refreshForms = () => [...open.values()].forEach((form) => form.refresh());

export class Form {
  /** @type {Panel | null} */
  panel = null;
  /** @type {Map<Action, HTMLButtonElement>} */
  buttons = new Map();
  /** @type {Answer} */
  answer = {};
  /** What it was opened with last. @type {object} */
  body = {};
  /** The answer as it was last saved, as text. */
  saved = "";

  /** What the rows say of themselves; shown until rows that say nothing come. @type {Notice | null | undefined} */
  ofRows = null;
  /** What was typed into the search while the form was fetched anew. @type {string | undefined} */
  typed;
  changed = false;
  busy = false;
  closing = false;
  /** Whether a reload opened it: without a press of a person, a browser takes such windows for one, and Esc closes them all. */
  reopened = false;
  over = false;
  count = 0;
  /** The records that led to the one that is shown, and that one. @type {string[]} */
  trail = [];

  /** @param {string} id @param {(changed: boolean) => unknown} closed */
  constructor(id, closed) {
    this.id = id;
    this.closed = closed;
    this.acts = new FormActs(this);
    this.description = /** @type {Description} */ ({});
    this.notice = make("div", {});
    this.fields = new Fields(id, [], {}, () => {});
    const heading = newId("title");
    this.title = make("h2", { id: heading });
    this.content = make("div", { class: "content" });
    const close = make("button", { type: "button", "aria-label": "Close", text: "✕", onclick: () => this.#close() });
    const help = make("button", { type: "button", "aria-label": "Help", title: "Keys, and the guide's page about this form (?)", text: "?", onclick: () => this.#help() });
    const bar = make("div", { class: "heading" }, this.title);
    this.dialog = make("dialog", { class: "form", "aria-labelledby": heading }, bar, this.content);
    this.window = new FormWindow(this.dialog, bar, id);
    bar.append(make("span", { class: "controls" }, help, this.window.button, close));
    this.dialog.addEventListener("cancel", (event) => this.#unsaved && (event.preventDefault(), this.#close()));
    this.dialog.addEventListener("keydown", (event) => asksForHelp(event) && this.dialog === topDialog() && (event.preventDefault(), this.#help()));
    this.dialog.addEventListener("keydown", (event) => this.#escaped(event) && (event.preventDefault(), this.#close()));
    this.dialog.addEventListener("close", () => this.#closed());
    (topDialog() ?? /** @type {HTMLElement} */ (document.querySelector("main"))).append(this.dialog);
    open.set(id, this);
  }

  /** @param {Description} description @param {boolean} keeps the rows that are picked, and the one a person is on */
  async show(description, keeps) {
    const [typed, typing] = [this.typed, Boolean(this.panel?.search?.matches(":focus"))];
    const inRows = Boolean(this.panel?.element.contains(document.activeElement)); // on a row, or on a button that its message offers
    const kept = keeps && this.description.subtitle === description.subtitle ? this.panel?.grid.kept : undefined; // of one company, not of the one before
    this.panel?.leave();
    Object.assign(this, { description, panel: null, typed: undefined, answer: { ...description.answer, token: description.token, ...(typed !== undefined && { search: typed }) } });
    this.title.replaceChildren(description.title, description.subtitle ? make("span", { class: "subtitle", text: ` — ${description.subtitle}` }) : "");
    this.dialog.classList.toggle("full", Boolean(description.columns));
    this.content.classList.toggle("stacked", !description.columns);
    this.#build();
    this.panel?.grid.keepLater(kept);
    if (inRows) this.panel?.grid.element.focus();
    if (typing) this.panel?.search?.focus();
    if (typing) this.panel?.search?.setSelectionRange(-1, -1);
    const opens = !this.dialog.open;
    if (opens) this.dialog.showModal();
    const given = opens ? document.activeElement : null; // by the browser; wherever else the focus is, somebody put it
    if (description.warning) await ask(description.warning.title, description.warning.text);
    if (this.panel) await (description.running ? this.panel.attach(description.running) : this.panel.load());
    if (description.running) this.running(true, true);
    if ([given, document.body].includes(document.activeElement)) this.#focusFirst();
  }

  /** Draws this form anew because something outside has changed, with what a person ticked in it; a sign-in leads to what is next. */
  async refresh() {
    if (this.busy) return;
    const before = this.description.leads_to?.form;
    await this.again(this.panel ? { answer: this.answer } : {}, true);
    const next = this.description.leads_to;
    if (next?.form && next.form !== before && open.get(this.id) === this) await this.#follow(next);
  }

  /** Draws this form anew; closed while its description was fetched, it stays closed, and what was typed into the search meanwhile stays. @param {object} body @param {boolean} keeps the rows that are picked, and the one a person is on */
  again(body = {}, keeps = false) {
    const find = () => {
      this.typed = this.panel?.search?.value;
      return open.get(this.id) === this ? this : null;
    };
    return draw(this.id, body, find, keeps);
  }

  #build() {
    const { description } = this;
    this.notice = make("div", { class: "notice", "aria-live": "polite", hidden: true });
    this.fields = new Fields(this.id, description.fields, this.answer, (field) => this.#fieldChanged(field));
    this.answer = this.fields.values;
    this.saved = JSON.stringify(this.answer);
    this.buttons = new Map();
    if (description.columns) this.panel = this.#makePanel();
    const actions = make("div", { class: "actions" }, ...this.#selectButtons(), ...description.actions.map((action) => this.#button(action)));
    const tools = make("div", { class: "tools" }, this.fields.element, this.panel?.tools, actions);
    const plain = !description.columns && !description.fields.length && !description.actions.length;
    const parts = this.panel ? [tools, this.notice, this.panel.element] : plain ? [this.notice] : [this.notice, tools];
    this.content.replaceChildren(...parts);
    this.dialog.classList.toggle("note", plain && !description.sections);
    this.#showSections();
    this.say(description.unavailable ? { ...description.unavailable, level: "warning" } : description.notice);
    if (description.unavailable) for (const button of this.buttons.values()) button.disabled = true;
    this.#enable(0);
  }

  /** A record's own sections, and those of add-ins; the window leads back to the records that led to this one. */
  #showSections() {
    const { record, sections } = this.description;
    this.dialog.classList.toggle("of-record", Boolean(sections?.length));
    this.content.classList.toggle("record", Boolean(sections?.length));
    if (!record || !sections) return;
    this.trail = this.trail.at(-2) === record ? this.trail.slice(0, -1) : [...this.trail, record].filter((each, index, all) => each !== all[index - 1]);
    const before = this.trail.at(-2);
    const openOther = (/** @type {string} */ form, /** @type {{request: FormRequest}} */ body) => this.openOther(form, body);
    const back = before && make("button", { type: "button", class: "link", text: "‹ Back", onclick: () => openOther(this.id, { request: { selection: [before] } }) });
    this.content.append(...(back ? [back] : []), ...drawSections(sections, openOther), drawAddins(record, openOther));
  }

  /** How it is opened again: a list with what its filters hold, anything else as it was opened; what was typed there is not written down. */
  get reopening() {
    return { id: this.id, body: this.panel ? { answer: this.answer } : this.body };
  }

  /** @param {KeyboardEvent} event */
  #escaped(event) {
    return this.reopened && event.key === "Escape" && !event.defaultPrevented && this.dialog === topDialog();
  }

  #help() {
    return showHelp(this.description.title, this.description.help_url);
  }

  /** What would be lost: fields of a form that has no list, or choices in rows that were not carried out. */
  get #unsaved() {
    if (this.panel) return Object.keys(this.panel.edits.values).length > 0;
    return this.description.fields?.length > 0 && JSON.stringify(this.answer) !== this.saved;
  }

  /** Closes; pressed while what was changed is being saved, once that has ended. */
  async #close() {
    if (this.#unsaved && this.acts.acting && !this.closing) {
      this.closing = true;
      await this.acts.acting;
      this.closing = false;
      if (!this.dialog.open) return;
    }
    const [stay, go] = ["Go on Editing", "Close without Saving"];
    const words = this.panel ? "Something was chosen in rows that were not sent since. Closing drops it." : "What was changed in this window is not saved.";
    if (this.#unsaved && (await ask("Not saved", words, [stay, go])) !== go) return;
    this.dialog.close();
  }

  #makePanel() {
    return new Panel(this.description, this.answer, {
      open: (form, body) => this.openOther(form, body),
      perform: (action, ranges, edits) => this.acts.perform(action, ranges && { snapshot: this.panel?.token ?? null, ranges }, edits),
      called: (result) => this.settle(result),
      rejected: (answer) => this.#reject(answer.rejected, answer.notice),
      rows: (state) => (this.fields.reject({}), (state.notice || this.ofRows) && this.say((this.ofRows = state.notice))),
      selected: (count) => this.#enable(count),
      ended: (summary) => this.#ended(summary),
      follow: (link) => this.#follow(link),
      unfinished: () => this.fields.unfinished.size > 0,
    });
  }

  #selectButtons() {
    if (!this.panel || !this.description.actions.some((action) => action.needs === "selection")) return [];
    const select = (/** @type {boolean} */ on) => this.panel?.grid.selectAll(on);
    return [["Select All", true], ["Select None", false]].map(([text, on]) => make("button", { type: "button", class: "push", text, onclick: () => select(Boolean(on)) }));
  }

  /** @param {Action} action */
  #button(action) {
    const kind = action.primary ? "push primary" : "push";
    const button = make("button", { type: "button", class: kind, text: action.label, title: action.disabled ?? action.tooltip, onclick: () => this.acts.perform(action) });
    this.buttons.set(action, button);
    return button;
  }

  /** @param {number} count */
  #enable(count) {
    this.count = count;
    for (const [action, button] of this.buttons) {
      const blocked = action.disabled || this.busy || this.fields.unfinished.size > 0 || this.description.unavailable || (action.needs === "selection" && !count);
      button.disabled = Boolean(blocked);
    }
  }

  /** While a run goes on, its rows stay: what would fetch others waits for its end. @param {boolean} busy */
  running(busy, run = false) {
    this.busy = busy;
    const why = run ? "Not while the run goes on" : "";
    this.fields.hold(why);
    this.panel?.hold(why);
    for (const link of this.notice.querySelectorAll("button")) Object.assign(link, { disabled: Boolean(why), title: why });
    this.#enable(this.count);
  }

  /** @param {Field} field */
  #fieldChanged(field) {
    this.#enable(this.count);
    if (field.refilters && this.panel) this.panel.load();
  }

  /** @param {ActResult} result */
  async settle(result) {
    this.changed ||= !result.open_url; // an address is only shown; of what is done there, such as a sign-in, all forms are told
    this.fields.reject({});
    useDates(result.dates);
    if (result.rejected) return this.#reject(result.rejected, { text: result.notice ?? "", level: result.level });
    if (result.rows) this.panel?.amend(result.rows);
    if (result.notice && !result.reload) this.say({ text: result.notice, level: result.level });
    if (result.save?.startsWith("/api/")) make("a", { href: result.save, download: "" }).click();
    if (result.open_url) openAddress(result.open_url, this.notice);
    if (result.reload) await this.again({ answer: this.answer }).then(() => result.notice && this.say({ text: result.notice, level: result.level }));
    if (result.form && result.form !== this.id) this.openOther(result.form, { request: result.request ?? {} });
  }

  /** @param {Record<string, string>} fields @param {Notice} [notice] */
  #reject(fields, notice) {
    const rest = this.fields.reject(fields);
    if (rest.length) this.say({ text: rest.join(" "), level: "warning" });
    else if (notice?.text) this.say(notice);
  }

  /** @param {RunSummary} summary */
  #ended(summary) {
    this.changed = true;
    this.running(false);
    if (summary.reload) this.#describe();
    if (this.description.running) this.say(null); // who started it, when it was not this window
    if (summary.rejected) this.#reject(summary.rejected);
    else if (summary.level === "error" || !summary.counts) {
      this.say({ text: summary.text ?? summary.notice ?? "", level: summary.level });
      this.over = true;
    }
  }

  /** Shows fields and buttons as they are described now, for a run has changed what they count; its rows were told. */
  async #describe() {
    /** @type {Description | null} */
    const found = await post(formPath(this.id, "open"), { answer: this.answer }).catch(() => null);
    if (!found || open.get(this.id) !== this) return;
    this.fields.relabel(found.fields);
    for (const [action, button] of this.buttons) {
      const now = found.actions.find((each) => each.id === action.id);
      if (now) button.textContent = now.label ?? "";
      if (now) Object.assign(action, { label: now.label, disabled: now.disabled });
    }
    this.#enable(this.count);
  }

  /** Shows a notice; its link opens this form again with a request, another form, or changes the answer. @param {Notice | null | undefined} notice */
  say(notice) {
    this.over = false;
    fillNotice(this.notice, notice, (link) => this.#follow(link));
    if (!this.panel && notice?.text && this.dialog.open) this.notice.scrollIntoView({ block: "nearest" });
  }

  /** @param {FormLink} link */
  #follow(link) {
    if (link.form) return this.openOther(link.form, { request: link.request ?? {} });
    if (link.request) return this.again({ request: link.request });
    this.fields.set(link.answer ?? {});
    if (this.panel?.search && "search" in (link.answer ?? {})) this.panel.search.value = link.answer?.search;
    return this.panel?.load();
  }

  /** @param {string} form @param {object} body */
  openOther(form, body) {
    const closed = (/** @type {boolean} */ changed) => {
      if (!changed || this.busy) return;
      this.description.unavailable || this.description.reopens || !this.panel ? this.again({ answer: this.answer }, true) : this.panel.load(true);
    };
    return openForm(form, body, closed);
  }

  #focusFirst() {
    if (this.dialog !== topDialog() || this.content.contains(document.activeElement)) return;
    /** @type {HTMLElement | null} */
    const first = this.content.querySelector("input:not(:disabled), select, button:not(:disabled)");
    (first ?? this.dialog.querySelector("button"))?.focus();
  }

  /** What opened this form reads its rows again, where this one changed something; of a run that goes on, once it has ended. */
  #closed() {
    const { feed } = this.panel ?? {};
    this.window.leave();
    open.delete(this.id);
    this.dialog.remove();
    if (feed && !feed.over) return feed.outlive(() => this.closed(true));
    this.panel?.leave();
    return this.closed(this.changed);
  }
}
