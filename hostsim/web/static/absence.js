// The line that says that the host is gone: shown over whatever is open, withdrawn when it answers again.
// @ts-check
/** @import {Problem} from "./types.d.ts" */
import { get, make } from "./api.js";
import { topDialog } from "./dialog.js";

const WORDS = "WorkSpace does not answer. What was sent stays; start it again.";
const line = make("div", { class: "banner absent", role: "alert", popover: "manual" });

// Asks the host itself: a stream may break while the host is well.
export async function lookForHost() {
  const problem = await get("/api/tasks").catch((/** @type {Problem} */ failure) => failure);
  showAbsence(problem.status === 0);
}

/** @param {boolean} gone */
export function showAbsence(gone) {
  if (!gone) return line.remove();
  if (line.matches(":popover-open")) return;
  (topDialog() ?? document.body).append(line);
  line.textContent = WORDS;
  line.showPopover();
}
