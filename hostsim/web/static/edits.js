// Choices made in rows and not yet carried out: what goes along with a call, and what the rows show for as long.
// @ts-check
/** @import {Cell, Option, Row, RowChange} from "./types.d.ts" */
export class Edits {
  /** @type {Map<string, Record<string, Option>>} */
  #choices = new Map();

  /** @param {string} id @param {string} column @param {Option} choice */
  choose(id, column, choice) {
    this.#choices.set(id, { ...this.#choices.get(id), [column]: choice });
  }

  /** {row id: {column: value}}, as a form is called with. @returns {Record<string, Cell>} */
  get values() {
    const values = (/** @type {[string, Record<string, Option>]} */ [id, cells]) => [id, Object.fromEntries(Object.entries(cells).map(([key, choice]) => [key, choice.value]))];
    return Object.fromEntries([...this.#choices].map(values));
  }

  /** The rows as they came, with what was chosen in them: nothing is sent that is not shown. @param {Row[]} rows @returns {Row[]} */
  lay(rows) {
    return rows.map((row) => (this.#choices.has(row.id) ? { ...row, cells: { ...row.cells, ...this.#choices.get(row.id) } } : row));
  }

  /** A row that a run has brought over keeps nothing to be carried out. @param {RowChange[]} rows */
  settle(rows) {
    for (const row of rows) if (row.outcome === "synchronized") this.#choices.delete(row.id);
  }
}
