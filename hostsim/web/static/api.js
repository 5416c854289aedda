// Speaks to the host: JSON both ways; a failure is an Error with its sentence and details.
export class HostError extends Error {
  constructor(status, error) {
    super(error.text);
    Object.assign(this, error, { status });
  }
}

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

export const get = (path) => read(path);

export const post = (path, body = {}) =>
  read(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export const formPath = (id, what) => `/api/forms/${encodeURIComponent(id)}/${what}`;

// make("button", {class: "push", text: "OK", onclick: f}, child, …)
export function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

let made = 0;
export const newId = (prefix) => `${prefix}-${++made}`;

export function showMoney(text) {
  const amount = /^(-?)(\d+)(\.\d+)?$/.exec(text ?? "");
  if (!amount) return text ?? "";
  return (amount[1] ? "−" : "") + amount[2].replace(/\B(?=(\d{3})+$)/g, ",") + (amount[3] ?? "");
}
