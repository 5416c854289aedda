// A form's fields from their descriptions: drawn, read, and told what is wrong with them.
import { formPath, get, make, newId } from "./api.js";
import { Combobox } from "./combobox.js";

export class Fields {
  // changed(field) is called when a value has changed.
  constructor(form, fields, answer, changed) {
    Object.assign(this, { form, fields, changed, values: { ...answer }, boxes: new Map() });
    this.element = make("div", { class: "fields" });
    let group = "";
    for (const field of fields) {
      if (field.group && field.group !== group) this.element.append(make("h3", { text: (group = field.group) }));
      this.element.append(this.#draw(field));
    }
  }

  // Shows each sentence beside its field; fields that are not named are right again.
  reject(rejected) {
    const wrong = [];
    for (const [name, { box, inputs, help }] of this.boxes) {
      box.querySelector(".wrong")?.remove();
      const text = rejected[name];
      const id = text && newId("wrong");
      for (const input of inputs) {
        text ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
        const described = [help, id].filter(Boolean).join(" ");
        described ? input.setAttribute("aria-describedby", described) : input.removeAttribute("aria-describedby");
      }
      if (text) (box.append(make("span", { class: "wrong", id, text })), wrong.push(inputs[0]));
    }
    if (wrong.length && !this.element.contains(document.activeElement)) wrong[0].focus();
    return Object.entries(rejected).filter(([name]) => !this.boxes.has(name)).map(([, text]) => text);
  }

  // Fields that would fetch other rows are shut while there is a reason, which their title then says.
  hold(why) {
    for (const { refilters, inputs, title } of this.boxes.values())
      if (refilters) for (const input of inputs) Object.assign(input, { disabled: Boolean(why), title: why || title });
  }

  set(answer) {
    for (const [name, value] of Object.entries(answer)) {
      this.values[name] = value;
      this.boxes.get(name)?.write(value);
    }
  }

  #draw(field) {
    const help = [field.help, field.applies_to].filter(Boolean).join(" ");
    const drawn = Object.assign(this.#input(field, help), { refilters: field.refilters, title: help });
    const box = drawn.box;
    box.classList.add("field");
    if (help) box.append(make("span", { class: field.help ? "help" : "unseen", id: (drawn.help = newId("help")), text: help }));
    for (const input of drawn.inputs) if (help) input.setAttribute("aria-describedby", drawn.help);
    this.boxes.set(field.name, drawn);
    return box;
  }

  #set(field, value) {
    this.values[field.name] = value;
    this.changed(field);
  }

  #input(field, title) {
    const value = this.values[field.name];
    if (field.type === "boolean") return this.#check(field, title);
    if (field.type === "choice" && field.style === "radio") return this.#radios(field, title);
    if (field.type === "choice" && field.search) return this.#combo(field, title);
    const id = newId("field");
    const input = field.type === "choice" ? make("select", { id, title }, ...field.choices.map((each) => make("option", { value: each.value, text: each.label })))
      : make("input", { id, title, type: { date: "date", secret: "password" }[field.type] ?? "text", autocomplete: "off", size: field.type === "text" || field.type === "secret" ? 30 : null });
    input.value = value ?? "";
    input.addEventListener("change", () => this.#set(field, input.value));
    input.addEventListener("input", () => (this.values[field.name] = input.value));
    return { box: make("div", {}, make("label", { for: id, text: field.label }), input), inputs: [input], write: (next) => (input.value = next ?? "") };
  }

  #check(field, title) {
    const id = newId("field");
    const input = make("input", { id, title, type: "checkbox" });
    input.checked = Boolean(this.values[field.name]);
    input.addEventListener("change", () => this.#set(field, input.checked));
    return { box: make("div", { class: "check" }, input, make("label", { for: id, title, text: field.label })), inputs: [input], write: (next) => (input.checked = Boolean(next)) };
  }

  #radios(field, title) {
    const name = newId("radio");
    const inputs = field.choices.map((each) => {
      const input = make("input", { type: "radio", name, value: each.value, id: newId("field") });
      input.checked = each.value === this.values[field.name];
      input.addEventListener("change", () => this.#set(field, each.value));
      return input;
    });
    const pairs = inputs.map((input, index) => make("span", {}, input, " ", make("label", { for: input.id, text: field.choices[index].label })));
    const box = make("fieldset", { title }, make("legend", { text: field.label }), ...pairs);
    return { box, inputs, write: (next) => inputs.forEach((input) => (input.checked = input.value === next)) };
  }

  #combo(field, title) {
    const find = (text) => get(`${formPath(this.form, "options")}?${new URLSearchParams({ name: field.name, search: text })}`);
    const value = this.values[field.name];
    const combo = new Combobox({ label: field.label, value, find, picked: (choice) => this.#set(field, choice.value), input: { title } });
    const write = (next) => ((combo.value = next), (combo.input.value = next?.label ?? ""));
    return { box: make("div", {}, make("span", { class: "name", text: field.label }), combo.element), inputs: [combo.input], write };
  }
}
