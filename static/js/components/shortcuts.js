/** Keys that lead to a field: `/` to the search. They rest while somebody writes. */

import { on } from "./element.js";

/** @param {Document} root */
export function start(root) {
  return on(root, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(root.activeElement)) return;
    const field = root.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (!(field instanceof HTMLInputElement)) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

/** @param {Element | null} element */
function isWriting(element) {
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("input, textarea, select, dialog *"))
  );
}
