// A windowed ARIA grid: only the rows in view exist; places, not pixels, say where the view is.
// @ts-check
/** @import {Column, GridEvents, Kept, Row, RowChange, Sort, Why} from "../types.d.ts" */
import { make, newId } from "../api.js";
import { cutCells, editable, fillRow } from "./cells.js";
import { headRow } from "./head.js";
import { Layout } from "./layout.js";
import { Pages } from "./pages.js";
import { Selection } from "./selection.js";

const ROW = 24;
const TALLEST = 8_000_000; // browsers stop at about 17 million pixels; beyond this the bar is a scale

export class Grid {
  /** @param {string} label @param {GridEvents} on */
  constructor(label, on) {
    this.id = newId("grid");
    this.on = on;
    this.pages = new Pages(on.page, () => this.draw(true));
    this.selection = new Selection();
    /** @type {Map<number, HTMLElement>} */
    this.drawn = new Map();
    /** @type {Column[]} */
    this.columns = [];
    this.held = "";
    this.top = this.at = this.column = this.anchor = this.expected = 0;
    /** @type {boolean} */
    this.touched = false;
    /** @type {Kept | undefined} */
    this.awaited = undefined;
    this.head = make("div", { class: "head", role: "rowgroup" });
    this.body = make("div", { class: "body", role: "rowgroup" });
    this.view = make("div", { class: "view" }, this.head, this.body);
    this.sizer = make("div", {}, this.view);
    this.layout = new Layout(this.head, this.sizer, this.drawn);
    this.element = make("div", { class: "grid", role: "grid", "aria-label": label, "aria-multiselectable": "true", tabindex: 0 }, this.sizer);
    this.element.addEventListener("scroll", () => this.#scrolled());
    this.element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.element.addEventListener("focus", () => this.on.focused(this.focusedRow)); // the row that a key comes to says what it has to say
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    this.body.addEventListener("click", (event) => this.#click(event));
    this.body.addEventListener("dblclick", (event) => this.#doubleClick(event));
    this.body.addEventListener("contextmenu", (event) => this.#rightClick(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.show([], { count: 0, rows: [] }, null);
    this.element.setAttribute("aria-rowcount", "-1"); // not known yet
    this.busy(true);
  }

  get #all() {
    return /** @type {HTMLInputElement} */ (this.head.querySelector("input"));
  }

  /** Rows of an earlier filter are not shown, nor to be picked, while new ones are on their way. @param {boolean} on */
  busy(on) {
    this.element.setAttribute("aria-busy", String(on));
    this.#all.disabled = on || !this.pages.count;
  }

  /** Headers do not sort while there is a reason against it. @param {Why} why */
  hold(why = "") {
    this.held = why;
    for (const button of this.head.querySelectorAll("button")) {
      button.dataset.says ??= button.title;
      Object.assign(button, { disabled: Boolean(why), title: why || button.dataset.says });
    }
  }

  /**
   * Takes new rows; `keep` leaves selection, focus and place as they are, where the count allows it. Else rows that were
   * selected or focused stay so where they are among the first ones again. Whether the focused row is still there.
   * @param {Column[]} columns @param {{count: number, rows: Row[]}} state @param {Sort | null} sort
   */
  show(columns, { count, rows }, sort, keep = false) {
    const same = keep && count === this.pages.count;
    const kept = this.kept;
    this.awaited = undefined;
    this.columns = columns;
    this.pages.reset(count, rows);
    if (!same) this.#restore(rows, kept);
    this.element.setAttribute("aria-rowcount", String(count + 1));
    this.element.setAttribute("aria-colcount", String(columns.length + 1));
    this.layout.forget();
    this.#drawHead(columns, sort);
    this.body.setAttribute("role", count ? "rowgroup" : "presentation");
    this.#clear();
    this.#place(this.top);
    this.draw();
    return this.touched;
  }

  /** Shows the same rows in other columns, or in other widths of them. @param {Column[]} columns @param {Sort | null} sort */
  arrange(columns, sort) {
    const same = columns.length === this.columns.length && columns.every((each, index) => each.key === this.columns[index].key);
    this.columns = columns;
    if (same) return (this.layout.arrange(this.columns), this.touched && this.on.focused(this.focusedRow));
    this.element.setAttribute("aria-colcount", String(columns.length + 1));
    this.#drawHead(columns, sort);
    this.column = 0;
    this.draw(true);
  }

  /** The header that has the focus keeps it, also when rows come in that were asked for before. @param {Column[]} columns @param {Sort | null} sort */
  #drawHead(columns, sort) {
    const focused = this.#focusedHead();
    this.head.replaceChildren(headRow(columns, sort, (on) => this.selectAll(on), this.on));
    this.layout.arrange(this.columns);
    this.#focusHead(focused);
    this.hold(this.held);
  }

  #focusedHead() {
    return /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest(".head [data-key]"))?.dataset.key;
  }

  /** @param {string | undefined} key */
  #focusHead(key) {
    if (key) /** @type {HTMLElement | null} */ (this.head.querySelector(`[data-key="${CSS.escape(key)}"] button`))?.focus();
  }

  /** @param {boolean} on */
  selectAll(on) {
    this.selection.only(0, on ? this.pages.count : 0);
    this.#changed();
  }

  /** Once rows are shown, they stand as in the grid that this one takes the place of. @param {Kept | undefined} kept */
  keepLater(kept) {
    this.awaited = kept;
  }

  /** The ids of the rows that are selected, none of more than 200, and of the one a person is on; or what they will be once rows are shown. @returns {Kept} */
  get kept() {
    return this.awaited ?? { picked: this.#picked, here: this.touched ? this.focusedRow?.id : undefined };
  }

  get #picked() {
    const places = this.selection.count > 200 ? [] : this.selection.ranges.flatMap(([start, stop]) => Array.from({ length: stop - start }, (_, i) => start + i));
    return new Set(places.map((place) => this.pages.row(place)?.id));
  }

  /** @param {Row[]} rows @param {Kept} kept */
  #restore(rows, { picked, here }) {
    Object.assign(this, { top: 0, at: 0, column: 0, anchor: 0, touched: false });
    this.selection.only(0, 0);
    rows.forEach((row, place) => {
      if (picked.has(row.id)) this.selection.add(place, place + 1);
      if (row.id === here) Object.assign(this, { at: place, anchor: place, touched: true });
    });
  }

  get focusedRow() {
    return this.pages.row(this.at);
  }

  /** What of the focused row its columns are too narrow for: it is said under the grid. */
  get cut() {
    const element = this.drawn.get(this.at);
    return element ? cutCells(element, this.columns) : [];
  }

  /** @param {RowChange[]} changes */
  patch(changes) {
    for (const place of changes.map((change) => this.pages.patch(change))) if (place !== undefined && this.drawn.has(place)) this.#fill(place);
    if (changes.some((change) => change.id === this.focusedRow?.id)) this.on.focused(this.focusedRow);
  }

  draw(refill = false) {
    const [visible, whole] = [this.#visible(), this.#height()];
    this.sizer.style.height = `${Math.min(whole, TALLEST)}px`;
    this.view.style.height = `${this.element.clientHeight}px`;
    this.top = Math.max(0, Math.min(this.top, this.pages.count - visible));
    const [first, stop] = [Math.floor(this.top), Math.min(this.pages.count, Math.ceil(this.top + visible) + 1)];
    for (const [place, element] of this.drawn) if (place < first || place >= stop) (element.remove(), this.drawn.delete(place));
    for (let place = first; place < stop; place++) {
      if (!this.drawn.has(place)) this.#create(place);
      else if (refill) this.#fill(place);
      /** @type {HTMLElement} */ (this.drawn.get(place)).style.transform = `translateY(${(place - this.top) * ROW}px)`;
    }
    this.pages.want(first, stop);
    this.#mark();
  }

  /** @param {number} place */
  #create(place) {
    const element = make("div", { role: "row", "aria-rowindex": place + 2, id: `${this.id}-${place}` });
    element.style.gridTemplateColumns = this.layout.template;
    const next = this.drawn.get(place + 1);
    this.drawn.set(place, element);
    next ? next.before(element) : this.body.append(element);
    this.#fill(place);
  }

  /** @param {number} place */
  #fill(place) {
    this.layout.makeRoom(this.pages.row(place));
    fillRow(/** @type {HTMLElement} */ (this.drawn.get(place)), this.pages.row(place), this.columns, `${this.id}-${place}`);
  }

  #mark() {
    for (const [place, element] of this.drawn) {
      const open = this.pages.row(place)?.selectable !== false;
      element.setAttribute("aria-selected", open && this.selection.has(place) ? "true" : "false");
      element.classList.toggle("here", place === this.at);
      [...element.children].forEach((cell, index) => cell.classList.toggle("at", place === this.at && index === this.column));
    }
    const here = this.drawn.has(this.at) ? `${this.id}-${this.at}${this.column ? `-${this.column}` : ""}` : "";
    here ? this.element.setAttribute("aria-activedescendant", here) : this.element.removeAttribute("aria-activedescendant");
    const box = this.#all;
    box.checked = this.pages.count > 0 && this.selection.count === this.pages.count;
    box.indeterminate = !box.checked && this.selection.count > 0;
  }

  #clear() {
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
  }

  #visible() {
    return Math.max(1, this.element.clientHeight / ROW - 1);
  }

  #height() {
    return (this.pages.count + 1) * ROW;
  }

  /** The bar's pixels for a place: one to one while they suffice, else to scale. @param {number} top */
  #place(top) {
    const room = Math.min(this.#height(), TALLEST) - this.element.clientHeight;
    const last = this.pages.count - this.#visible();
    this.sizer.style.height = `${Math.min(this.#height(), TALLEST)}px`;
    this.expected = Math.round(last > 0 ? (top / last) * room : 0);
    this.element.scrollTop = this.expected;
    this.top = Math.max(0, Math.min(top, last));
  }

  #scrolled() {
    const room = Math.min(this.#height(), TALLEST) - this.element.clientHeight;
    const last = Math.max(0, this.pages.count - this.#visible());
    if (Math.abs(this.element.scrollTop - this.expected) > 1) this.top = room > 0 ? (this.element.scrollTop / room) * last : 0;
    this.expected = this.element.scrollTop;
    this.draw();
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (this.#height() <= TALLEST || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#place(this.top + event.deltaY / ROW);
    this.draw();
  }

  #changed() {
    this.#mark();
    this.on.selected();
  }

  /** @param {number} place @param {{extend?: boolean, move?: boolean}} [how] */
  #go(place, { extend = false, move = false } = {}) {
    this.touched = true;
    this.at = Math.max(0, Math.min(place, this.pages.count - 1));
    if (extend) this.selection.only(Math.min(this.anchor, this.at), Math.max(this.anchor, this.at) + 1);
    else if (!move) (this.selection.only(this.at, this.at + 1), (this.anchor = this.at));
    if (this.at < this.top) this.#place(this.at);
    else if (this.at + 1 > this.top + this.#visible()) this.#place(this.at + 1 - this.#visible());
    this.draw();
    this.#changed();
    this.on.focused(this.focusedRow);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.target !== this.element || !this.pages.count) return;
    const page = Math.max(1, Math.floor(this.#visible()) - 1);
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page, Home: 0, End: this.pages.count - 1 };
    const control = event.ctrlKey || event.metaKey;
    if (event.key in moves) this.#go(moves[event.key], { extend: event.shiftKey, move: control });
    else if (event.key === "ArrowRight") (this.column = Math.min(this.columns.length, this.column + 1)), this.#mark();
    else if (event.key === "ArrowLeft") (this.column = Math.max(0, this.column - 1)), this.#mark();
    else if (event.key === " ") (this.selection.toggle(this.at), (this.anchor = this.at), this.#changed());
    else if (control && event.key.toLowerCase() === "a") (this.selection.only(0, this.pages.count), this.#changed());
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) this.#menuByKey();
    else if (event.key === "Enter" || event.key === "F2") this.#edit(this.at, this.column);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const [place, column] = this.#where(target);
    if (place < 0 || target.closest(".combo")) return;
    this.element.focus({ preventScroll: true });
    this.column = column;
    if (event.shiftKey) this.#go(place, { extend: true });
    else if (event.ctrlKey || event.metaKey || column === 0) {
      this.selection.toggle(place);
      this.anchor = place;
      this.#go(place, { move: true });
    } else if (this.#onArrow(event, place, column)) (this.#go(place, { move: true }), this.#edit(place, column));
    else this.#go(place);
  }

  /** The arrow at the right of a cell with choices opens them; anywhere else a click means the row. @param {MouseEvent} event @param {number} place @param {number} column */
  #onArrow(event, place, column) {
    const cell = /** @type {Element} */ (event.target).closest("[role=gridcell]");
    const right = cell?.getBoundingClientRect().right ?? 0;
    return editable(this.columns[column - 1], this.pages.row(place)) && (event.detail > 1 || right - event.clientX < 24);
  }

  /** @param {MouseEvent} event */
  #rightClick(event) {
    const [place, column] = this.#where(/** @type {Element} */ (event.target));
    event.preventDefault();
    if (place < 0) return;
    this.element.focus({ preventScroll: true });
    this.column = column;
    this.#go(place, { move: this.selection.has(place) });
    this.on.menu(new DOMRect(event.clientX, event.clientY, 0, 0));
  }

  #menuByKey() {
    if (!this.selection.count) this.#go(this.at);
    this.on.menu((this.drawn.get(this.at)?.children[1] ?? this.element).getBoundingClientRect());
  }

  /** @param {Element} target @returns {[number, number]} */
  #where(target) {
    const row = target.closest?.("[role=row]");
    return row ? [Number(row.getAttribute("aria-rowindex")) - 2, [...row.children].findIndex((cell) => cell === target.closest("[role=gridcell]"))] : [-1, 0];
  }

  /** Opens the row, but where the cell has choices: that opened them. @param {MouseEvent} event */
  #doubleClick(event) {
    const [place, column] = this.#where(/** @type {Element} */ (event.target));
    const row = this.pages.row(place);
    if (row && column > 0 && !editable(this.columns[column - 1], row)) this.on.opened(row);
  }

  /** Opens the choices of a cell; where there are none, the row. @param {number} place @param {number} index */
  #edit(place, index) {
    const wanted = index || this.columns.findIndex((each) => editable(each, this.pages.row(place))) + 1;
    const [row, column] = [this.pages.row(place), this.columns[wanted - 1]];
    if (row && column && editable(column, row)) this.on.edit(row, column, /** @type {HTMLElement} */ (this.drawn.get(place)).children[wanted]);
    else if (row) this.on.opened(row);
  }
}
