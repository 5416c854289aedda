// What a running task says: each row's newest change, frame by frame, how far it is, and its end.
// @ts-check
/** @import {Measure, Problem, RowChange, RunFeedEvents, RunSummary, Task, TaskChange} from "./types.d.ts" */
import { get } from "./api.js";
import { tell } from "./dialog.js";
import { watch } from "./events.js";

export class RunFeed {
  /** Changes that are drawn with the next frame. @type {Map<string, RowChange>} */
  pending = new Map();
  /** What this window heard itself. @type {Map<string, RowChange>} */
  heard = new Map();
  /** @type {Partial<TaskChange>} */
  since = {};
  /** @type {Measure | undefined} */
  newest = undefined;
  /** @type {number | null} */
  frame = null;
  over = true;
  late = 0;
  task = "";
  asking = {};
  unwatch = () => {};

  /** @param {RunFeedEvents} on */
  constructor(on) {
    this.on = on;
  }

  /** @param {string} task */
  follow(task) {
    this.unwatch();
    this.task = task;
    Object.assign(this, { heard: new Map(), since: {}, over: false });
    this.unwatch = watch(task, (change) => this.#hear(change));
    this.#catchUp();
  }

  leave() {
    this.unwatch();
  }

  /** The window of a run that goes on is closed: only its end is still of interest. @param {() => unknown} ended */
  outlive(ended) {
    const nothing = () => {};
    this.on = { changed: nothing, rows: nothing, progress: nothing, notice: nothing, ended };
  }

  /** What was heard of rows while a run goes on: newer than a page that was on its way. @returns {Map<string, RowChange>} */
  get news() {
    return this.over ? new Map() : this.heard;
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
    this.on.changed(change.rows);
    for (const row of change.rows) this.pending.set(row.id, row);
    Object.assign(this, { newest: change.progress ?? this.newest });
    if (change.notice !== undefined) this.on.notice(change.notice);
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
    this.on.rows([...this.pending.values()]);
    this.pending.clear();
    if (this.newest) this.on.progress(this.newest);
  }

  /** @param {TaskChange} change @param {RunSummary} summary */
  #ended(change, summary) {
    this.over = true;
    this.unwatch();
    this.on.ended(change, summary);
  }
}
