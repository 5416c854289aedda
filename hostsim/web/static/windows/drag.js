// A drag with the pointer: how far it went since it began, and that it ended.
// @ts-check
const STILL = 4; // pixels up to which a press is no drag

/**
 * Follows a pointer that was pressed; `move` hears the way since then, `end` where a way was gone.
 * @param {PointerEvent} event @param {HTMLElement} handle @param {{move: (x: number, y: number) => unknown, end: (event: PointerEvent) => unknown}} on
 */
export function drag(event, handle, on) {
  if (event.button) return;
  const { clientX, clientY } = event;
  let moved = false;
  const move = (/** @type {PointerEvent} */ now) => {
    const [x, y] = [now.clientX - clientX, now.clientY - clientY];
    if (!moved && Math.hypot(x, y) <= STILL) return;
    if (!moved) handle.setPointerCapture(event.pointerId);
    moved = true;
    on.move(x, y);
  };
  const end = (/** @type {PointerEvent} */ last) => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (moved) on.end(last);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}
