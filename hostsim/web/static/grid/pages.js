// Rows by place, read page by page as they come into view; far pages are forgotten.
// @ts-check
/** @import {GridEvents, Row, RowChange} from "../types.d.ts" */
const SIZE = 100;
const KEPT = 60;

export class Pages {
  /** read(start, stop) resolves with rows; arrived() is called when some have come. @param {GridEvents["page"]} read @param {() => unknown} arrived */
  constructor(read, arrived) {
    this.read = read;
    this.arrived = arrived;
    this.round = 0;
    this.reset(0, []);
  }

  count = 0;
  /** @type {Map<number, Row[]>} */
  pages = new Map();
  /** @type {Map<string, number>} */
  places = new Map();
  /** @type {Set<number>} */
  asked = new Set();

  /** @param {number} count @param {Row[]} first */
  reset(count, first) {
    Object.assign(this, { count, pages: new Map(), places: new Map(), asked: new Set(), round: this.round + 1 });
    for (let start = 0; start < first.length; start += SIZE) this.#keep(start / SIZE, first.slice(start, start + SIZE));
  }

  /** @param {number} place @returns {Row | undefined} */
  row(place) {
    return this.pages.get(Math.floor(place / SIZE))?.[place % SIZE];
  }

  /** @param {number} start @param {number} stop */
  want(start, stop) {
    for (let page = Math.floor(start / SIZE); page * SIZE < Math.min(stop, this.count); page++) if (!this.pages.has(page)) this.#ask(page);
  }

  /** Lays a change over a loaded row; the place, or undefined when the row is not loaded. @param {RowChange} change @returns {number | undefined} */
  patch(change) {
    const place = this.places.get(change.id);
    const row = place === undefined ? undefined : this.row(place);
    if (row) Object.assign(row, change, { cells: { ...row.cells, ...change.cells } });
    return row ? place : undefined;
  }

  /** @param {number} page */
  async #ask(page) {
    const { round } = this;
    if (this.asked.has(page)) return;
    this.asked.add(page);
    try {
      const rows = await this.read(page * SIZE, Math.min((page + 1) * SIZE, this.count));
      if (round !== this.round) return;
      this.#keep(page, rows);
      this.arrived();
    } finally {
      if (round === this.round) this.asked.delete(page);
    }
  }

  /** @param {number} page @param {Row[]} rows */
  #keep(page, rows) {
    this.pages.set(page, rows);
    rows.forEach((row, index) => this.places.set(row.id, page * SIZE + index));
    const oldest = this.pages.size > KEPT ? this.pages.keys().next().value : undefined;
    if (oldest === undefined) return;
    for (const row of this.pages.get(oldest) ?? []) this.places.delete(row.id);
    this.pages.delete(oldest);
  }
}
