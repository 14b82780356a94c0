/**
 * A field for code: while one writes, Tab indents, and with Shift takes it back. Whoever only comes
 * through is not held, and after Escape Tab leaves again.
 */

import { all, define, on } from "./element.js";
import { indented, outdented } from "./indenting.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = element.querySelector("textarea");
  if (!field) return () => {};
  let leaves = true;
  return all(
    on(field, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") {
        leaves = true;
        return;
      }
      if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) {
        if (event.key !== "Shift") leaves = false;
        return;
      }
      if (leaves) return;
      event.preventDefault();
      const change = event.shiftKey ? outdented : indented;
      const { value, from, to } = change(field.value, field.selectionStart, field.selectionEnd);
      field.value = value;
      field.setSelectionRange(from, to);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }),
    on(field, "pointerdown", () => (leaves = false)),
    on(field, "blur", () => (leaves = true)),
  );
}

define("code-field", start);
