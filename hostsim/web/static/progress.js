// The green bar: count, percent, time left; a run's notice and its end in words.
// @ts-check
/** @import {Measure} from "./types.d.ts" */
import { make } from "./api.js";

const ORDER = ["done", "changed", "needs_decision", "failed", "not_confirmed", "skipped", "not_tried"];
const ALWAYS = ["done", "failed"];

/** @param {Record<string, number>} counts */
export const countWords = (counts) =>
  ORDER.filter((key) => counts[key] || ALWAYS.includes(key))
    .map((key) => `${key.replace("_", " ")} ${counts[key] ?? 0}`)
    .join(" · ")
    .replace(/^done \d+/, (done) => (counts.not_applied ? `${done} (${counts.not_applied} not applied)` : done));

/** @param {number | null | undefined} seconds */
function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return seconds < 60 ? `about ${seconds} s left` : `about ${Math.ceil(seconds / 60)} min left`;
}

export class Progress {
  /** @param {(hasty: boolean) => unknown} cancel */
  constructor(cancel) {
    this.cancel = cancel;
    this.cancelled = false;
    this.fill = make("div", { class: "fill" });
    this.bar = make("div", { class: "track", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0 }, this.fill);
    this.words = make("span", { class: "words" });
    this.button = make("button", { type: "button", class: "push", text: "Cancel", onclick: () => this.#press() });
    this.row = make("div", { class: "progress" }, this.bar, this.words, this.button);
    this.notice = make("div", { class: "quiet", "aria-live": "polite" });
    this.element = make("div", { hidden: true }, this.row, this.notice);
  }

  start() {
    this.cancelled = false;
    Object.assign(this.element, { hidden: false });
    Object.assign(this.button, { hidden: false, disabled: false, textContent: "Cancel" });
    this.notice.textContent = "";
    this.measure({ done: 0, total: 0, left: null });
  }

  /** @param {Measure} measure */
  measure({ done, total, left }) {
    const percent = total ? Math.floor((100 * done) / total) : 0;
    this.fill.style.width = `${percent}%`;
    this.words.textContent = total ? [`${done} of ${total}`, `${percent} %`, done < total && timeLeft(left)].filter(Boolean).join(" · ") : "starting…";
    this.bar.setAttribute("aria-valuemax", String(Math.max(total, 1)));
    this.bar.setAttribute("aria-valuenow", String(done));
    this.bar.setAttribute("aria-valuetext", this.words.textContent);
  }

  /** @param {string} text */
  say(text) {
    this.notice.textContent = text;
  }

  /** Stops the run; pressed again, what is on its way is not waited for. */
  #press() {
    this.cancel(this.cancelled);
    Object.assign(this.button, { disabled: this.cancelled, textContent: "Do not wait" });
    this.cancelled = true;
  }

  end() {
    this.button.hidden = true;
  }
}
