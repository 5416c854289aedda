// Says why a request takes longer, in the add-in's words, for as long as one is under way.
// @ts-check
import { make } from "./api.js";
import { topDialog } from "./dialog.js";
import { watchAll } from "./events.js";

let underWay = 0;
const line = make("div", { class: "waiting", role: "status", hidden: true });

/** @param {string} text */
function say(text) {
  const place = topDialog() ?? document.body; // what lies under a dialog cannot be read
  if (line.parentElement !== place) place.append(line);
  line.hidden = !text;
  line.textContent = text;
}

watchAll((change) => underWay && change.waiting && say(change.waiting));

/** @template T @param {Promise<T>} request @returns {Promise<T>} */
export async function waiting(request) {
  underWay++;
  try {
    return await request;
  } finally {
    if (!--underWay) say("");
  }
}
