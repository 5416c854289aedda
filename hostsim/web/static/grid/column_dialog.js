// The window in which the columns of a grid are chosen, put in order and made wider.
// @ts-check
/** @import {Column} from "../types.d.ts" */
/** @import {Columns} from "./columns.js" */
import { make, newId } from "../api.js";
import { topDialog } from "../dialog.js";

/** @param {Columns} columns */
export function chooseColumns(columns) {
  const heading = newId("title");
  const list = make("ul", { class: "columns" });
  const draw = (focus = "") => {
    list.replaceChildren(...columns.all.map((column) => entry(columns, column, draw)));
    if (focus) /** @type {HTMLElement | null} */ (list.querySelector(`[data-key="${CSS.escape(focus)}"]`))?.focus();
  };
  const reset = make("button", { type: "button", class: "push", text: "As at First", onclick: () => (columns.reset(), draw()) });
  const close = make("button", { type: "button", class: "push primary", text: "Close", onclick: () => dialog.close() });
  const dialog = make("dialog", { class: "warning", "aria-labelledby": heading },
    make("div", { class: "heading" }, make("h2", { id: heading, text: "Columns" })),
    make("div", { class: "content" }, list, make("div", { class: "buttons" }, reset, close)));
  draw();
  (topDialog() ?? /** @type {HTMLElement} */ (document.querySelector("main"))).append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

/** @param {Columns} columns @param {Column} column @param {(focus: string) => unknown} draw */
function entry(columns, column, draw) {
  const id = newId("column");
  const box = make("input", { id, type: "checkbox", "data-key": column.key });
  box.checked = columns.isShown(column);
  box.addEventListener("change", () => (columns.show(column, box.checked), draw(column.key)));
  const move = (/** @type {string} */ text, /** @type {string} */ way, /** @type {number} */ step) => {
    const go = () => (columns.move(column.key, step), draw(`${way} ${column.key}`));
    return make("button", { type: "button", class: "push", text, disabled: !box.checked, "aria-label": `Move ${column.label} ${way}`, "data-key": `${way} ${column.key}`, onclick: go });
  };
  const width = make("input", { type: "number", min: 40, max: 900, step: 10, "aria-label": `Width of ${column.label}` });
  width.value = String(columns.widths[column.key] ?? column.width);
  width.addEventListener("change", () => columns.resize(column.key, Number(width.value) || column.width));
  return make("li", {}, make("span", {}, box, make("label", { for: id, text: column.label })), width, move("▲", "up", -1), move("▼", "down", 1));
}
