/** How many words stand in a field. */

import { define, on } from "./element.js";
import { filled, wordsIn } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.getAttribute("for") ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return () => {};
  count();
  return on(field, "input", count);

  function count() {
    const n = wordsIn(/** @type {HTMLTextAreaElement} */ (field).value);
    element.textContent = n === 1 ? (element.dataset.one ?? "") : filled(element.dataset.some, { n });
  }
}

define("word-count", start);
