// Notes that something which ran by itself left: what it found, the forms concerned, and a button that puts the note away.
// @ts-check
/** @import {FormLink, WindowNote} from "./types.d.ts" */
import { formPath, make, post } from "./api.js";
import { tell } from "./dialog.js";

export class Notes {
  /** Ids of the notes that are shown, by the form that brought them. @type {Map<string, string>} */
  shown = new Map();

  /**
   * `came` is called once notes are there that were not before: what ran may have changed what the page shows.
   * @param {HTMLElement} place @param {(link: FormLink) => unknown} open @param {() => unknown} came
   */
  constructor(place, open, came) {
    this.place = place;
    this.open = open;
    this.came = came;
  }

  /** Draws the notes of a form's description anew, unless they are the same. @param {string} form @param {WindowNote[]} notes */
  show(form, notes) {
    const ids = notes.map((note) => note.id).join(" ");
    const before = this.shown.get(form);
    if (before === ids) return;
    this.shown.set(form, ids);
    for (const old of this.place.querySelectorAll(`[data-form="${CSS.escape(form)}"]`)) old.remove();
    this.place.append(...notes.map((note) => this.#draw(form, note)));
    this.place.hidden = !this.place.childElementCount;
    if (before !== undefined && notes.some((note) => !before.split(" ").includes(note.id))) this.came();
  }

  /** @param {string} form @param {WindowNote} note */
  #draw(form, note) {
    const away = make("button", { type: "button", class: "link", "aria-label": `Put Away: ${note.title}`, text: "Put Away" });
    away.addEventListener("click", () => this.#putAway(form, note).catch(tell));
    const links = note.links.map((link) => make("button", { type: "button", class: "link", text: link.label, onclick: () => this.open(link) }));
    const said = make("p", {}, make("strong", { text: note.title }), ` ${note.text}`);
    return make("article", { class: "note", "aria-label": note.title, "data-form": form, "data-level": note.level }, said, ...links, away);
  }

  /** The focus goes to what stands next, so that a keyboard is never left nowhere. @param {string} form @param {WindowNote} note */
  async #putAway(form, note) {
    await post(formPath(form, "act"), { action: "put_away_note", answer: { note: note.id } });
    const ids = (this.shown.get(form) ?? "").split(" ").filter((id) => id !== note.id);
    this.shown.set(form, ids.join(" "));
    const element = [...this.place.children].find((each) => each.getAttribute("aria-label") === note.title);
    const next = element?.nextElementSibling ?? element?.previousElementSibling;
    element?.remove();
    this.place.hidden = !this.place.childElementCount;
    /** @type {HTMLElement | null} */ (next?.querySelector("button") ?? document.querySelector("[role=menubar] button"))?.focus();
  }
}
