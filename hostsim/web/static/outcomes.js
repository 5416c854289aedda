// The bar under a grid: its rows by outcome, each a filter; after a run the button that runs the failed ones again.
// @ts-check
import { make } from "./api.js";

const ORDER = ["ready", "not_ready", "needs_decision", "synchronized", "undone", "changed", "failed", "not_confirmed", "skipped", "not_tried", "hidden", "removed"];

/** @param {string} outcome */
const wordOf = (outcome) => (outcome[0].toUpperCase() + outcome.slice(1)).replaceAll("_", " ");

export class Outcomes {
  /** @type {Record<string, number> | null} */
  counts = null;
  /** @type {HTMLButtonElement | null} */
  again = null;
  chosen = "";
  held = "";

  /** pick(outcome) filters the rows; an empty outcome shows all. @param {(outcome: string) => unknown} pick */
  constructor(pick) {
    this.pick = pick;
    this.element = make("div", { class: "outcomes", role: "group", "aria-label": "Rows by outcome", hidden: true });
  }

  /** @param {Record<string, number> | null} counts */
  show(counts) {
    this.counts = counts;
    this.#draw();
  }

  /** @param {string} outcome */
  choose(outcome) {
    this.chosen = outcome;
    this.#draw();
  }

  /** @param {string} why */
  hold(why) {
    this.held = why;
    this.#draw();
  }

  /** Offers to run the rows that failed once more; none takes the offer away. @param {number} failed @param {() => unknown} run */
  offer(failed, run = () => {}) {
    this.again = failed ? make("button", { type: "button", class: "push", text: `Retry these ${failed}`, onclick: run }) : null;
    this.#draw();
  }

  #draw() {
    const { counts } = this;
    const all = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
    this.element.hidden = !all && !this.again;
    const shown = counts ? ORDER.filter((outcome) => counts[outcome] || outcome === this.chosen) : [];
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.outcome;
    const buttons = counts && all ? [this.#button("", `All ${all}`), ...shown.map((outcome) => this.#button(outcome, `${wordOf(outcome)} ${counts[outcome] ?? 0}`))] : [];
    if (this.again) this.again.disabled = Boolean(this.held);
    this.element.replaceChildren(...buttons, this.again ?? "");
    if (focused !== undefined) buttons.find((button) => button.dataset.outcome === focused)?.focus();
  }

  /** @param {string} outcome @param {string} text */
  #button(outcome, text) {
    const pressed = String(this.chosen === outcome);
    return make("button", {
      type: "button", class: "filter", text, "data-outcome": outcome, "aria-pressed": pressed, disabled: Boolean(this.held), title: this.held || null,
      onclick: () => this.pick(outcome),
    });
  }
}
