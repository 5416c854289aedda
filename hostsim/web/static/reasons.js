// The lines under a grid for reasons that several rows share: how many there are, and the one button that mends them.
// @ts-check
/** @import {Fix, Reason} from "./types.d.ts" */
import { make } from "./api.js";

const MOST = 3; // lines; what is rarer is read on its row

export class Reasons {
  /** open(fix) does what mends all rows of a reason. @param {(fix: Fix) => unknown} open */
  constructor(open) {
    this.open = open;
    this.element = make("div", { class: "reasons", role: "group", "aria-label": "Rows by reason", hidden: true });
  }

  /** @param {Reason[]} reasons */
  show(reasons) {
    this.element.hidden = !reasons.length;
    this.element.replaceChildren(...reasons.slice(0, MOST).map((each) => this.#line(each)));
  }

  /** @param {Reason} reason */
  #line({ text, count, fix }) {
    const words = make("span", { text: `${count} rows: ${text}.` });
    return make("div", {}, words, fix ? make("button", { type: "button", class: "push", text: fix.label, onclick: () => this.open(fix) }) : "");
  }
}
