/** Selecting rows: all at once, a stretch with Shift, and how many are selected. */

import { all, define, on } from "./element.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  /** @type {HTMLInputElement | null} */
  let last = null;
  show();
  return all(
    on(element, "click", (/** @type {MouseEvent} */ event) => {
      const box = event.target;
      if (!(box instanceof HTMLInputElement) || !boxes().includes(box)) return;
      if (event.shiftKey && last) stretch(last, box);
      last = box;
      show();
    }),
    on(element, "change", (event) => {
      const box = event.target;
      if (!(box instanceof HTMLInputElement) || !box.matches("[data-select-all]")) return;
      for (const each of boxes()) each.checked = box.checked;
      show();
    }),
  );

  function boxes() {
    return [...element.querySelectorAll("tbody .table-select input")].filter(
      (each) => each instanceof HTMLInputElement,
    );
  }

  /**
   * @param {HTMLInputElement} from
   * @param {HTMLInputElement} to
   */
  function stretch(from, to) {
    const every = boxes();
    const [first, end] = [every.indexOf(from), every.indexOf(to)].sort((a, b) => a - b);
    for (const each of every.slice(first, Number(end) + 1)) each.checked = to.checked;
  }

  function show() {
    const every = boxes();
    const selected = every.filter((each) => each.checked).length;
    const whole = element.querySelector("[data-select-all]");
    if (whole instanceof HTMLInputElement) {
      whole.checked = selected > 0 && selected === every.length;
      whole.indeterminate = selected > 0 && selected < every.length;
    }
    const { none, some } = element.dataset;
    const said = element.querySelector("output");
    if (said) said.textContent = selected ? filled(some, { n: selected }) : (none ?? "");
    for (const button of element.querySelectorAll(".selection-bar button")) {
      /** @type {HTMLButtonElement} */ (button).disabled = !selected;
    }
  }
}

define("table-select", start);
