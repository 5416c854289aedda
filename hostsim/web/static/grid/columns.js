// The columns of a grid as a person arranged them: which are shown, in which order, how wide; kept per person.
// @ts-check
/** @import {Answer, Column} from "../types.d.ts" */
import { recall, remember } from "../windows/remember.js";

const NARROWEST = 40; // pixels
const STEP = 16; // pixels a key makes a column wider or narrower

export class Columns {
  /** @type {string[]} */
  order = [];
  /** Shown or not, where the person said so. @type {Record<string, boolean>} */
  chosen = {};
  /** @type {Record<string, number>} */
  widths = {};

  /** @param {string} form @param {Column[]} all @param {Answer} answer @param {() => unknown} changed */
  constructor(form, all, answer, changed) {
    this.answer = answer;
    this.name = `columns:${form}`;
    this.described = all;
    this.changed = changed;
    const { order = [], chosen = {}, widths = {} } = recall(this.name) ?? {};
    Object.assign(this, { order, chosen, widths });
  }

  /** Every column that there is for this answer, in the person's order; one that is new stands where the form has it. */
  get all() {
    return this.#ordered.filter((each) => Object.entries(each.when ?? {}).every(([name, value]) => this.answer[name] === value));
  }

  get #ordered() {
    const place = (/** @type {Column} */ column) => {
      const found = this.order.indexOf(column.key);
      return found < 0 ? this.described.indexOf(column) : found;
    };
    return this.described.toSorted((a, b) => place(a) - place(b));
  }

  /** Those that are shown; a width that was chosen goes along. */
  get shown() {
    return this.all.filter((each) => this.isShown(each)).map((each) => ({ ...each, chosen: this.widths[each.key] }));
  }

  /** @param {Column} column */
  isShown(column) {
    return this.chosen[column.key] ?? !column.optional;
  }

  /** At least one column stays. @param {Column} column @param {boolean} on */
  show(column, on) {
    if (!on && this.shown.length === 1) return;
    this.chosen[column.key] = on;
    this.#keep();
  }

  /** Moves a column to the place of another. @param {string} key @param {string} to */
  moveTo(key, to) {
    const order = this.#ordered.map((each) => each.key);
    const place = order.indexOf(to);
    order.splice(order.indexOf(key), 1);
    order.splice(place, 0, key);
    this.order = order;
    this.#keep();
  }

  /** Moves a column past its neighbour that is shown. @param {string} key @param {number} step */
  move(key, step) {
    const shown = this.shown.map((each) => each.key);
    const to = shown[shown.indexOf(key) + step];
    if (to) this.moveTo(key, to);
  }

  /** @param {string} key @param {number} width */
  resize(key, width, done = true) {
    this.widths[key] = Math.max(NARROWEST, Math.round(width));
    done ? this.#keep() : this.changed();
  }

  /** @param {string} key @param {number} width @param {number} step */
  widen(key, width, step) {
    this.resize(key, width + step * STEP);
  }

  reset() {
    Object.assign(this, { order: [], chosen: {}, widths: {} });
    remember(this.name, null);
    this.changed();
  }

  #keep() {
    remember(this.name, { order: this.order, chosen: this.chosen, widths: this.widths });
    this.changed();
  }
}
