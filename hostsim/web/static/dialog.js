// Warnings and questions: an alertdialog that waits for its button.
// @ts-check
/** @import {AskedText, Problem} from "./types.d.ts" */
import { make, newId } from "./api.js";
import { dateInput } from "./dates.js";

/**
 * Shows a text with buttons; resolves with the label that was pressed, null for Esc.
 * @param {string} title @param {string} text @param {string[]} buttons @param {string} details @returns {Promise<string | null>}
 */
export function ask(title, text, buttons = ["OK"], details = "") {
  const [heading, words] = [newId("title"), newId("words")];
  const dialog = make("dialog", { class: "warning", role: "alertdialog", "aria-labelledby": heading, "aria-describedby": words },
    make("div", { class: "heading" }, make("h2", { id: heading, text: title })),
    make("div", { class: "content" },
      make("span", { class: "sign", "aria-hidden": "true", text: "⚠" }),
      make("p", { id: words, text }),
      details && make("details", {}, make("summary", { text: "Details" }), make("pre", { text: details })),
      make("div", { class: "buttons" }, ...buttons.map((label, index) =>
        make("button", { type: "button", class: index ? "push" : "push primary", text: label, autofocus: !index, onclick: () => dialog.close(label) })))));
  (topDialog() ?? /** @type {HTMLElement} */ (document.querySelector("main"))).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue || null);
  }));
}

/**
 * Asks for a value; resolves with what was entered, null for Cancel and Esc. A text of one line is sent by Enter.
 * @param {string} title @param {AskedText} asked @returns {Promise<string | null>}
 */
export function enter(title, asked) {
  const [heading, words, field] = [newId("title"), newId("words"), newId("field")];
  const date = asked.type === "date" ? dateInput({ id: field, "aria-describedby": words }) : null;
  date?.write(asked.value);
  const input = date?.input ?? /** @type {HTMLInputElement | HTMLTextAreaElement} */ (asked.type === "lines"
    ? make("textarea", { id: field, rows: 6, cols: 60, text: asked.value, "aria-describedby": words })
    : make("input", { id: field, type: "text", value: asked.value, size: 40, "aria-describedby": words, autocomplete: "off" }));
  const left = make("span", { class: "left", "aria-live": "polite" });
  const count = () => (left.textContent = asked.longest ? `${input.value.length} of ${asked.longest}` : "");
  input.addEventListener("input", count);
  count();
  const save = make("button", { type: "submit", class: "push primary", text: "Save" });
  const cancel = make("button", { type: "button", class: "push", text: "Cancel", onclick: () => dialog.close() });
  const form = make("form", { method: "dialog", class: "content" }, make("p", { id: words, text: asked.text }), make("label", { for: field, text: asked.label }), date?.box ?? input, left, make("div", { class: "buttons" }, save, cancel));
  const dialog = make("dialog", { class: "warning enter", "aria-labelledby": heading }, make("div", { class: "heading" }, make("h2", { id: heading, text: title })), form);
  let entered = /** @type {string | null} */ (null);
  form.addEventListener("submit", () => (entered = date?.read() || input.value)); // what is no date is refused by name
  (topDialog() ?? /** @type {HTMLElement} */ (document.querySelector("main"))).append(dialog);
  dialog.showModal();
  input.focus();
  input.select();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(entered);
  }));
}

/** @returns {HTMLDialogElement | undefined} */
export const topDialog = () => [.../** @type {NodeListOf<HTMLDialogElement>} */ (document.querySelectorAll("dialog[open]"))].at(-1);

/** @param {Problem} problem */
export const tell = (problem) => ask("That did not work", problem.message ?? String(problem), ["OK"], problem.details ?? "");
