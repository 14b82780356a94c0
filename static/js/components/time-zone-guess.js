/** Offers the time zone of the device for a field that names another one, or none. */

import { define, on } from "./element.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.getAttribute("for") ?? "");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!(field instanceof HTMLInputElement) || !isOffered(field, zone)) return () => {};
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet button-small";
  button.textContent = filled(element.dataset.offer, { zone });
  element.append(button);
  const stops = [on(button, "click", take), on(field, "input", show)];
  show();
  return () => {
    stops.forEach((stop) => stop());
    button.remove();
  };

  function take() {
    const input = /** @type {HTMLInputElement} */ (field);
    input.value = zone;
    input.focus();
    show();
  }

  function show() {
    button.hidden = /** @type {HTMLInputElement} */ (field).value === zone;
  }
}

/**
 * @param {HTMLInputElement} field
 * @param {string} zone
 */
function isOffered(field, zone) {
  return [...(field.list?.options ?? [])].some((option) => option.value === zone);
}

define("time-zone-guess", start);
