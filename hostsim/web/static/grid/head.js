// The header of a grid: sorts by a press; a column is resized at its edge and moved by dragging it, or by keys.
// @ts-check
/** @import {Column, Sort} from "../types.d.ts" */
import { make } from "../api.js";
import { drag } from "../windows/drag.js";

const EDGE = 7; // pixels at a column's right edge that resize it
const KEYS = "Press to sort. Ctrl with an arrow resizes, Ctrl and Shift with an arrow moves the column.";

/**
 * What a header tells its grid.
 * @typedef {{sorted: (key: string) => unknown, resized: (key: string, width: number, done: boolean) => unknown, widened: (key: string, width: number, step: number) => unknown,
 *   moved: (key: string, to: string) => unknown, stepped: (key: string, step: number) => unknown}} HeadEvents
 */

/** @param {Column[]} columns @param {Sort | null} sort @param {(on: boolean) => unknown} all @param {HeadEvents} on */
export function headRow(columns, sort, all, on) {
  const tick = make("div", { role: "columnheader", class: "tick", "aria-colindex": 1 });
  tick.append(make("input", { type: "checkbox", "aria-label": "Select all", onchange: (/** @type {Event} */ event) => all(/** @type {HTMLInputElement} */ (event.target).checked) }));
  return make("div", { role: "row", "aria-rowindex": 1 }, tick, ...columns.map((column, index) => headCell(column, index, sort, on)));
}

/** @param {Column} column @param {number} index @param {Sort | null} sort @param {HeadEvents} on */
function headCell(column, index, sort, on) {
  const mine = sort?.key === column.key;
  const order = mine ? (sort.descending ? "descending" : "ascending") : "none";
  const head = make("div", { role: "columnheader", class: column.type, "aria-colindex": index + 2, "aria-sort": order, "data-key": column.key });
  const arrow = mine && make("span", { "aria-hidden": "true", text: sort.descending ? " ▾" : " ▴" });
  const button = make("button", { type: "button", title: `${column.label}. ${KEYS}` }, column.label, arrow);
  button.addEventListener("click", () => on.sorted(column.key)); // a drag ends on the header, which takes its pointer, and clicks no button
  head.addEventListener("pointerdown", (event) => {
    const { width, right } = head.getBoundingClientRect();
    if (right - event.clientX < EDGE)
      return drag(event, head, { move: (x) => on.resized(column.key, width + x, false), end: () => on.resized(column.key, head.getBoundingClientRect().width, true) });
    const end = (/** @type {PointerEvent} */ last) => {
      const under = /** @type {HTMLElement | null | undefined} */ (document.elementFromPoint(last.clientX, last.clientY)?.closest("[role=columnheader][data-key]"));
      if (under?.dataset.key && under.dataset.key !== column.key) on.moved(column.key, under.dataset.key);
    };
    return drag(event, head, { move: () => {}, end });
  });
  button.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !event.ctrlKey) return;
    event.preventDefault();
    event.shiftKey ? on.stepped(column.key, step) : on.widened(column.key, head.getBoundingClientRect().width, step);
  });
  head.append(button);
  return head;
}
