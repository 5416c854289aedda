// Help where one stands: the keys, and the page of the guide about this form.
// @ts-check
import { make, newId } from "./api.js";
import { topDialog } from "./dialog.js";

const KEYS = [
  ["Arrows, Home, End, Page keys", "move through a grid"],
  ["Space", "selects a row; Shift with an arrow extends, Ctrl+A selects all"],
  ["Enter or F2", "opens the list in a cell; where a row has none, the row, as a double click does"],
  ["Shift+F10 or the menu key", "opens the context menu"],
  ["Ctrl with ← or →, in a header", "makes the column narrower or wider; with Shift it moves"],
  ["Arrows on □", "move the window; with Shift they resize it"],
  ["F10", "goes to the menu bar"],
  ["Esc", "closes; it asks when something is not saved"],
  ["?", "opens this"],
];

/** @param {string} title @param {string | undefined} page */
export async function showHelp(title, page) {
  const heading = newId("title");
  const guide = make("div", { class: "guide-page" });
  const rows = KEYS.map(([keys, what]) => make("tr", {}, make("th", { scope: "row", text: keys }), make("td", { text: what })));
  const keys = make("details", { open: !page }, make("summary", { text: "Keys" }), make("table", { class: "keys" }, make("tbody", {}, ...rows)));
  const whole = page && make("a", { href: page, target: "_blank", rel: "noopener", text: "The whole guide in a window of its own ›" });
  const close = make("button", { type: "button", "aria-label": "Close", text: "✕", onclick: () => dialog.close() });
  const dialog = make("dialog", { class: "form help", "aria-labelledby": heading },
    make("div", { class: "heading" }, make("h2", { id: heading, text: `Help — ${title}` }), close),
    make("div", { class: "content", tabindex: 0 }, keys, whole, guide));
  (topDialog() ?? /** @type {HTMLElement} */ (document.querySelector("main"))).append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  if (page) guide.replaceChildren(...(await readPage(page)));
}

/** The page's own part, with links that open beside the program. @param {string} page @returns {Promise<Node[]>} */
async function readPage(page) {
  const answer = await fetch(page).catch(() => null);
  if (!answer?.ok) return [document.createTextNode("The guide could not be read.")];
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  for (const link of main?.querySelectorAll("a") ?? []) Object.assign(link, { href: new URL(link.getAttribute("href") ?? "", answer.url).href, target: "_blank", rel: "noopener" });
  for (const picture of main?.querySelectorAll("img") ?? []) picture.src = new URL(picture.getAttribute("src") ?? "", answer.url).href;
  return [...(main?.childNodes ?? [])];
}

/** Whether a key asks for help: a question mark that nobody is typing into something. @param {KeyboardEvent} event */
export function asksForHelp(event) {
  const target = /** @type {Partial<HTMLInputElement>} */ (event.target);
  const typing = target.tagName === "SELECT" || (target.tagName === "INPUT" && !["checkbox", "radio"].includes(target.type ?? ""));
  return event.key === "?" && !event.ctrlKey && !event.altKey && !typing;
}
