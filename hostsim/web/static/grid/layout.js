// How wide the columns of a grid are: an amount, a date or a number is never cut, and a header keeps its name.
// @ts-check
/** @import {Column, Row} from "../types.d.ts" */
import { cellText } from "./cells.js";

const WHOLE = ["date", "money", "number", "outcome"]; // half a date or an amount says something else; half a name is still known
const OUTCOME = 146; // pixels of the longest outcome, with its sign
const least = (/** @type {Column} */ column) => (column.type === "outcome" ? Math.max(OUTCOME, column.width) : Math.round(column.width * (WHOLE.includes(column.type) ? 1 : 0.6)));
const PADDING = 14; // pixels beside a cell's text
const HEADING = 14; // and beside a header's
const PEN = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

export class Layout {
  /** @type {Column[]} */
  columns = [];
  template = "";
  /** Characters of the longest amount drawn so far, by column: an amount is never cut. @type {Map<string, number>} */
  longest = new Map();

  /** @param {HTMLElement} head @param {HTMLElement} sizer @param {Map<number, HTMLElement>} drawn */
  constructor(head, sizer, drawn) {
    this.head = head;
    this.sizer = sizer;
    this.drawn = drawn;
  }

  /** Other rows come: their amounts may be shorter. */
  forget() {
    this.longest.clear();
  }

  /** @param {Column} column */
  #least(column) {
    const characters = this.longest.get(column.key);
    const head = `${Math.ceil(this.#written(column.label)) + HEADING}px`;
    const width = column.chosen ? `${column.chosen}px` : `${least(column)}px, ${head}`;
    return `max(${width}${characters ? `, calc(${characters}ch + ${PADDING}px)` : ""})`;
  }

  /** Pixels that a header's text takes. @param {string} text */
  #written(text) {
    const { fontSize, fontFamily } = getComputedStyle(this.head);
    PEN.font = `600 ${fontSize} ${fontFamily}`;
    return PEN.measureText(text).width;
  }

  /** Gives the head and all drawn rows the widths of these columns. @param {Column[]} columns */
  arrange(columns) {
    this.columns = columns;
    const widths = this.columns.map((each) => this.#least(each));
    this.template = ["30px", ...this.columns.map((each, index) => (each.chosen || WHOLE.includes(each.type) ? widths[index] : `minmax(${widths[index]}, ${each.width}fr)`))].join(" ");
    this.sizer.style.minWidth = `calc(${["30px", ...widths].join(" + ")})`;
    const rows = /** @type {HTMLElement[]} */ ([...this.head.children, ...this.drawn.values()]);
    for (const row of rows) row.style.gridTemplateColumns = this.template;
  }

  /** Makes room for amounts that are longer than those drawn before. @param {Row | undefined} row */
  makeRoom(row) {
    let grown = false;
    for (const column of row ? this.columns : []) {
      if (column.type !== "money" || !row) continue;
      const length = cellText(column, row).length;
      if (length <= (this.longest.get(column.key) ?? 0)) continue;
      this.longest.set(column.key, length);
      grown = true;
    }
    if (grown) this.arrange(this.columns);
  }
}
