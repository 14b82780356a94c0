/** Who else has a submission open: htmx asks every half minute, and at once when there is news. */

import { listen } from "../live/page.js";
import { define } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const { topic } = element.dataset;
  if (!topic) return () => {};
  return listen(topic, () => element.dispatchEvent(new CustomEvent("review:news")));
}

define("review-presence", start);
