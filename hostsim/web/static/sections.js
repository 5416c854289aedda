// What is shown of a record that is opened: sections of facts and tables, the host's at once, those of add-ins when they are read.
// @ts-check
/** @import {Fact, FormRequest, Section, SectionLink, SectionRow} from "./types.d.ts" */
import { get, make, newId, showMoney } from "./api.js";
import { showDate } from "./dates.js";
import { waiting } from "./waits.js";

/** @type {(value: string, type: string | undefined) => string} */
const shown = (value, type) => (type === "money" ? showMoney(value) : type === "date" || type === "moment" ? showDate(value) : value);

/** Opens a form: a record's, or another one. @typedef {(form: string, body: {request: FormRequest}) => unknown} Open */

/** @param {Section[]} sections @param {Open} open */
export const drawSections = (sections, open) => sections.map((section) => drawSection(section, open));

/** The add-ins' sections of a record, once they are read; until then, that they are being read. @param {string} record @param {Open} open */
export function drawAddins(record, open) {
  const waits = make("p", { class: "quiet", role: "status", text: "Reading what add-ins know of it…" });
  const element = make("div", { class: "sections-of-addins" }, waits);
  waiting(get(`/api/records/${encodeURIComponent(record)}/sections`)).then(
    (found) => element.replaceChildren(...drawSections(found.sections, open)),
    (problem) => waits.replaceWith(make("p", { class: "notice error", role: "alert", text: `What add-ins know of it could not be read. ${problem.message}` })),
  );
  return element;
}

/** @param {Section} section @param {Open} open */
function drawSection(section, open) {
  const heading = newId("section");
  const element = make("section", { class: "record-section", "aria-labelledby": heading }, make("h3", { id: heading, text: section.title }));
  if (section.note) element.append(make("p", { text: section.note }));
  if (section.problem) element.append(make("p", { class: "notice error", text: section.problem }));
  if (section.facts.length) element.append(make("dl", { class: "facts" }, ...section.facts.map((fact) => drawFact(fact, open))));
  if (section.columns && section.rows?.length) element.append(drawTable(section, heading, open));
  else if (section.empty) element.append(make("p", { class: "quiet", text: section.empty }));
  return element;
}

/** @param {Fact} fact @param {Open} open */
function drawFact(fact, open) {
  const value = make("dd", { class: fact.type ?? "text" }, make("span", { text: shown(fact.value, fact.type) }), ...drawLinks(fact.links, open));
  return make("div", {}, make("dt", { text: fact.label }), value);
}

/** @param {Section} section @param {string} heading @param {Open} open */
function drawTable({ columns = [], rows = [] }, heading, open) {
  const linked = rows.some((row) => row.links?.length);
  const heads = columns.map((column) => make("th", { scope: "col", class: column.type ?? "text", text: column.label }));
  const last = linked && make("th", { scope: "col" }, make("span", { class: "unseen", text: "Open" }));
  const drawn = rows.map((row) => drawRow(row, columns, linked, open));
  const table = make("table", { "aria-labelledby": heading }, make("thead", {}, make("tr", {}, ...heads, last)), make("tbody", {}, ...drawn));
  return make("div", { class: "table", tabindex: 0, role: "group", "aria-labelledby": heading }, table);
}

/** @param {SectionRow} row @param {NonNullable<Section["columns"]>} columns @param {boolean} linked @param {Open} open */
function drawRow(row, columns, linked, open) {
  const cells = columns.map((column) => make("td", { class: column.type ?? "text", text: shown(row.cells[column.key] ?? "", column.type) }));
  return make("tr", {}, ...cells, linked && make("td", { class: "links" }, ...drawLinks(row.links, open)));
}

/** @param {SectionLink[] | undefined} links @param {Open} open @returns {HTMLElement[]} */
const drawLinks = (links, open) => (links ?? []).flatMap((link) => drawLink(link, open) ?? []);

/** An address is followed only where it is one of the web. @param {SectionLink} link @param {Open} open */
function drawLink(link, open) {
  if (link.url) return /^https?:\/\//.test(link.url) ? make("a", { href: link.url, target: "_blank", rel: "noopener noreferrer", text: link.label }) : null;
  const [form, request] = link.record ? ["record", { selection: [link.record] }] : [link.form ?? "", link.request ?? {}];
  return make("button", { type: "button", class: "link", text: link.label, onclick: () => open(form, { request }) });
}
