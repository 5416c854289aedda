// Forms that come back when the page is loaded again: what stands open is written down as the page goes, for this tab and this page alone.
// @ts-check

const KEY = "open-forms";

/** How a form is opened again. @typedef {{id: string, body: object}} Reopening */

/** @param {() => Reopening[]} list What stands open, from the lowest window to the uppermost. */
export function keepForReload(list) {
  addEventListener("pagehide", () => sessionStorage.setItem(KEY, JSON.stringify({ page: location.pathname, forms: list() })));
}

/** What stood open, where this is a reload of the same page; a page that was gone to begins without. @returns {Reopening[]} */
export function takeKept() {
  const kept = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const [how] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  /** @type {{page: string, forms: Reopening[]}} */
  const { page, forms } = JSON.parse(kept ?? '{"page": "", "forms": []}');
  return how?.type === "reload" && page === location.pathname ? forms : [];
}
