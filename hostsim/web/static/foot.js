// The line under a grid: what is selected, how a run ended, all rows and their money, and the ways out.
// @ts-check
/** @import {FootEvents} from "./types.d.ts" */
import { make, showMoney } from "./api.js";

export class Foot {
  /** @param {FootEvents} on */
  constructor(on) {
    this.picked = make("span", { "aria-live": "polite" });
    this.summary = make("span", { class: "summary", "aria-live": "polite" });
    this.whole = make("span", { class: "whole" });
    const ways = [
      link("Columns", "Choose columns, their order and width", on.columns),
      link("CSV", "Save what is shown as CSV", () => on.save("csv")),
      link("Excel", "Save what is shown as an Excel workbook", () => on.save("xlsx")),
      link("Print", "Open what is shown as a page to print", on.print),
    ];
    this.element = make("div", { class: "foot" }, this.picked, this.summary, make("span", {}, this.whole, ...ways.flatMap((each) => [" · ", each])));
  }

  /** @param {number} count @param {string} total */
  count(count, total) {
    this.whole.textContent = words(count, count === 1 ? "row" : "rows", total);
  }

  /** @param {number} count */
  pick(count, total = "") {
    this.picked.textContent = words(count, "selected", total);
  }
}

/** @param {number} count @param {string} what @param {string} total */
const words = (count, what, total) => [`${count.toLocaleString("en")} ${what}`, showMoney(total)].filter(Boolean).join(" · ");

/** @param {string} text @param {string} title @param {() => unknown} onclick */
const link = (text, title, onclick) => make("button", { type: "button", class: "link", text, title, onclick });
