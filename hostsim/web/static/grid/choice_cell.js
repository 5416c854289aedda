// The choices of one cell, opened in its place.
// @ts-check
/** @import {Column, Option, Row} from "../types.d.ts" */
import { formPath, get } from "../api.js";
import { among, Combobox } from "../combobox.js";

/** @param {string} form @param {Column} column */
const options = (form, column) => (/** @type {string} */ text) => get(`${formPath(form, "options")}?${new URLSearchParams({ name: column.key, search: text })}`);

/**
 * Opens the cell's choices; left(refocus) is called once, when one was picked or none.
 * @param {{form: string, row: Row, column: Column, cell: Element, picked: (choice: Option) => unknown, left: (refocus: boolean) => unknown}} about
 */
export function openChoices({ form, row, column, cell, picked, left }) {
  let ended = false;
  const end = (/** @type {boolean} */ refocus) => {
    if (ended) return;
    ended = true;
    left(refocus);
  };
  const choose = (/** @type {Option} */ choice) => {
    if (column.act) end(true); // the cell stands in order again before what the choice does is asked about
    picked(choice);
    end(true);
  };
  const find = column.choices ? among(column.choices) : options(form, column);
  const combo = new Combobox({ label: `${column.label}, ${row.title}`, value: row.cells[column.key], picked: choose, left: end, inCell: true, find });
  cell.replaceChildren(combo.element);
  combo.input.focus();
  combo.input.select();
  combo.open("");
}
