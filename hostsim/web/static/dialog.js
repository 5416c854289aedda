// Warnings and questions: an alertdialog that waits for its button.
// @ts-check
/** @import {Problem} from "./types.d.ts" */
import { make, newId } from "./api.js";

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

/** @returns {HTMLDialogElement | undefined} */
export const topDialog = () => [.../** @type {NodeListOf<HTMLDialogElement>} */ (document.querySelectorAll("dialog[open]"))].at(-1);

/** @param {Problem} problem */
export const tell = (problem) => ask("That did not work", problem.message ?? String(problem), ["OK"], problem.details ?? "");
