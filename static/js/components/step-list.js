/** The steps of a project: what a reader has opened stays open when a tick renews the list. */

import { all, define, on } from "./element.js";

const DETAILS = "li[id] > details";

/** @param {HTMLElement} element */
export function start(element) {
  /** @type {Set<string>} */
  let opened = new Set();
  return all(
    on(element, "htmx:beforeSwap", (/** @type {CustomEvent} */ { detail }) => {
      opened = new Set(openIn(element));
      // Whoever ticks a step off is done with it.
      opened.delete(stepOf(detail.requestConfig?.elt));
    }),
    on(element, "htmx:afterSwap", () => {
      for (const each of element.querySelectorAll(DETAILS)) {
        if (each instanceof HTMLDetailsElement && opened.has(stepOf(each))) each.open = true;
      }
    }),
  );
}

/** @param {Element} element */
function openIn(element) {
  return [...element.querySelectorAll(`${DETAILS}[open]`)].map(stepOf);
}

/** @param {EventTarget | null} within */
function stepOf(within) {
  return (within instanceof Element && within.closest("li[id]")?.id) || "";
}

define("step-list", start);
