// One event stream per browser: the window that holds the lock reads it and passes it on to the others.
// @ts-check
/** @import {Changes, TaskChange} from "./types.d.ts" */
import { lookForHost, showAbsence } from "./absence.js";

const BROKEN = 2; // failures in a row after which the host itself is asked
const channel = new BroadcastChannel("workspace-events");
/** @typedef {(change: TaskChange) => unknown} Watcher */
/** @typedef {(change: Changes) => unknown} ChangesWatcher */
/** @typedef {{id?: string, change?: Changes, failures?: number}} Message */

/** @type {Map<string, Set<Watcher>>} */
const watchers = new Map();
/** @type {Set<ChangesWatcher>} */
const others = new Set();
let last = document.body.dataset.position ?? "";
/** @type {(value?: unknown) => void} */
let release = () => {};
let failures = 0; // in a row, over all streams of this window

/** fn gets what changed in this task, and {lost: true} when events were missed. @param {string} task @param {Watcher} fn */
export function watch(task, fn) {
  if (!watchers.has(task)) watchers.set(task, new Set());
  watchers.get(task)?.add(fn);
  return () => watchers.get(task)?.delete(fn);
}

/** fn gets every change: {tasks: […], others: […]} or {lost: true}. @param {ChangesWatcher} fn */
export function watchAll(fn) {
  others.add(fn);
  return () => others.delete(fn);
}

/** @param {Message} message */
function receive({ id, change, failures: broken }) {
  if (broken !== undefined) return broken < BROKEN ? showAbsence() : void lookForHost();
  if (!change) return;
  last = id ?? last;
  for (const fn of [...others]) fn(change);
  for (const part of change.lost ? [] : change.tasks) for (const fn of [...(watchers.get(part.task ?? "") ?? [])]) fn(part);
  if (change.lost) for (const fns of watchers.values()) for (const fn of [...fns]) fn({ lost: true, rows: [] });
}

function lead() {
  const source = new EventSource(`/events?after=${encodeURIComponent(last)}`);
  const pass = (/** @type {MessageEvent} */ event, /** @type {Changes} */ change) => {
    const message = { id: event.lastEventId, change };
    channel.postMessage(message);
    receive(message);
  };
  source.addEventListener("changes", (event) => pass(event, JSON.parse(event.data)));
  source.addEventListener("reset", (event) => pass(event, { lost: true, tasks: [], others: [] }));
  const count = () => (channel.postMessage({ failures }), receive({ failures }));
  source.addEventListener("open", () => ((failures = 0), count()));
  return new Promise((resolve) => {
    release = resolve;
    source.addEventListener("error", () => {
      if (++failures >= BROKEN) count();
      if (source.readyState === EventSource.CLOSED) setTimeout(resolve, 2000);
    });
  }).finally(() => source.close());
}

export async function startEvents() {
  channel.addEventListener("message", (event) => receive(event.data));
  addEventListener("pagehide", () => release());
  for (;;) await navigator.locks.request("workspace-events", lead);
}
