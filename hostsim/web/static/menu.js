// A menu at a place, with nested submenus: mouse, arrows, Home, End, Esc, letters.
// @ts-check
/** @import {Item} from "./types.d.ts" */
import { make } from "./api.js";

export class Menu {
  /**
   * pick(item) is called after everything is closed; sideways(step) asks for the neighbour of a whole menu.
   * @param {Item[]} items @param {string} label
   * @param {{host: Element, pick: (item: Item) => unknown, closed?: () => unknown, sideways?: (step: number) => unknown, parent?: Menu | null}} settings
   */
  constructor(items, label, { host, pick, closed = () => {}, sideways = () => {}, parent = null }) {
    this.items = items;
    this.pick = pick;
    this.closed = closed;
    this.sideways = sideways;
    this.parent = parent;
    this.host = host;
    /** @type {Menu | null} */
    this.child = null;
    this.outside = (/** @type {Event} */ event) => void (/** @type {Partial<Element>} */ (event.target).closest?.(".menu") || this.close());
    this.element = make("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" });
    this.element.append(...items.map((item, index) => this.#draw(item, index)));
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {DOMRect} box */
  open(box, beside = false) {
    this.host.append(this.element);
    this.element.showPopover();
    const own = this.element.getBoundingClientRect();
    const left = beside ? box.right - 3 : box.left;
    const top = beside ? box.top - 4 : box.bottom;
    const fits = left + own.width <= innerWidth;
    this.element.style.left = `${Math.max(0, fits ? left : beside ? box.left - own.width + 3 : innerWidth - own.width)}px`;
    this.element.style.top = `${Math.max(0, Math.min(top, innerHeight - own.height))}px`;
    if (!this.parent) {
      document.addEventListener("pointerdown", this.outside, true);
    }
    return this;
  }

  focus(index = 0) {
    const all = /** @type {HTMLElement[]} */ ([...this.element.children]);
    all[(index + all.length) % all.length]?.focus();
  }

  close() {
    this.#closeChild();
    if (!this.element.isConnected) return;
    document.removeEventListener("pointerdown", this.outside, true);
    this.element.remove();
    this.closed();
  }

  #closeChild() {
    this.child?.close();
    this.child = null;
  }

  /** @param {Item} item @param {number} index */
  #draw(item, index) {
    const entry = make("div", {
      role: "menuitem", tabindex: -1, text: item.label, title: item.disabled,
      "aria-haspopup": item.items && "menu", "aria-expanded": item.items && "false", "aria-disabled": item.disabled && "true",
    });
    entry.addEventListener("pointerenter", () => {
      entry.focus();
      this.#closeChild();
      if (item.items) this.#descend(index, false);
    });
    entry.addEventListener("click", () => this.#choose(index));
    return entry;
  }

  /** @param {number} index */
  #choose(index) {
    const item = this.items[index];
    if (item.disabled) return;
    if (item.items) return void this.#descend(index, true);
    this.#top().close();
    this.pick(item);
  }

  /** @param {number} index @param {boolean} focus */
  #descend(index, focus) {
    this.#closeChild();
    const entry = this.element.children[index];
    const { items = [], label } = this.items[index];
    entry.setAttribute("aria-expanded", "true");
    const closed = () => entry.setAttribute("aria-expanded", "false");
    const { host, pick, sideways } = this;
    this.child = new Menu(items, label, { host, pick, sideways, closed, parent: this });
    this.child.open(entry.getBoundingClientRect(), true);
    if (focus) this.child.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const at = /** @type {(Element | null)[]} */ ([...this.element.children]).indexOf(document.activeElement);
    if (at < 0) return;
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in moves) this.focus(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.#choose(at);
    else if (event.key === "ArrowRight") this.items[at].items ? this.#descend(at, true) : this.sideways(1);
    else if (event.key === "ArrowLeft") this.parent ? this.#up() : this.sideways(-1);
    else if (event.key === "Escape") this.parent ? this.#up() : this.close();
    else if (event.key === "Tab") this.#closeAll();
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.#type(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #up() {
    const above = this.parent;
    if (!above) return;
    const index = above.items.findIndex((item) => item.label === this.element.getAttribute("aria-label"));
    above.#closeChild();
    above.focus(index);
  }

  #closeAll() {
    this.#top().close();
  }

  /** @returns {Menu} */
  #top() {
    return this.parent ? this.parent.#top() : this;
  }

  /** @param {string} letter @param {number} at */
  #type(letter, at) {
    const starts = (/** @type {number} */ index) => this.items[index].label.toLowerCase().startsWith(letter.toLowerCase());
    const order = this.items.map((_, index) => (at + 1 + index) % this.items.length);
    const found = order.find(starts);
    if (found !== undefined) this.focus(found);
  }
}
