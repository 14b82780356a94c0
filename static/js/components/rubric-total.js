/** Adds up the points inside as they are given. */

import { define, on } from "./element.js";
import { sumOf } from "./reviewing.js";

/** @param {HTMLElement} element */
export function start(element) {
  add();
  return on(element, "input", add);

  function add() {
    const fields = [...element.querySelectorAll("input[type=number]")];
    const total = element.querySelector("[data-total]");
    const values = fields.map((field) => /** @type {HTMLInputElement} */ (field).value);
    if (total) total.textContent = String(sumOf(values));
  }
}

define("rubric-total", start);
