/** Rows of a list that are put in order by dragging them at their grips. */

import { all, on } from "./element.js";
import { placeForY } from "./ordering.js";

/**
 * The row that is dragged bears `data-dragged`.
 *
 * @param {HTMLElement} list  Whose children are the rows.
 * @param {(row: HTMLElement) => void} moved  Called when one was let go elsewhere.
 * @returns {() => void}
 */
export function dragRows(list, moved) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  /** @type {Element | null} */
  let followed = null;
  return all(
    on(list, "pointerdown", (/** @type {PointerEvent} */ event) => {
      const grip = event.target instanceof Element && event.target.closest("[data-grip]");
      const row = grip && rows().find((each) => each.contains(grip));
      if (!row || event.button) return;
      event.preventDefault();
      dragged = row;
      followed = row.nextElementSibling;
      row.dataset.dragged = "";
      // What moves is taken out and put in again, which would let go of a pointer that it holds.
      list.setPointerCapture(event.pointerId);
    }),
    on(list, "pointermove", (/** @type {PointerEvent} */ event) => {
      if (dragged) drag(dragged, event.clientY);
    }),
    on(list, "pointerup", drop),
    on(list, "pointercancel", drop),
  );

  function rows() {
    return /** @type {HTMLElement[]} */ ([...list.children]);
  }

  /**
   * @param {HTMLElement} row
   * @param {number} y
   */
  function drag(row, y) {
    const others = rows().filter((each) => each !== row);
    const middles = others.map((each) => {
      const { top, height } = each.getBoundingClientRect();
      return top + height / 2;
    });
    const before = others[placeForY(middles, y)] ?? null;
    if (before !== row.nextElementSibling) list.insertBefore(row, before);
  }

  function drop() {
    if (!dragged) return;
    const row = dragged;
    dragged = null;
    delete row.dataset.dragged;
    if (row.nextElementSibling !== followed) moved(row);
  }
}
