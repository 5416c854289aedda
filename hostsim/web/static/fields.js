// A form's fields from their descriptions: drawn, read, and told what is wrong with them.
// @ts-check
/** @import {Answer, Field, Option, Why} from "./types.d.ts" */
import { formPath, get, make, newId } from "./api.js";
import { Combobox } from "./combobox.js";
import { dateInput } from "./dates.js";
import { FieldTable } from "./field_table.js";

/** @type {Partial<Record<Field["type"], string>>} */
const TYPES = { secret: "password" };
const NO_DATE = "Enter a whole date.";

/**
 * A field as it is drawn: its box, its inputs, and how a value is written into them.
 * @typedef {{box: HTMLElement, inputs: HTMLControl[], labels?: HTMLElement[], write: (next: any) => unknown, help?: string, title?: string, refilters?: boolean}} Drawn
 * @typedef {HTMLInputElement | HTMLSelectElement} HTMLControl
 */

export class Fields {
  /**
   * changed(field) is called when a value has changed.
   * @param {string} form @param {Field[]} fields @param {Answer} answer @param {(field: Field) => unknown} changed
   */
  constructor(form, fields, answer, changed) {
    this.form = form;
    this.fields = fields;
    this.changed = changed;
    /** @type {Answer} */
    this.values = { ...answer };
    /** @type {Map<string, Drawn>} */
    this.boxes = new Map();
    /** Fields that hold no whole date: until they do, nothing is loaded or carried out. @type {Set<string>} */
    this.unfinished = new Set();
    this.element = make("div", { class: "fields" });
    let group = "";
    /** @type {FieldTable | null} */
    let table = null;
    for (const field of fields) {
      const begins = field.group && field.group !== group;
      if (begins) this.element.append(make("h3", { text: (group = field.group ?? "") }));
      if (begins || !field.row) table = null;
      const box = this.#draw(field);
      if (!field.row || !field.column) this.element.append(box);
      else if (table) table.add(field, box);
      else this.element.append((table = new FieldTable(field, box)).element);
    }
  }

  /** Shows each sentence beside its field; fields that are not named are right again. @param {Record<string, string>} rejected */
  reject(rejected) {
    /** @type {HTMLControl[]} */
    const wrong = [];
    for (const [name, drawn] of this.boxes) {
      this.#mark(drawn, rejected[name] ?? (this.unfinished.has(name) ? NO_DATE : ""));
      if (rejected[name]) wrong.push(drawn.inputs[0]);
    }
    if (wrong.length && !this.element.contains(document.activeElement)) wrong[0].focus();
    return Object.entries(rejected).filter(([name]) => !this.boxes.has(name)).map(([, text]) => text);
  }

  /** @param {Drawn} drawn @param {string} text */
  #mark({ box, inputs, help }, text) {
    if (box.querySelector(".wrong")?.textContent === text) return;
    box.querySelector(".wrong")?.remove();
    const id = text ? newId("wrong") : "";
    for (const input of inputs) {
      text ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
      const described = [help, id].filter(Boolean).join(" ");
      described ? input.setAttribute("aria-describedby", described) : input.removeAttribute("aria-describedby");
    }
    if (text) box.append(make("span", { class: "wrong", id, text, role: "alert" }));
  }

  /** Fields that would fetch other rows are shut while there is a reason, which their title then says. @param {Why} why */
  hold(why) {
    for (const { box, refilters, inputs, title } of this.boxes.values())
      if (refilters && !box.classList.contains("shut")) for (const input of inputs) Object.assign(input, { disabled: Boolean(why), title: why || title });
  }

  /** A field that does not count now does not look as if it did. @param {Drawn} drawn @param {Why} why */
  #shut({ box, inputs }, why) {
    box.classList.add("shut");
    box.title = why;
    for (const input of inputs) Object.assign(input, { disabled: true, title: why });
  }

  /** Labels of what there is to choose, written anew where they count something; what is chosen stays. @param {Field[]} fields */
  relabel(fields) {
    for (const field of fields) {
      const labels = this.boxes.get(field.name)?.labels ?? [];
      labels.forEach((label, index) => (label.textContent = field.choices?.[index]?.label ?? label.textContent));
    }
  }

  /** @param {Answer} answer */
  set(answer) {
    for (const [name, value] of Object.entries(answer)) {
      this.values[name] = value;
      this.boxes.get(name)?.write(value);
    }
  }

  /** @param {Field} field */
  #draw(field) {
    const help = [field.help, field.applies_to].filter(Boolean).join(" ");
    /** @type {Drawn} */
    const drawn = Object.assign(this.#input(field, help), { refilters: field.refilters, title: help });
    const box = drawn.box;
    box.classList.add("field");
    if (field.disabled) this.#shut(drawn, field.disabled);
    if (help) box.append(make("span", { class: field.help ? "help" : "unseen", id: (drawn.help = newId("help")), text: help }));
    for (const input of drawn.inputs) if (drawn.help) input.setAttribute("aria-describedby", drawn.help);
    this.boxes.set(field.name, drawn);
    return box;
  }

  /** @param {Field} field @param {any} value */
  #set(field, value) {
    this.values[field.name] = value;
    this.changed(field);
  }

  /** @param {Field} field @param {string} title @returns {Drawn} */
  #input(field, title) {
    const value = this.values[field.name];
    if (field.type === "boolean") return this.#check(field, title);
    if (field.type === "choice" && field.style === "radio") return this.#radios(field, title);
    if (field.type === "choice" && field.search) return this.#combo(field, title);
    if (field.type === "date") return this.#date(field, title);
    const id = newId("field");
    const input = field.type === "choice" ? make("select", { id, title }, ...(field.choices ?? []).map((each) => make("option", { value: each.value, text: each.label })))
      : make("input", { id, title, type: TYPES[field.type] ?? "text", autocomplete: "off", size: field.type === "text" || field.type === "secret" ? 30 : null });
    input.value = value ?? "";
    input.addEventListener("change", () => this.#set(field, input.value));
    input.addEventListener("input", () => (this.values[field.name] = input.value));
    return { box: make("div", {}, make("label", { for: id, text: field.label }), input), inputs: [input], write: (next) => (input.value = next ?? "") };
  }

  /** A date is whole or it is none; what was taken is written as people write dates. @param {Field} field @param {string} title @returns {Drawn} */
  #date(field, title) {
    const id = newId("field");
    const date = dateInput({ id, title });
    const take = () => {
      const [drawn, read] = [this.boxes.get(field.name), date.read()];
      const unfinished = read === null || (!read && Boolean(field.required));
      const same = this.values[field.name] === (read ?? "") && unfinished === this.unfinished.has(field.name);
      if (same || !drawn) return;
      unfinished ? this.unfinished.add(field.name) : this.unfinished.delete(field.name);
      this.#mark(drawn, unfinished ? NO_DATE : "");
      this.#set(field, read ?? "");
    };
    for (const event of ["change", "input", "blur"]) date.input.addEventListener(event, take);
    date.input.addEventListener("change", () => date.write(date.read() || date.input.value));
    const write = (/** @type {string | null} */ next) => (date.write(next ?? ""), this.unfinished.delete(field.name));
    date.write(this.values[field.name] ?? "");
    return { box: make("div", {}, make("label", { for: id, text: field.label }), date.box), inputs: [date.input], write };
  }

  /** @param {Field} field @param {string} title @returns {Drawn} */
  #check(field, title) {
    const id = newId("field");
    const input = make("input", { id, title, type: "checkbox" });
    input.checked = Boolean(this.values[field.name]);
    input.addEventListener("change", () => this.#set(field, input.checked));
    return { box: make("div", { class: "check" }, input, make("label", { for: id, title, text: field.label })), inputs: [input], write: (next) => (input.checked = Boolean(next)) };
  }

  /** @param {Field} field @param {string} title @returns {Drawn} */
  #radios(field, title) {
    const name = newId("radio");
    const choices = field.choices ?? [];
    const inputs = choices.map((each) => {
      const input = make("input", { type: "radio", name, value: each.value, id: newId("field") });
      input.checked = each.value === this.values[field.name];
      input.addEventListener("change", () => this.#set(field, each.value));
      return input;
    });
    const labels = inputs.map((input, index) => make("label", { for: input.id, text: choices[index].label }));
    const pairs = inputs.map((input, index) => make("span", {}, input, " ", labels[index]));
    const box = make("fieldset", { title }, make("legend", { text: field.label }), ...pairs);
    return { box, inputs, labels, write: (next) => inputs.forEach((input) => (input.checked = input.value === next)) };
  }

  /** @param {Field} field @param {string} title @returns {Drawn} */
  #combo(field, title) {
    const find = (/** @type {string} */ text) => get(`${formPath(this.form, "options")}?${new URLSearchParams({ name: field.name, search: text })}`);
    const value = this.values[field.name];
    const combo = new Combobox({ label: field.label, value, find, picked: (choice) => this.#set(field, choice.value), input: { title } });
    const write = (/** @type {Option | null} */ next) => ((combo.value = next), (combo.input.value = next?.label ?? ""));
    return { box: make("div", {}, make("span", { class: "name", text: field.label }), combo.element), inputs: [combo.input], write };
  }
}
