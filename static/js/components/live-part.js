/**
 * A part of a page that is fetched anew, by htmx, when its topic moves on or a job in it ends; what
 * `data-rests` finds on the page, such as a text that one is changing, keeps it as it is: also where
 * it came while the news was on its way.
 */

import { listen } from "../live/page.js";
import { all, define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const { topic = "" } = element.dataset;
  return all(
    topic ? listen(topic, () => move(element)) : () => {},
    on(element, "job:over", () => move(element)),
    on(element, "htmx:beforeOnLoad", (event) => {
      if (event.target === element && rests(element)) event.preventDefault();
    }),
    // Nobody asked for it, and it tries again by itself: a lost network is told elsewhere.
    on(element, "htmx:sendError", (event) => {
      if (event.target === element) event.stopPropagation();
    }),
  );
}

/** @param {HTMLElement} element */
function move(element) {
  if (!rests(element)) element.dispatchEvent(new CustomEvent("moved"));
}

/** @param {HTMLElement} element */
function rests(element) {
  const { rests: keeping } = element.dataset;
  return keeping !== undefined && document.querySelector(keeping) !== null;
}

define("live-part", start);
