// A text box with a list: choices given, or searched for as one types.
// @ts-check
/** @import {Option} from "./types.d.ts" */
import { make, newId } from "./api.js";

export class Combobox {
  // find(text) resolves with [{value, label}]; picked(choice) is called on a choice, left(byKey) when it is given up.
  /** @param {{label: string, value?: Option | null, find: (text: string) => Promise<Option[]>, picked: (choice: Option) => unknown,
   *          left?: (byKey: boolean) => unknown, input?: Record<string, any>, inCell?: boolean}} settings */
  constructor({ label, value, find, picked, left = () => {}, input = {}, inCell = false }) {
    this.find = find;
    this.picked = picked;
    this.left = left;
    this.value = value;
    this.inCell = inCell;
    this.at = -1;
    /** @type {Option[]} */
    this.found = [];
    this.round = 0;
    this.list = make("div", { class: "choices", role: "listbox", id: newId("choices"), "aria-label": label, popover: "manual" });
    this.input = make("input", {
      type: "text", role: "combobox", autocomplete: "off", value: value?.label ?? "", "aria-label": label, "aria-expanded": "false",
      "aria-controls": this.list.id, "aria-autocomplete": "list", ...input,
    });
    this.element = make("span", { class: "combo" }, this.input, this.list);
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#leave());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const index = /** @type {(Element | null)[]} */ ([...this.list.children]).indexOf(/** @type {Element} */ (event.target).closest("[role=option]"));
      if (index >= 0) this.#pick(index);
    });
  }

  /** @param {string} text */
  async open(text) {
    const round = ++this.round;
    const found = await this.find(text);
    if (round !== this.round || !this.input.isConnected) return;
    this.found = found;
    this.at = Math.max(found.length ? 0 : -1, found.findIndex((each) => each.value === this.value?.value));
    this.list.replaceChildren(...found.map((each, index) => make("div", { role: "option", id: `${this.list.id}-${index}`, text: each.label })));
    if (!found.length) this.list.append(make("div", { role: "option", "aria-disabled": "true", text: "Nothing found" }));
    this.list.showPopover();
    const box = this.input.getBoundingClientRect();
    Object.assign(this.list.style, { left: `${box.left}px`, minWidth: `${box.width}px` });
    const below = innerHeight - box.bottom > Math.min(260, this.list.offsetHeight);
    this.list.style.top = `${below ? box.bottom : Math.max(0, box.top - this.list.offsetHeight)}px`;
    this.input.setAttribute("aria-expanded", "true");
    this.#mark();
  }

  close() {
    this.round++;
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  get isOpen() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  #mark() {
    [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", index === this.at ? "true" : "false"));
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
  }

  /** @param {number} index */
  #pick(index) {
    this.value = this.found[index];
    this.input.value = this.value.label;
    this.close();
    this.picked(this.value);
  }

  #leave(byKey = false) {
    this.close();
    this.input.value = this.value?.label ?? "";
    this.left(byKey);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && !this.isOpen) this.open("");
    else if (event.key in moves && this.found.length) {
      this.at = (this.at + moves[event.key] + this.found.length) % this.found.length;
      this.#mark();
    } else if (event.key === "Enter" && this.isOpen && this.at >= 0) this.#pick(this.at);
    else if (event.key === "Escape" && (this.isOpen || this.inCell)) this.#leave(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Finds among choices that are known already. @param {Option[]} choices */
export const among = (choices) => async (/** @type {string} */ text) => choices.filter((each) => each.label.toLowerCase().includes(text.toLowerCase())).slice(0, 200);
