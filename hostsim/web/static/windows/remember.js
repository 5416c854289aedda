// What a person has arranged, kept in this browser under the person's name: windows, columns, order.
// @ts-check

const path = (/** @type {string} */ name) => `workspace:${document.body.dataset.person ?? ""}:${name}`;

/** What was kept under this name; null where nothing was, or nothing can be kept. @param {string} name @returns {any} */
export function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(path(name)) ?? "null");
  } catch {
    return null;
  }
}

/** Keeps a value; null forgets it. @param {string} name @param {unknown} value */
export function remember(name, value) {
  try {
    value === null ? localStorage.removeItem(path(name)) : localStorage.setItem(path(name), JSON.stringify(value));
  } catch {
    // a full or forbidden store: the arrangement then lasts as long as the page
  }
}
