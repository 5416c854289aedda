// The panel under a grid: what there is to say about the focused row, with buttons that mend it.
// @ts-check
/** @import {Fix, Row} from "./types.d.ts" */
import { make } from "./api.js";
import { outcomeWords } from "./grid/cells.js";

export class Message {
  /** fix(fix, row) does what mends the row. @param {(fix: Fix, row: Row) => unknown} fix */
  constructor(fix) {
    this.fix = fix;
    this.state = "";
    this.held = "";
    this.element = make("div", { class: "message", role: "status", "aria-label": "Message" });
    this.show(null);
  }

  /** `cut` is what of the row does not fit its columns. @param {Row | null | undefined} row @param {string[]} cut */
  show(row, cut = []) {
    const state = JSON.stringify([row?.id, row?.outcome, row?.message, row?.details, row?.fixes, cut]);
    if (state === this.state) return;
    this.state = state;
    this.element.dataset.outcome = row?.outcome ?? "";
    const mark = row?.outcome && row.outcome !== "ready" ? outcomeWords(row.outcome) : "";
    const words = row?.message || "";
    const text = make("span", { class: "text" }, words ? `${mark.match(/^[^\p{L}] /u)?.[0] ?? ""}${words}` : [row?.title, mark].filter(Boolean).join(" · "));
    const whole = cut.length && make("p", { class: "cut", text: cut.join(" · ") });
    this.element.replaceChildren(text, (row && words && this.#buttons(row, text.textContent ?? "")) || "", whole || "");
  }

  /** @param {Row} row @param {string} text */
  #buttons(row, text) {
    const details = row.details ? make("pre", { text: row.details, hidden: true }) : null;
    /** @type {HTMLElement | null} */
    const toggle = details && make("button", { type: "button", class: "push", "aria-expanded": "false", text: "Details", onclick: () => {
      details.hidden = !details.hidden;
      toggle?.setAttribute("aria-expanded", String(!details.hidden));
    } });
    const copy = make("button", { type: "button", class: "push", text: "Copy", onclick: async () => {
      await navigator.clipboard.writeText([row.title, text, row.details].filter(Boolean).join("\n"));
      copy.textContent = "Copied";
    } });
    const fixes = (row.fixes ?? []).map((each) => make("button", { type: "button", class: "push fix", text: each.label, onclick: () => this.held || this.fix(each, row) }));
    const buttons = make("span", { class: "buttons" }, ...fixes, toggle, copy);
    const all = document.createDocumentFragment();
    all.append(buttons, details || "");
    hold(fixes, this.held);
    return all;
  }

  /** While a run goes on, what mends a row waits for its end; the buttons keep the focus. @param {string} why */
  hold(why) {
    this.held = why;
    hold(this.element.querySelectorAll("button.fix"), why);
  }
}

/** @param {Iterable<Element>} buttons @param {string} why */
function hold(buttons, why) {
  for (const each of buttons) {
    if (why) each.setAttribute("aria-disabled", "true");
    else each.removeAttribute("aria-disabled");
    each.setAttribute("title", why);
  }
}
