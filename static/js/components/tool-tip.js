/** Escape takes a tooltip away without moving anything else. */

import { all, define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  return all(
    on(document, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && element.matches(":hover, :focus-within")) {
        element.dataset.away = "";
      }
    }),
    on(element, "pointerleave", () => delete element.dataset.away),
    on(element, "focusout", () => delete element.dataset.away),
  );
}

define("tool-tip", start);
