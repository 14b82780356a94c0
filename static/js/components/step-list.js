/**
 * The steps of a project, ticked off in place. Ticks go one after the other, however quickly they
 * come, and what a reader has opened stays open when the list is renewed. Without this module, or
 * without htmx, a tick is a form like any other.
 */

import { all, define, on } from "./element.js";

const DETAILS = "li[id] > details";
const TICKS = "form.tick";

/** @param {HTMLElement} element */
export function start(element) {
  /** @type {HTMLFormElement[]} Those on their way, of which the first is being answered. */
  const going = [];
  /** @type {Set<string>} */
  let opened = new Set();
  return all(
    on(element, "submit", (event) => {
      const form = event.target;
      // The one global that there is: htmx asks from an element that stays, as the form does not.
      const { htmx } = /** @type {any} */ (window);
      if (!(form instanceof HTMLFormElement) || !form.matches(TICKS) || !htmx) return;
      event.preventDefault();
      going.push(form);
      show();
      const sent = htmx.ajax("POST", form.getAttribute("action"), {
        source: element,
        target: element.querySelector("ol"),
        swap: "innerHTML",
        values: Object.fromEntries(new FormData(form)),
      });
      // What fails is told by htmx's own event, as everywhere.
      sent.catch(() => {});
    }),
    on(element, "htmx:beforeSwap", () => {
      opened = new Set([...element.querySelectorAll(`${DETAILS}[open]`)].map(stepOf));
      // Whoever ticks a step off is done with it.
      opened.delete(stepOf(going[0]));
    }),
    on(element, "htmx:afterSwap", () => {
      for (const each of element.querySelectorAll(DETAILS)) {
        if (each instanceof HTMLDetailsElement && opened.has(stepOf(each))) each.open = true;
      }
    }),
    on(element, "htmx:afterRequest", () => {
      going.shift();
      show();
    }),
  );

  /** A tick is seen at once; that it counts, the server says a moment later. */
  function show() {
    const actions = new Set(going.map((form) => form.getAttribute("action")));
    for (const form of element.querySelectorAll(TICKS)) {
      form.toggleAttribute("data-going", actions.has(form.getAttribute("action")));
    }
  }
}

/** @param {EventTarget | undefined} within */
function stepOf(within) {
  return (within instanceof Element && within.closest("li[id]")?.id) || "";
}

define("step-list", start);
