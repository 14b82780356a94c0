/** Down and up a list of links, by `j` and `k` or by arrows; Enter then opens one, as ever. */

import { define, on } from "./element.js";
import { stepTo } from "./reviewing.js";
import { isSingleKey } from "./single-keys.js";

/** @param {HTMLElement} element */
export function start(element) {
  return on(element.ownerDocument, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!isSingleKey(event)) return;
    const lines = [...element.querySelectorAll("a")];
    const index = lines.findIndex((line) => line === document.activeElement);
    const next = stepTo(event.key, index, lines.length);
    if (next === null) return;
    event.preventDefault();
    lines[next]?.focus();
  });
}

define("queue-keys", start);
