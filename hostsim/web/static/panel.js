// A grid with all that belongs to it: its rows, search box, message, progress, totals and context menu.
// @ts-check
/** @import {Action, Answer, Column, Description, Empty, Fix, GridState, Item, Measure, Option, PanelEvents, Problem, RejectedState, Row, RowChange, RunSummary, Sort, Task, TaskChange, Why} from "./types.d.ts" */
import { formPath, get, make, newId, post, showMoney } from "./api.js";
import { among, Combobox } from "./combobox.js";
import { tell } from "./dialog.js";
import { Edits } from "./edits.js";
import { watch } from "./events.js";
import { chooseColumns } from "./grid/column_dialog.js";
import { Columns } from "./grid/columns.js";
import { Grid } from "./grid/grid.js";
import { Menu } from "./menu.js";
import { Message } from "./message.js";
import { Outcomes } from "./outcomes.js";
import { countWords, Progress } from "./progress.js";
import { Reasons } from "./reasons.js";
import { waiting } from "./waits.js";
import { recall, remember } from "./windows/remember.js";

const COUNT_AFTER = 400; // milliseconds: while a search is typed, no list of it is counted

/** Whether the row is one of the host's own records. @param {Row | undefined} row */
const isRecord = (row) => /^(payment|credit_memo|invoice|client):\d+$/.test(row?.id ?? "");

export class Panel {
  /** @type {string | null} */
  token = null;
  /** @type {Sort | null} */
  sort = null;
  /** @type {Map<string, RowChange>} */
  pending = new Map();
  /** @type {Map<string, RowChange>} */
  heard = new Map();
  /** @type {Partial<TaskChange>} */
  since = {};
  /** @type {Measure | undefined} */
  newest = undefined;
  /** @type {HTMLInputElement | null} */
  search = null;
  /** @type {number | null} */
  frame = null;
  edits = new Edits();
  over = true;
  count = 0;
  round = 0;
  late = 0;
  measuring = 0;
  counting = 0;
  task = "";
  total = "";
  held = "";
  asked = "";
  asking = {};
  unwatch = () => {};

  /** @param {Description} description @param {Answer} answer @param {PanelEvents} on */
  constructor(description, answer, on) {
    this.description = description;
    this.answer = answer;
    this.on = on;
    this.columns = new Columns(description.id, description.columns ?? [], answer, () => this.#arranged());
    this.sort = this.#leftSort(description);
    this.grid = new Grid(description.title, {
      page: (start, stop) => this.#page(start, stop),
      selected: () => this.#selected(),
      focused: (row) => this.message.show(row),
      sorted: (key) => this.#sorted(key),
      resized: (key, width, done) => this.columns.resize(key, width, done),
      widened: (key, width, step) => this.columns.widen(key, width, step),
      moved: (key, to) => this.columns.moveTo(key, to),
      stepped: (key, step) => this.columns.move(key, step),
      menu: (box) => this.#menu(box),
      edit: (row, column, cell) => this.#edit(row, column, cell),
      opened: (row) => this.#open(row),
    });
    this.message = new Message((fix, row) => this.#fix(fix, row));
    this.progress = new Progress((hasty) => post(`/api/tasks/${this.task}/cancel`, { hasty }).catch(tell));
    this.outcomes = new Outcomes((outcome) => this.filter(outcome));
    this.reasons = new Reasons((fix) => this.on.open(fix.form ?? "", { request: fix.request ?? {} }));
    this.empty = make("div", { class: "empty", hidden: true });
    this.picked = make("span", { "aria-live": "polite" });
    this.summary = make("span", { class: "summary", "aria-live": "polite" });
    this.whole = make("span", { class: "whole" });
    const columns = make("button", { type: "button", class: "link", text: "Columns", title: "Choose columns, their order and width", onclick: () => chooseColumns(this.columns) });
    const csv = make("button", { type: "button", class: "link", text: "CSV", title: "Save what is shown as CSV", onclick: () => this.download() });
    const excel = make("button", { type: "button", class: "link", text: "Excel", title: "Save what is shown as an Excel workbook", onclick: () => this.download("xlsx") });
    const print = make("button", { type: "button", class: "link", text: "Print", title: "Open what is shown as a page to print", onclick: () => this.print() });
    const foot = make("div", { class: "foot" }, this.picked, this.summary, make("span", {}, this.whole, " · ", columns, " · ", csv, " · ", excel, " · ", print));
    this.tools = description.search ? this.#searchBox() : null;
    this.element = make("div", { class: "panel" }, this.grid.element, this.empty, this.outcomes.element, this.reasons.element, this.message.element, this.progress.element, foot);
  }

  get selection() {
    return { snapshot: this.token, ranges: this.grid.selection.ranges };
  }

  // Reads the rows again; `keep` leaves selection and place as they are. Of several loads the last counts.
  async load(keep = false) {
    if (this.token && this.on.unfinished()) return; // the list stays as it is until the field holds something whole
    const round = ++this.round;
    const first = !this.token;
    this.grid.busy(!keep);
    try {
      const columns = this.columns.shown;
      /** @type {GridState | RejectedState} */
      const state = await waiting(post(formPath(this.description.id, "rows"), { answer: this.answer, sort: this.sort, columns }));
      if (round !== this.round) return;
      state.rejected ? this.#reject(state) : this.#showAll(state, keep);
      if (first && this.description.select_all) this.grid.selectAll(true);
    } catch (problem) {
      if (round === this.round) tell(/** @type {Problem} */ (problem));
    }
    if (round === this.round) this.grid.busy(false);
  }

  /** Shows rows that came with the description. @param {GridState} state */
  begin(state) {
    this.#showAll(state, false);
    this.grid.busy(false);
  }

  /** The run that a form is for; outcomes are counted where there is one. */
  get run() {
    return this.description.actions.find((action) => action.kind === "run" && action.primary && !action.disabled);
  }

  /** Shows the rows of one outcome, or those that a run has left so; all of them for none. @param {string} outcome */
  async filter(outcome, task = "") {
    const round = ++this.round;
    try {
      /** @type {GridState} */
      const state = await post(`/api/snapshots/${this.token}/filter`, { outcome, task });
      if (round !== this.round) return;
      this.outcomes.choose(outcome);
      this.#show(state, false);
    } catch (problem) {
      /** @type {Problem} */ (problem).gone ? this.load() : tell(/** @type {Problem} */ (problem));
    }
  }

  async #retry() {
    const { run } = this;
    await this.filter("failed", this.task);
    this.outcomes.offer(0);
    this.grid.selectAll(true);
    if (run && this.count) this.on.perform(run);
  }

  /** @param {GridState} state @param {boolean} keep */
  #showAll(state, keep) {
    this.outcomes.choose("");
    this.#show(state, keep);
    clearTimeout(this.counting);
    if (this.run) this.counting = setTimeout(() => this.#count(), COUNT_AFTER);
  }

  async #count() {
    const { round } = this;
    const found = this.token && (await get(`/api/snapshots/${this.token}/outcomes`).catch(() => null));
    if (round !== this.round) return;
    this.outcomes.show(found?.counts ?? null);
    this.reasons.show(found?.reasons ?? []);
  }

  /** Rows of an earlier answer do not stand under what is wrong with this one. @param {RejectedState} answer */
  #reject(answer) {
    this.outcomes.show(null);
    this.reasons.show([]);
    this.#show({ token: null, count: 0, total: "", rows: [], empty: { text: "Rows are shown once that is put right." } }, false);
    this.on.rejected(answer);
  }

  /** Shows the rows a running task began with, as it has left them so far. @param {Task} task */
  async attach(task) {
    try {
      this.begin(await get(`/api/snapshots/${task.snapshot}`));
    } catch {
      await this.load();
    }
    this.follow(task);
  }

  /** @param {Task} task */
  follow(task) {
    this.unwatch();
    this.round++; // rows on their way are no longer wanted
    this.grid.busy(false);
    this.task = task.task;
    this.progress.start();
    this.progress.measure(task.progress);
    this.summary.textContent = "";
    this.outcomes.offer(0);
    Object.assign(this, { heard: new Map(), since: {}, over: false });
    this.unwatch = watch(task.task, (change) => this.#hear(change));
    this.#catchUp();
  }

  /** Keeps the rows as they are, order and all, while there is a reason; what is shut says it. @param {Why} why */
  hold(why) {
    this.held = why;
    this.grid.hold(why);
    this.outcomes.hold(why);
    if (this.search) Object.assign(this.search, { disabled: Boolean(why), title: why });
  }

  leave() {
    this.unwatch();
  }

  download(kind = "csv") {
    if (this.token) make("a", { href: `/api/snapshots/${this.token}/${kind}`, download: "" }).click();
  }

  print() {
    if (this.token) window.open(`/print/${this.token}`, "_blank", "noopener");
  }

  /** @param {RowChange[]} rows */
  patch(rows) {
    this.grid.patch(rows);
  }

  /** What an act did about rows: their outcomes are counted anew. @param {RowChange[]} rows */
  amend(rows) {
    this.patch(rows);
    if (this.run) this.#count();
  }

  /** @param {TaskChange} change */
  #hear(change) {
    if (change.lost) return (this.heard.clear(), (this.since = {}), void this.#catchUp());
    for (const row of change.rows) this.heard.set(row.id, row);
    if (change.progress !== undefined) this.since.progress = change.progress;
    if (change.notice !== undefined) this.since.notice = change.notice;
    this.#changed(change);
  }

  // What happened before this window listened is asked for once; what it heard since is newer than the answer,
  // unless the answer knows the end: then it is the last word of every row, and nothing more will be heard.
  async #catchUp() {
    const { task, heard } = this;
    const asking = (this.asking = {});
    try {
      /** @type {Task} */
      const found = await get(`/api/tasks/${task}`);
      if (asking !== this.asking) return; // asked again since, of this run or of another: an older answer may come last
      const rows = found.state === "running" ? found.rows.filter((row) => !heard.has(row.id)) : found.rows;
      const rest = this.over ? {} : { ...found, ...this.since, summary: found.state === "running" ? undefined : found.summary };
      this.#changed({ ...rest, rows });
    } catch (problem) {
      tell(/** @type {Problem} */ (problem));
    }
  }

  /** @param {TaskChange} change */
  #changed(change) {
    this.edits.settle(change.rows);
    for (const row of change.rows) this.pending.set(row.id, row);
    Object.assign(this, { newest: change.progress ?? this.newest });
    if (change.notice !== undefined) this.progress.say(change.notice);
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => this.#flush());
      this.late = setTimeout(() => this.#flush(), 250); // a window in the background gets no frames
    }
    if (change.summary) this.#ended(change, change.summary);
  }

  #flush() {
    if (this.frame) cancelAnimationFrame(this.frame);
    clearTimeout(this.late);
    this.frame = null;
    this.patch([...this.pending.values()]);
    this.pending.clear();
    if (this.newest) this.progress.measure(this.newest);
  }

  /** @param {TaskChange} change @param {RunSummary} summary */
  #ended({ state, cancelled }, summary) {
    this.over = true;
    this.unwatch();
    this.progress.end();
    if (summary.counts) this.summary.textContent = countWords(summary.counts);
    if (this.run) this.#count();
    if (this.run && !summary.counts?.ready) this.outcomes.offer(summary.counts?.failed ?? 0, () => this.#retry());
    const words = summary.text ?? summary.notice ?? "";
    this.progress.say(cancelled || summary.level === "error" || !summary.counts ? words : "");
    this.on.ended({ ...summary, level: state === "broken" ? "error" : summary.level });
  }

  /** @param {GridState} state @param {boolean} keep */
  #show(state, keep) {
    this.token = state.token;
    this.count = state.count;
    this.total = state.total;
    const rows = this.edits.lay(state.rows);
    const kept = this.grid.show(this.columns.shown, { ...state, rows }, this.sort, keep);
    this.grid.element.hidden = !state.count;
    this.#showEmpty(state.count ? null : state.empty ?? { text: "Nothing to show." });
    this.whole.textContent = [`${state.count.toLocaleString("en")} ${state.count === 1 ? "row" : "rows"}`, showMoney(state.total)].filter(Boolean).join(" · ");
    this.message.show(kept ? this.grid.focusedRow : null);
    this.on.rows(state);
    this.#selected();
  }

  /** @param {Empty | null} empty */
  #showEmpty(empty) {
    this.empty.hidden = !empty;
    const target = empty?.link;
    const link = target && make("button", { type: "button", class: "link", text: target.label, onclick: () => this.on.follow(target) });
    this.empty.replaceChildren(make("p", { text: empty?.text ?? "" }), link || "");
  }

  /** What was heard while the page was on its way is newer than the page. @param {number} start @param {number} stop @returns {Promise<Row[]>} */
  async #page(start, stop) {
    /** @type {Map<string, RowChange>} */
    const heard = this.over ? new Map() : this.heard;
    try {
      /** @type {{rows: Row[]}} */
      const { rows } = await get(`/api/snapshots/${this.token}/page?start=${start}&stop=${stop}`);
      return this.edits.lay(rows).map((row) => ({ ...row, ...heard.get(row.id), cells: { ...row.cells, ...heard.get(row.id)?.cells } }));
    } catch (problem) {
      if (/** @type {Problem} */ (problem).gone) this.load();
      return [];
    }
  }

  #selected() {
    const { ranges, count } = this.grid.selection;
    this.on.selected(count);
    if (!count) return void (this.picked.textContent = "0 selected");
    if (count > 5000) this.picked.textContent = `${count.toLocaleString("en")} selected`;
    const asked = (this.asked = JSON.stringify(ranges));
    clearTimeout(this.measuring);
    this.measuring = setTimeout(async () => {
      const found = await post(`/api/snapshots/${this.token}/selection`, { ranges: JSON.parse(asked) }).catch(() => null);
      if (!found || asked !== this.asked || !this.grid.selection.count) return;
      this.picked.textContent = [`${found.count.toLocaleString("en")} selected`, showMoney(found.total)].filter(Boolean).join(" · ");
    }, 40);
  }

  /** The order a person left, where the form still has that column. @param {Description} description @returns {Sort | null} */
  #leftSort(description) {
    /** @type {Sort | null} */
    const left = recall(`sort:${description.id}`);
    return description.columns?.some((column) => column.key === left?.key) ? left : null;
  }

  #arranged() {
    const { shown } = this.columns;
    const others = shown.length !== this.grid.columns.length || shown.some((each, index) => each.key !== this.grid.columns[index].key);
    this.grid.arrange(shown, this.sort);
    if (others && this.token && !this.held) this.load(true); // what is saved and printed has the columns that are shown
  }

  /** @param {string} key */
  #sorted(key) {
    this.sort = { key, descending: this.sort?.key === key && !this.sort.descending };
    remember(`sort:${this.description.id}`, this.sort);
    this.load().then(() => [...this.grid.head.querySelectorAll("button")].find((each) => each.closest("[aria-sort=ascending],[aria-sort=descending]"))?.focus());
  }

  #searchBox() {
    const id = newId("search");
    const input = make("input", { id, type: "search", value: this.answer.search ?? "", size: 18 });
    input.addEventListener("input", () => {
      this.answer.search = input.value;
      this.load();
    });
    this.search = input;
    return make("div", { class: "search" }, make("label", { for: id, text: "Search" }), input);
  }

  /** @param {DOMRect} box */
  #menu(box) {
    const own = this.description.row_actions.map((action) => ({ label: action.label ?? "", disabled: action.disabled, action }));
    const { context } = this.description;
    const record = !context.some((item) => item.form === "record") && isRecord(this.grid.focusedRow);
    const items = [...(record ? [{ label: "Open", form: "record" }] : []), ...context, ...own];
    if (!items.length) return;
    const menu = new Menu(items, "Row", {
      host: this.element,
      pick: (item) => this.#pick(item),
      closed: () => this.grid.element.focus({ preventScroll: true }),
    });
    menu.open(box).focus();
  }

  /** @param {Item} item */
  #pick(item) {
    if (item.action) this.on.perform(item.action);
    else if (item.form === "record") this.#openRecord(this.grid.focusedRow);
    else if (item.form) this.on.open(item.form, this.selection);
    else post(`/api/context/${encodeURIComponent(this.description.id)}/${item.index}`, this.selection).then(this.on.called, tell);
  }

  /** What Enter and a double click mean: the form's own *Open*, else the record's window. @param {Row} row */
  #open(row) {
    const own = this.description.row_actions.find((action) => action.id === "open" && !action.disabled);
    if (own) this.on.perform(own, [[this.grid.at, this.grid.at + 1]]);
    else if (isRecord(row)) this.#openRecord(row);
  }

  /** @param {Row | undefined} row */
  #openRecord(row) {
    if (row) this.on.open("record", { request: { selection: [row.id] } });
  }

  /** What mends a row: another form, or an action of this one on this row alone. @param {Fix} fix @param {Row} row */
  #fix(fix, row) {
    if (fix.form) return this.on.open(fix.form, { request: fix.request ?? {} });
    const place = this.grid.at;
    const edits = { [row.id]: { ...this.edits.values[row.id], ...fix.edit } };
    /** @type {Action} */
    const action = { id: fix.act ?? fix.run ?? "", kind: fix.run ? "run" : "act", label: fix.label, confirm: fix.confirm };
    return this.on.perform(action, [[place, place + 1]], edits);
  }

  /** @param {Row} row @param {Column} column @param {Element} cell */
  #edit(row, column, cell) {
    if (this.held) return void this.progress.say("A row's choice can be changed when the run has ended.");
    const options = (/** @type {string} */ text) => get(`${formPath(this.description.id, "options")}?${new URLSearchParams({ name: column.key, search: text })}`);
    const choose = (/** @type {Option} */ choice) => {
      this.edits.choose(row.id, column.key, choice);
      if (column.act) return (end(true), void this.on.perform({ id: column.act, kind: "act" }, [[this.grid.at, this.grid.at + 1]]));
      this.patch([{ id: row.id, cells: { [column.key]: choice } }]);
      end(true);
    };
    let ended = false;
    const end = (/** @type {boolean} */ refocus) => {
      if (ended) return;
      ended = true;
      this.grid.draw(true);
      if (refocus) this.grid.element.focus({ preventScroll: true });
    };
    const combo = new Combobox({
      label: `${column.label}, ${row.title}`, value: row.cells[column.key], picked: choose, left: end, inCell: true,
      find: column.choices ? among(column.choices) : options,
    });
    cell.replaceChildren(combo.element);
    combo.input.focus();
    combo.input.select();
    combo.open("");
  }
}
