// The menu bar: one button per menu; F10 goes there; left and right move from menu to menu.
// @ts-check
/** @import {Item} from "./types.d.ts" */
import { Menu } from "./menu.js";

/** @param {HTMLElement} bar @param {(item: Item) => unknown} pick */
export function startMenubar(bar, pick) {
  const buttons = [.../** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[role=menuitem]"))];
  /** @type {Menu | null} */
  let open = null;
  /** @type {EventTarget | null} */
  let back = null;
  const buttonOf = (/** @type {Event} */ event) => /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[role=menuitem]"));

  /** @param {number} index @param {boolean} [unfold] */
  function goTo(index, unfold) {
    const target = buttons[(index + buttons.length) % buttons.length];
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
    const was = open;
    open?.close();
    target.focus();
    if (unfold ?? was) show(target, true);
  }

  /** @param {HTMLElement} button @param {boolean} focus */
  function show(button, focus) {
    open?.close();
    button.setAttribute("aria-expanded", "true");
    const closed = () => {
      open = null;
      button.setAttribute("aria-expanded", "false");
      if (!document.activeElement || document.activeElement === document.body) button.focus();
    };
    const sideways = (/** @type {number} */ step) => goTo(buttons.indexOf(button) + step, true);
    open = new Menu(JSON.parse(button.dataset.items ?? "[]"), button.textContent ?? "", { host: bar.parentElement ?? bar, pick, closed, sideways });
    open.open(button.getBoundingClientRect());
    if (focus) open.focus();
  }

  bar.addEventListener("pointerdown", (event) => (back = open && event.target));
  bar.addEventListener("click", (event) => {
    const button = buttonOf(event);
    if (button && button.getAttribute("aria-expanded") !== "true" && back !== button) show(button, event.detail === 0);
    back = null;
  });
  bar.addEventListener("pointerover", (event) => {
    const button = buttonOf(event);
    if (open && button && button.getAttribute("aria-expanded") !== "true") show(button, false);
  });
  bar.addEventListener("keydown", (event) => {
    const button = buttonOf(event);
    const at = button ? buttons.indexOf(button) : -1;
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    if (event.key in moves) goTo(moves[event.key]);
    else if (["ArrowDown", "Enter", " "].includes(event.key)) show(buttons[at], true);
    else if (event.key === "ArrowUp") (show(buttons[at], false), open?.focus(-1));
    else if (/^\p{L}$/u.test(event.key)) goTo(Math.max(0, buttons.findIndex((each) => (each.textContent ?? "").toLowerCase().startsWith(event.key))));
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F10" || event.shiftKey || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    goTo(0);
  });
}
