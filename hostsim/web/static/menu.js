// A menu at a place, with nested submenus: mouse, arrows, Home, End, Esc, letters.
import { make } from "./api.js";

export class Menu {
  // items: {label, items | form | page | command | …, disabled}; pick(item) is called after everything is closed.
  constructor(items, label, { host, pick, closed = () => {}, sideways = () => {}, parent = null }) {
    Object.assign(this, { items, pick, closed, sideways, parent, host, child: null });
    this.element = make("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" });
    this.element.append(...items.map((item, index) => this.#draw(item, index)));
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

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
      this.outside = (event) => event.target.closest?.(".menu") || this.close();
      document.addEventListener("pointerdown", this.outside, true);
    }
    return this;
  }

  focus(index = 0) {
    const all = [...this.element.children];
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

  #choose(index) {
    const item = this.items[index];
    if (item.disabled) return;
    if (item.items) return void this.#descend(index, true);
    let top = this;
    while (top.parent) top = top.parent;
    top.close();
    this.pick(item);
  }

  #descend(index, focus) {
    this.#closeChild();
    const entry = this.element.children[index];
    entry.setAttribute("aria-expanded", "true");
    const closed = () => entry.setAttribute("aria-expanded", "false");
    const { host, pick, sideways } = this;
    this.child = new Menu(this.items[index].items, this.items[index].label, { host, pick, sideways, closed, parent: this });
    this.child.open(entry.getBoundingClientRect(), true);
    if (focus) this.child.focus();
  }

  #key(event) {
    const at = [...this.element.children].indexOf(document.activeElement);
    if (at < 0) return;
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
    const index = above.items.findIndex((item) => item.label === this.element.getAttribute("aria-label"));
    above.#closeChild();
    above.focus(index);
  }

  #closeAll() {
    let top = this;
    while (top.parent) top = top.parent;
    top.close();
  }

  #type(letter, at) {
    const starts = (index) => this.items[index].label.toLowerCase().startsWith(letter.toLowerCase());
    const order = this.items.map((_, index) => (at + 1 + index) % this.items.length);
    const found = order.find(starts);
    if (found !== undefined) this.focus(found);
  }
}
