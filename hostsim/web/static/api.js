// Speaks to the host: JSON both ways; a failure is an Error with its sentence and details.
// @ts-check
export class HostError extends Error {
  status = 0;
  details = "";
  running = false;
  gone = false;

  /** @param {number} status @param {{text: string}} error */
  constructor(status, error) {
    super(error.text);
    Object.assign(this, error, { status });
  }
}

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
async function read(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new HostError(0, { text: "WorkSpace does not answer. Is hostsim still running?" });
  }
  const body = await answer.json();
  if (!answer.ok) throw new HostError(answer.status, body.error);
  return body;
}

/** @param {string} path */
export const get = (path) => read(path);

/** @param {string} path @param {object} body */
export const post = (path, body = {}) =>
  read(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** @param {string} id @param {string} what */
export const formPath = (id, what) => `/api/forms/${encodeURIComponent(id)}/${what}`;

/**
 * make("button", {class: "push", text: "OK", onclick: f}, child, …); values that are false or missing are left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} values
 * @param {(Node | string | false | null | undefined | "")[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return element;
}

let made = 0;
/** @param {string} prefix */
export const newId = (prefix) => `${prefix}-${++made}`;

/** @param {string | null | undefined} text @returns {string} */
export function showMoney(text) {
  const amount = /^(-?)(\d+)(\.\d+)?$/.exec(text ?? "");
  if (!amount) return text ?? "";
  return (amount[1] ? "−" : "") + amount[2].replace(/\B(?=(\d{3})+$)/g, ",") + (amount[3] ?? "");
}
