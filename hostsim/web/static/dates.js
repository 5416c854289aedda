// How dates are written on screens, and a field that takes one: typed as people write it, as in data, or picked from a calendar.
// @ts-check
import { make } from "./api.js";

const IN_DATA = "YYYY-MM-DD";
const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?=$|[ T])/;
const EARLIEST = "1900"; // while a year is being typed it is 0002, 0020, 0202
let pattern = document.body.dataset.dates || IN_DATA;

/** From now on dates are written so; what is drawn already hears of it. @param {string | undefined} next */
export function useDates(next) {
  if (!next || next === pattern) return;
  pattern = next;
  dispatchEvent(new Event("dates"));
}

/** A date of data, or the date of a moment, as people write it. @param {string} text @returns {string} */
export const showDate = (text) => text.replace(WRITTEN, (_, year, month, day) => pattern.replace("YYYY", year).replace("MM", month).replace("DD", day));

/**
 * What was typed as a date of data: as people write it, as in data, or its digits alone. Empty for nothing, null for no whole date.
 * @param {string} text @returns {string | null}
 */
export function readDate(text) {
  const typed = text.trim();
  if (!typed) return "";
  for (const each of [IN_DATA, pattern]) {
    const found = parts(typed, each);
    if (found) return isDay(found) ? found : null;
  }
  return null;
}

/** @param {string} typed @param {string} order @returns {string | null} */
function parts(typed, order) {
  const names = order.match(/[YMD]+/g) ?? [];
  const whole = new RegExp(`^${names.map((name) => (name === "YYYY" ? "(\\d{4})" : "(\\d{1,2})")).join("[-/. ]")}$`);
  const digits = new RegExp(`^${names.map((name) => `(\\d{${name.length}})`).join("")}$`);
  const found = whole.exec(typed) ?? (order === pattern ? digits.exec(typed) : null);
  if (!found) return null;
  const by = Object.fromEntries(names.map((name, index) => [name, found[index + 1].padStart(2, "0")]));
  return `${by.YYYY}-${by.MM}-${by.DD}`;
}

/** Whether there is such a day. @param {string} iso */
function isDay(iso) {
  const day = new Date(`${iso}T00:00:00Z`);
  return iso >= EARLIEST && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso);
}

/** A text field for a date, with a calendar beside it. @param {Record<string, any>} values */
export function dateInput(values) {
  const input = make("input", { ...values, type: "text", size: 10, maxlength: 24, placeholder: pattern, autocomplete: "off", class: "date" });
  const calendar = make("input", { type: "date", class: "calendar", tabindex: -1, "aria-hidden": "true" });
  const open = make("button", { type: "button", class: "pick", "aria-label": "Calendar", title: "Calendar", text: "▾" });
  open.addEventListener("click", () => {
    if (input.disabled) return;
    calendar.value = readDate(input.value) ?? "";
    calendar.showPicker();
  });
  calendar.addEventListener("change", () => {
    input.value = showDate(calendar.value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });
  const box = make("span", { class: "date-field" }, input, open, calendar);
  return { input, box, read: () => readDate(input.value), write: (/** @type {string} */ iso) => void (input.value = showDate(iso)) };
}
