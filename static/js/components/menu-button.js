/** A menu: arrow keys along its lines, and a place beside its button where CSS finds none yet. */

import { all, define, on } from "./element.js";
import { placeBeside } from "./placing.js";
import { placeAfter } from "./roving.js";

/** @param {HTMLElement} element */
export function start(element) {
  const button = element.querySelector("button");
  const list = element.querySelector("[popover]");
  if (!(button instanceof HTMLElement) || !(list instanceof HTMLElement)) return () => {};
  return all(
    on(list, "toggle", (/** @type {ToggleEvent} */ event) => {
      if (event.newState !== "open") return;
      if (!CSS.supports("position-area", "block-end")) place(button, list);
      items(list)[0]?.focus({ preventScroll: true });
    }),
    on(list, "keydown", (/** @type {KeyboardEvent} */ event) => move(list, event)),
    on(button, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      list.showPopover();
    }),
    on(list, "click", (event) => {
      if (event.target instanceof Element && event.target.closest(".menu-item")) list.hidePopover();
    }),
  );
}

/**
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function move(list, event) {
  const lines = items(list);
  const index = lines.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const next = placeAfter(event.key, index, lines.length, { isVertical: true });
  if (next === null) return;
  event.preventDefault();
  lines[next]?.focus();
}

/**
 * @param {HTMLElement} button
 * @param {HTMLElement} list
 */
function place(button, list) {
  // On phones it is a sheet at the bottom, by its stylesheet.
  if (matchMedia("(max-width: 40rem)").matches) return;
  const view = { width: document.documentElement.clientWidth, height: innerHeight };
  const size = { width: list.offsetWidth, height: list.offsetHeight };
  const isRightToLeft = getComputedStyle(button).direction === "rtl";
  const { top, left } = placeBeside(button.getBoundingClientRect(), size, view, isRightToLeft);
  Object.assign(list.style, { position: "fixed", margin: "0", top: `${top}px`, left: `${left}px` });
}

/**
 * @param {HTMLElement} list
 * @returns {HTMLElement[]}
 */
function items(list) {
  return [...list.querySelectorAll("a, button")].filter((each) => each instanceof HTMLElement);
}

define("menu-button", start);
