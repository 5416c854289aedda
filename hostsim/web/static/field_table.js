// Fields of one group as a table: a row for each thing, a column for each question about it.
// @ts-check
/** @import {Field} from "./types.d.ts" */
import { make } from "./api.js";

export class FieldTable {
  /** @type {Map<string, HTMLElement>} */
  rows = new Map();
  /** @type {string[]} */
  columns = [];

  /** @param {Field} field @param {HTMLElement} box */
  constructor(field, box) {
    this.head = make("tr", {}, field.row_head ? make("th", { scope: "col", text: field.row_head }) : make("td"));
    this.body = make("tbody");
    this.element = make("table", { class: "field-table", "aria-label": field.group }, make("thead", {}, this.head), this.body);
    this.add(field, box);
  }

  /** The field's own label names row and column; it is read out, and not shown twice. @param {Field} field @param {HTMLElement} box */
  add({ row = "", column = "" }, box) {
    if (!this.columns.includes(column)) {
      this.columns.push(column);
      this.head.append(make("th", { scope: "col", text: column }));
    }
    if (!this.rows.has(row)) {
      const line = make("tr", {}, make("th", { scope: "row", text: row }));
      this.rows.set(row, line);
      this.body.append(line);
    }
    box.querySelector("label")?.classList.add("unseen");
    this.rows.get(row)?.append(make("td", {}, box));
  }
}
