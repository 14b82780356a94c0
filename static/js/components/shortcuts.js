/** Keys that lead to a field: `/` to the search. They rest while somebody writes. */

import { on } from "./element.js";
import { isSingleKey } from "./single-keys.js";

/** @param {Document} root */
export function start(root) {
  return on(root, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!isSingleKey(event)) return;
    const field = root.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
