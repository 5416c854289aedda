// Which rows are selected, as half-open ranges of places: a million rows are one pair of numbers.
// @ts-check
/** @import {Range} from "../types.d.ts" */
export class Selection {
  /** @type {Range[]} */
  ranges = [];

  /** @param {number} place */
  has(place) {
    return this.ranges.some(([start, stop]) => place >= start && place < stop);
  }

  get count() {
    return this.ranges.reduce((sum, [start, stop]) => sum + stop - start, 0);
  }

  /** @param {number} start @param {number} stop */
  only(start, stop) {
    this.ranges = stop > start ? [[start, stop]] : [];
  }

  /** @param {number} start @param {number} stop */
  add(start, stop) {
    this.remove(start, stop);
    /** @type {Range[]} */
    const ranges = [...this.ranges, [start, stop]];
    const all = ranges.toSorted((a, b) => a[0] - b[0]);
    this.ranges = [];
    for (const range of all) {
      const before = this.ranges.at(-1);
      if (before && before[1] === range[0]) before[1] = range[1];
      else this.ranges.push([...range]);
    }
  }

  /** @param {number} start @param {number} stop */
  remove(start, stop) {
    this.ranges = this.ranges.flatMap(([from, to]) => /** @type {Range[]} */ ([[from, Math.min(to, start)], [Math.max(from, stop), to]]).filter(([a, b]) => a < b));
  }

  /** @param {number} place */
  toggle(place) {
    this.has(place) ? this.remove(place, place + 1) : this.add(place, place + 1);
  }
}
