// Says over whatever is open that the host is gone, or was started again and does not know this window, until it answers.
// @ts-check
/** @import {Problem} from "./types.d.ts" */
import { get, make } from "./api.js";
import { topDialog } from "./dialog.js";

/** By status of the answer; 0 is none. @type {Record<number, string>} */
const WORDS = {
  0: "WorkSpace does not answer. What was sent stays; start it again.",
  401: "WorkSpace was started again, and does not know this window. What was sent stays; open the address that was printed last.",
};
const line = make("div", { class: "banner absent", role: "alert", popover: "manual" });

// Asks the host itself: a stream may break while the host is well.
export async function lookForHost() {
  const problem = await get("/api/tasks").catch((/** @type {Problem} */ failure) => failure);
  showAbsence(WORDS[problem.status ?? -1]);
}

/** @param {string} [words] why nothing can be done here; without any the line goes */
export function showAbsence(words) {
  if (!words) return line.remove();
  line.textContent = words;
  if (line.matches(":popover-open")) return;
  (topDialog() ?? document.body).append(line);
  line.showPopover();
}
