// A grid with all that belongs to it: its rows, search box, message, progress, totals and context menu.
// @ts-check
/** @import {Answer, Column, Description, Empty, GridState, Option, PanelEvents, Problem, RejectedState, Row, RowChange, RunSummary, Sort, Task, TaskChange, Why} from "./types.d.ts" */
import { formPath, get, make, newId, post } from "./api.js";
import { tell } from "./dialog.js";
import { Edits } from "./edits.js";
import { Foot } from "./foot.js";
import { openChoices } from "./grid/choice_cell.js";
import { chooseColumns } from "./grid/column_dialog.js";
import { Columns } from "./grid/columns.js";
import { Grid } from "./grid/grid.js";
import { Message } from "./message.js";
import { Outcomes } from "./outcomes.js";
import { countWords, Progress } from "./progress.js";
import { Reasons } from "./reasons.js";
import { RowActs } from "./row_acts.js";
import { RunFeed } from "./run_feed.js";
import { waiting } from "./waits.js";
import { recall, remember } from "./windows/remember.js";

const COUNT_AFTER = 400; // milliseconds: while a search is typed, no list of it is counted

export class Panel {
  /** @type {string | null} */
  token = null;
  /** @type {Sort | null} */
  sort = null;
  /** @type {HTMLInputElement | null} */
  search = null;
  edits = new Edits();
  count = 0;
  round = 0;
  measuring = 0;
  counting = 0;
  total = "";
  held = "";
  asked = "";

  /** @param {Description} description @param {Answer} answer @param {PanelEvents} on */
  constructor(description, answer, on) {
    this.description = description;
    this.answer = answer;
    this.on = on;
    this.acts = new RowActs(this);
    this.columns = new Columns(description.id, description.columns ?? [], answer, () => this.#arranged());
    this.sort = this.#leftSort(description);
    this.grid = new Grid(description.title, {
      page: (start, stop) => this.#page(start, stop),
      selected: () => this.#selected(),
      focused: (row) => this.message.show(row, this.grid.cut),
      sorted: (key) => this.#sorted(key),
      resized: (key, width, done) => this.columns.resize(key, width, done),
      widened: (key, width, step) => this.columns.widen(key, width, step),
      moved: (key, to) => this.columns.moveTo(key, to),
      stepped: (key, step) => this.columns.move(key, step),
      menu: (box) => this.acts.menu(box),
      edit: (row, column, cell) => this.#edit(row, column, cell),
      opened: (row) => this.acts.open(row),
    });
    this.message = new Message((fix, row) => this.acts.mend(fix, row));
    this.progress = new Progress((hasty) => post(`/api/tasks/${this.feed.task}/cancel`, { hasty }).catch(tell));
    this.outcomes = new Outcomes((outcome) => this.filter(outcome));
    this.reasons = new Reasons((fix) => this.on.open(fix.form ?? "", { request: fix.request ?? {} }));
    this.empty = make("div", { class: "empty", hidden: true });
    this.feed = new RunFeed({
      changed: (rows) => this.edits.settle(rows),
      rows: (rows) => this.patch(rows),
      progress: (measure) => this.progress.measure(measure),
      notice: (text) => this.progress.say(text),
      ended: (change, summary) => this.#ended(change, summary),
    });
    this.foot = new Foot({ columns: () => chooseColumns(this.columns), save: (kind) => this.download(kind), print: () => this.print() });
    this.tools = description.search ? this.#searchBox() : null;
    this.element = make("div", { class: "panel" }, this.grid.element, this.empty, this.outcomes.element, this.reasons.element, this.message.element, this.progress.element, this.foot.element);
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
    await this.filter("failed", this.feed.task);
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
    this.round++; // rows on their way are no longer wanted
    this.grid.busy(false);
    this.progress.start();
    this.progress.measure(task.progress);
    this.foot.summary.textContent = "";
    this.outcomes.offer(0);
    this.feed.follow(task.task);
  }

  /** Keeps the rows as they are, order and all, while there is a reason; what is shut says it. @param {Why} why */
  hold(why) {
    this.held = why;
    this.grid.hold(why);
    this.outcomes.hold(why);
    this.message.hold(why);
    if (this.search) Object.assign(this.search, { disabled: Boolean(why), title: why });
  }

  leave() {
    this.feed.leave();
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

  /** @param {TaskChange} change @param {RunSummary} summary */
  #ended({ state, cancelled }, summary) {
    this.progress.end();
    if (summary.counts) this.foot.summary.textContent = countWords(summary.counts);
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
    this.foot.count(state.count, state.total);
    this.message.show(kept ? this.grid.focusedRow : null, kept ? this.grid.cut : []);
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
    const { news } = this.feed;
    try {
      /** @type {{rows: Row[]}} */
      const { rows } = await get(`/api/snapshots/${this.token}/page?start=${start}&stop=${stop}`);
      return this.edits.lay(rows).map((row) => ({ ...row, ...news.get(row.id), cells: { ...row.cells, ...news.get(row.id)?.cells } }));
    } catch (problem) {
      if (/** @type {Problem} */ (problem).gone) this.load();
      return [];
    }
  }

  #selected() {
    const { ranges, count } = this.grid.selection;
    this.on.selected(count);
    if (!count) return void this.foot.pick(0);
    if (count > 5000) this.foot.pick(count);
    const asked = (this.asked = JSON.stringify(ranges));
    clearTimeout(this.measuring);
    this.measuring = setTimeout(async () => {
      const found = await post(`/api/snapshots/${this.token}/selection`, { ranges: JSON.parse(asked) }).catch(() => null);
      if (!found || asked !== this.asked || !this.grid.selection.count) return;
      this.foot.pick(found.count, found.total);
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

  /** @param {Row} row @param {Column} column @param {Element} cell */
  #edit(row, column, cell) {
    if (this.held) return void this.progress.say("A row's choice can be changed when the run has ended.");
    const left = (/** @type {boolean} */ refocus) => {
      this.grid.draw(true);
      if (refocus) this.grid.element.focus({ preventScroll: true });
    };
    const picked = (/** @type {Option} */ choice) => {
      this.edits.choose(row.id, column.key, choice);
      if (column.act) this.on.perform({ id: column.act, kind: "act" }, [[this.grid.at, this.grid.at + 1]]);
      else this.patch([{ id: row.id, cells: { [column.key]: choice } }]);
    };
    openChoices({ form: this.description.id, row, column, cell, picked, left });
  }
}
