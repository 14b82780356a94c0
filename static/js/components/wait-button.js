/** A button that can be pressed again after a while; says how long that is. */

import { define } from "./element.js";
import { filled } from "./wording.js";

const SECOND = 1000;

/** @param {HTMLElement} element */
export function start(element) {
  const button = element.querySelector("button");
  const note = element.querySelector(".note");
  let left = Number(element.dataset.seconds);
  if (!button || !note || !left) return () => {};
  const timer = setInterval(tick, SECOND);
  button.disabled = true;
  return () => {
    clearInterval(timer);
    button.disabled = false;
  };

  function tick() {
    left -= 1;
    /** @type {Element} */ (note).textContent = left > 0 ? filled(element.dataset.words, { n: left }) : "";
    if (left > 0) return;
    clearInterval(timer);
    /** @type {HTMLButtonElement} */ (button).disabled = false;
  }
}

define("wait-button", start);
