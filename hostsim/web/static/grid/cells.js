// What stands in a row: cells by column type, and the outcome as icon and word.
// @ts-check
/** @import {Column, Row} from "../types.d.ts" */
import { make, showMoney } from "../api.js";
import { showDate } from "../dates.js";

/** @type {Record<string, string>} */
const ICONS = { synchronized: "✓", undone: "↶", failed: "✗", not_confirmed: "?", changed: "≠", needs_decision: "!", not_ready: "✗", waiting: "…", running: "→" };

/** @param {string | undefined} outcome @returns {string} */
export const outcomeWords = (outcome) => (outcome ? [ICONS[outcome], outcome.replace("_", " ")].filter(Boolean).join(" ") : "");

/** @param {Column} column @param {Row | undefined} row */
export const editable = (column, row) => column.type === "choice" && Boolean(column.choices || column.search) && row?.selectable !== false;

/** @param {Column} column @param {Row} row @returns {string} */
export function cellText(column, row) {
  if (column.type === "outcome") return outcomeWords(row.outcome);
  const value = row.cells[column.key];
  const text = value === null || value === undefined ? "" : String(value.label ?? value.value ?? value);
  return column.type === "money" ? showMoney(text) : column.type === "date" ? showDate(text) : text;
}

/** @param {HTMLElement} element @param {Row | undefined} row @param {Column[]} columns @param {string} prefix */
export function fillRow(element, row, columns, prefix) {
  const tick = make("div", { role: "gridcell", class: "tick", id: `${prefix}-0`, "aria-colindex": 1 });
  if (row && row.selectable !== false) tick.append(make("span", { class: "box", "aria-hidden": "true" }));
  element.replaceChildren(tick, ...columns.map((column, index) => {
    const text = row ? cellText(column, row) : "…";
    const kind = editable(column, row) ? "choice" : column.type;
    return make("div", { role: "gridcell", class: kind, id: `${prefix}-${index + 1}`, text, title: text, "aria-colindex": index + 2 });
  }));
  element.classList.toggle("dead", row?.selectable === false);
  element.dataset.outcome = row?.outcome ?? "";
  element.dataset.row = row?.id ?? "";
}

/** What of a drawn row does not fit its columns, whole, each under its column's name. @param {Element} element @param {Column[]} columns */
export const cutCells = (element, columns) =>
  columns.flatMap((column, index) => {
    const cell = /** @type {HTMLElement} */ (element.children[index + 1]);
    return cell.scrollWidth > cell.clientWidth ? [`${column.label}: ${cell.title}`] : [];
  });
