// The line above a form's fields or rows: a sentence, the way that it leads to, and a chart.
// @ts-check
/** @import {FormLink, Notice} from "./types.d.ts" */
import { make } from "./api.js";
import { drawChart } from "./chart.js";

/** @param {HTMLElement} element @param {Notice | null | undefined} notice @param {(link: FormLink) => unknown} follow */
export function fillNotice(element, notice, follow) {
  element.hidden = !notice?.text;
  element.className = `notice ${notice?.level ?? "info"}`;
  const target = notice?.link;
  const link = target && make("button", { type: "button", class: "link", text: target.label, onclick: () => follow(target) });
  element.replaceChildren(make("span", { text: notice?.text ?? "" }), link || "", notice?.chart ? drawChart(notice.chart) : "");
}

/** Opens a page in a window of its own; where the browser does not, the link stands in the notice. @param {string} url @param {HTMLElement} element */
export function openAddress(url, element) {
  if (!/^https?:\/\//.test(url)) return;
  window.open(url, "_blank", "noopener");
  element.append(make("a", { href: url, target: "_blank", rel: "noopener noreferrer", text: "Open it in the browser ›" }));
  element.hidden = false;
}
