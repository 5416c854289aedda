// What can be done with a row: its context menu, opening it, and the buttons that mend it.
// @ts-check
/** @import {Action, Fix, Item, Row} from "./types.d.ts" */
/** @import {Panel} from "./panel.js" */
import { post } from "./api.js";
import { tell } from "./dialog.js";
import { Menu } from "./menu.js";

/** Whether the row is one of the host's own records. @param {Row | undefined} row */
const isRecord = (row) => /^(payment|credit_memo|invoice|client):\d+$/.test(row?.id ?? "");

export class RowActs {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
  }

  /** @param {DOMRect} box */
  menu(box) {
    const own = this.panel.description.row_actions.map((action) => ({ label: action.label ?? "", disabled: action.disabled, action }));
    const { context } = this.panel.description;
    const record = !context.some((item) => item.form === "record") && isRecord(this.panel.grid.focusedRow);
    const items = [...(record ? [{ label: "Open", form: "record" }] : []), ...context, ...own];
    if (!items.length) return;
    const menu = new Menu(items, "Row", {
      host: this.panel.element,
      pick: (item) => this.#pick(item),
      closed: () => this.panel.grid.element.focus({ preventScroll: true }),
    });
    menu.open(box).focus();
  }

  /** @param {Item} item */
  #pick(item) {
    if (item.action) this.panel.on.perform(item.action);
    else if (item.form === "record") this.#openRecord(this.panel.grid.focusedRow);
    else if (item.form) this.panel.on.open(item.form, this.panel.selection);
    else post(`/api/context/${encodeURIComponent(this.panel.description.id)}/${item.index}`, this.panel.selection).then(this.panel.on.called, tell);
  }

  /** What Enter and a double click mean: the form's own *Open*, else the record's window. @param {Row} row */
  open(row) {
    const own = this.panel.description.row_actions.find((action) => action.id === "open" && !action.disabled);
    if (own) this.panel.on.perform(own, [[this.panel.grid.at, this.panel.grid.at + 1]]);
    else if (isRecord(row)) this.#openRecord(row);
  }

  /** @param {Row | undefined} row */
  #openRecord(row) {
    if (row) this.panel.on.open("record", { request: { selection: [row.id] } });
  }

  /** What mends a row: another form, or an action of this one on this row alone. @param {Fix} fix @param {Row} row */
  mend(fix, row) {
    if (fix.form) return this.panel.on.open(fix.form, { request: fix.request ?? {} });
    const place = this.panel.grid.at;
    const edits = { [row.id]: { ...this.panel.edits.values[row.id], ...fix.edit } };
    /** @type {Action} */
    const action = { id: fix.act ?? fix.run ?? "", kind: fix.run ? "run" : "act", label: fix.label, confirm: fix.confirm };
    return this.panel.on.perform(action, [[place, place + 1]], edits);
  }
}
