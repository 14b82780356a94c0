/**
 * Selecting rows: all at once, a stretch with Shift, by the arrow keys, or all that fit wherever
 * they stand, and how many are selected.
 */

import { all, define, on } from "./element.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  /** @type {HTMLInputElement | null} */
  let last = null;
  show();
  return all(
    on(element, "click", (/** @type {MouseEvent} */ event) => {
      const box = boxAt(event);
      if (!box) return;
      if (event.shiftKey && last) stretch(last, box);
      last = box;
      lessThanAll(box);
      show();
    }),
    on(element, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const box = boxAt(event);
      if (box && ["ArrowUp", "ArrowDown"].includes(event.key)) step(event, box);
    }),
    on(element, "change", (event) => {
      const box = event.target;
      if (!(box instanceof HTMLInputElement) || !box.matches("[data-select-all], [data-select-matching]")) return;
      for (const each of boxes()) each.checked = box.checked;
      lessThanAll(box);
      show();
    }),
  );

  function boxes() {
    return [...element.querySelectorAll("tbody .table-select input")].filter(
      (each) => each instanceof HTMLInputElement,
    );
  }

  /** @param {Event} event */
  function boxAt({ target }) {
    return target instanceof HTMLInputElement && boxes().includes(target) ? target : null;
  }

  /**
   * To the next row; with Shift it is selected as the one before.
   *
   * @param {KeyboardEvent} event
   * @param {HTMLInputElement} box
   */
  function step(event, box) {
    event.preventDefault();
    const every = boxes();
    const next = every[every.indexOf(box) + (event.key === "ArrowUp" ? -1 : 1)];
    if (!next) return;
    if (event.shiftKey) {
      next.checked = box.checked;
      lessThanAll(next);
      show();
    }
    last = next;
    next.focus();
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

  function matching() {
    const box = element.querySelector("[data-select-matching]");
    return box instanceof HTMLInputElement ? box : null;
  }

  /**
   * Whoever takes out one row means no longer all that fit.
   *
   * @param {HTMLInputElement} box
   */
  function lessThanAll(box) {
    const every = matching();
    if (every && !box.checked) every.checked = false;
  }

  function show() {
    const every = boxes();
    const here = every.filter((each) => each.checked).length;
    const selected = matching()?.checked ? Number(element.dataset.matching) : here;
    const whole = element.querySelector("[data-select-all]");
    if (whole instanceof HTMLInputElement) {
      whole.checked = here > 0 && here === every.length;
      whole.indeterminate = here > 0 && here < every.length;
    }
    const { none, some } = element.dataset;
    const said = element.querySelector("output");
    if (said) said.textContent = selected ? filled(some, { n: selected }) : (none ?? "");
    element.toggleAttribute("data-selected", selected > 0);
    for (const button of element.querySelectorAll(".selection-bar button")) {
      /** @type {HTMLButtonElement} */ (button).disabled = !selected;
    }
  }
}

define("table-select", start);
