/** How many characters are left in a field; said aloud only when it gets tight, after a pause. */

import { define, on } from "./element.js";
import { filled, lengthOf } from "./wording.js";

const PAUSE = 800;

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.getAttribute("for") ?? "");
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return () => {};
  const max = Number(element.dataset.max);
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  element.after(said);
  // One may write on and cut down afterwards; a field that swallows letters helps nobody.
  field.removeAttribute("maxlength");
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  count();
  const stop = on(field, "input", count);
  return () => {
    stop();
    clearTimeout(timer);
    said.remove();
    field.maxLength = max;
  };

  function count() {
    const left = max - lengthOf(/** @type {HTMLTextAreaElement} */ (field).value);
    const { left: some, over } = element.dataset;
    element.textContent = filled(left < 0 ? over : some, { n: Math.abs(left) });
    element.toggleAttribute("data-is-over", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = left < max / 5 ? element.textContent : null;
    }, PAUSE);
  }
}

define("character-count", start);
