/** Points by one press, beside the field that they can be typed into. */

import { all, define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.getAttribute("for") ?? "");
  if (!(field instanceof HTMLInputElement)) return () => {};
  const choices = [...element.querySelectorAll("button")];
  show();
  return all(
    on(field, "input", show),
    on(element, "click", ({ target }) => {
      const choice = target instanceof Element && target.closest("button");
      if (!choice) return;
      field.value = field.value === choice.value ? "" : choice.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }),
  );

  function show() {
    for (const choice of choices) {
      const isGiven = choice.value === /** @type {HTMLInputElement} */ (field).value;
      choice.setAttribute("aria-pressed", String(isGiven));
    }
  }
}

define("points-choice", start);
