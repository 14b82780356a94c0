/** A part of a page that is fetched anew, by htmx, when its topic moves on or a job in it ends. */

import { listen } from "../live/page.js";
import { all, define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const { topic = "" } = element.dataset;
  return all(
    topic ? listen(topic, () => move(element)) : () => {},
    on(element, "job:over", () => move(element)),
  );
}

/** @param {HTMLElement} element */
function move(element) {
  element.dispatchEvent(new CustomEvent("moved"));
}

define("live-part", start);
