// A dialog as a window: maximized, moved and resized by mouse and keyboard, and as it was left when it opens again.
// @ts-check
import { make } from "../api.js";
import { drag } from "./drag.js";
import { recall, remember } from "./remember.js";

const LEAST = { width: 420, height: 260 };
const STEP = 24; // pixels a key moves or resizes
/** @typedef {{left: number, top: number, width: number, height: number}} Box */

/** @param {number} value @param {number} low @param {number} high */
const between = (value, low, high) => Math.max(low, Math.min(value, Math.max(low, high)));

export class FormWindow {
  maximized = false;
  /** Where the person put it; null: where it opens by itself. @type {Box | null} */
  box = null;

  /** @param {HTMLDialogElement} dialog @param {HTMLElement} heading @param {string} name */
  constructor(dialog, heading, name) {
    this.dialog = dialog;
    this.name = `window:${name}`;
    Object.assign(this, recall(this.name));
    this.button = make("button", { type: "button", class: "maximize", onclick: () => this.#maximize(!this.maximized) });
    const grip = make("div", { class: "grip", "aria-hidden": "true" });
    dialog.append(grip);
    heading.addEventListener("pointerdown", (event) => /** @type {Element} */ (event.target).closest("button") || this.#drag(event, heading, (x, y) => ({ left: x, top: y })));
    heading.addEventListener("dblclick", (event) => /** @type {Element} */ (event.target).closest("button") || this.#maximize(!this.maximized));
    grip.addEventListener("pointerdown", (event) => this.#drag(event, grip, (x, y) => ({ width: x, height: y })));
    this.button.addEventListener("keydown", (event) => this.#key(event));
    this.fit = () => this.#apply();
    addEventListener("resize", this.fit);
    this.#apply();
  }

  leave() {
    removeEventListener("resize", this.fit);
  }

  /** @param {boolean} on */
  #maximize(on) {
    this.maximized = on;
    this.#keep();
  }

  #keep() {
    this.#apply();
    remember(this.name, { maximized: this.maximized, box: this.box });
  }

  #apply() {
    const label = this.maximized ? "Restore size" : "Maximize";
    this.button.textContent = this.maximized ? "❐" : "□";
    this.button.setAttribute("aria-label", label);
    this.button.title = `${label}. Here arrow keys move the window, Shift with an arrow resizes it.`;
    this.dialog.classList.toggle("maximized", this.maximized);
    this.dialog.classList.toggle("placed", Boolean(this.box) && !this.maximized);
    const { style } = this.dialog;
    const box = this.maximized ? null : this.box && this.#within(this.box);
    for (const side of /** @type {("left" | "top" | "width" | "height")[]} */ (["left", "top", "width", "height"])) style[side] = box ? `${box[side]}px` : "";
  }

  /** The box within the screen as it is now. @param {Box} box */
  #within(box) {
    const width = between(box.width, Math.min(LEAST.width, innerWidth), innerWidth);
    const height = between(box.height, Math.min(LEAST.height, innerHeight), innerHeight);
    return { width, height, left: between(box.left, 0, innerWidth - width), top: between(box.top, 0, innerHeight - height) };
  }

  #current() {
    const { left, top, width, height } = this.dialog.getBoundingClientRect();
    return { left, top, width, height };
  }

  /** @param {Box} from @param {Partial<Box>} by */
  #change(from, by) {
    const sum = (/** @type {keyof Box} */ side) => from[side] + (by[side] ?? 0);
    this.maximized = false;
    this.box = this.#within({ left: sum("left"), top: sum("top"), width: sum("width"), height: sum("height") });
    this.#apply();
  }

  /** @param {PointerEvent} event @param {HTMLElement} handle @param {(x: number, y: number) => Partial<Box>} part */
  #drag(event, handle, part) {
    const from = this.#current();
    drag(event, handle, { move: (x, y) => this.#change(from, part(x, y)), end: () => this.#keep() });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    this.#change(this.#current(), event.shiftKey ? { width: way[0], height: way[1] } : { left: way[0], top: way[1] });
    this.#keep();
  }
}
