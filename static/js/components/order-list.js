/**
 * Items that are put in order by buttons, by arrow keys on them, or by dragging, or left as they
 * came. The places of the fields, which are what is sent, follow; without this module they are
 * chosen one by one.
 */

import { dragRows } from "./dragging.js";
import { all, define, on } from "./element.js";
import { filled } from "./wording.js";

const ITEM = "[data-item]";

/** @param {HTMLElement} element */
export function start(element) {
  const list = element.querySelector("ol");
  if (!list) return () => {};
  const said = element.querySelector("[data-said]");
  if (element.hasAttribute("data-answered")) sort();
  show();
  return all(
    on(element, "click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-move]");
      if (button instanceof HTMLElement) move(button);
      else if (event.target instanceof Element && event.target.closest("[data-keep]")) keep();
    }),
    on(element, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const button = event.target instanceof Element && event.target.closest("[data-move]");
      if (!(button instanceof HTMLElement) || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      event.preventDefault();
      step(button, event.key === "ArrowUp" ? -1 : 1);
    }),
    dragRows(list, settle),
    // After a reload the places come back, and the items with them.
    on(element, "restored", () => {
      sort();
      show();
    }),
  );

  /** @param {HTMLElement} button */
  function move(button) {
    step(button, button.dataset.move === "up" ? -1 : 1);
  }

  /**
   * @param {HTMLElement} button
   * @param {number} by
   */
  function step(button, by) {
    const item = button.closest(ITEM);
    const other = item && items()[items().indexOf(/** @type {HTMLElement} */ (item)) + by];
    if (!(item instanceof HTMLElement) || !other) return;
    if (by < 0) other.before(item);
    else other.after(item);
    settle(item);
    // At the end of the way the button goes quiet: its partner keeps the focus.
    const partner = item.querySelector("[data-move]:not([aria-disabled])");
    const kept = button.hasAttribute("aria-disabled") ? partner : button;
    if (kept instanceof HTMLElement) kept.focus();
  }

  /** The order in which the items came may be the right one. */
  function keep() {
    const first = items()[0]?.querySelector("[data-move]:not([aria-disabled])");
    if (first instanceof HTMLElement) first.focus();
    answer(element.dataset.kept ?? "");
  }

  /** @param {HTMLElement} item */
  function settle(item) {
    const place = items().indexOf(item) + 1;
    const name = item.querySelector(".order-text")?.textContent?.trim() ?? "";
    answer(filled(element.dataset.moved, { name, place, count: items().length }));
  }

  /** @param {string} words */
  function answer(words) {
    items().forEach((each, index) => {
      const place = each.querySelector("select");
      if (place) place.value = String(index + 1);
    });
    element.toggleAttribute("data-answered", true);
    show();
    if (said) said.textContent = words;
    list?.querySelector("select")?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show() {
    items().forEach((each, index, every) => {
      quiet(each.querySelector('[data-move="up"]'), index === 0);
      quiet(each.querySelector('[data-move="down"]'), index === every.length - 1);
    });
  }

  function sort() {
    const placed = items().map((each) => ({ each, place: Number(each.querySelector("select")?.value) }));
    if (placed.some(({ place }) => !place)) return;
    placed.sort((one, other) => one.place - other.place);
    list?.append(...placed.map(({ each }) => each));
  }

  function items() {
    return /** @type {HTMLElement[]} */ ([...element.querySelectorAll(ITEM)]);
  }
}

/**
 * Quiet and not disabled: a button that has the focus must not lose it.
 *
 * @param {Element | null} button
 * @param {boolean} isQuiet
 */
function quiet(button, isQuiet) {
  if (isQuiet) button?.setAttribute("aria-disabled", "true");
  else button?.removeAttribute("aria-disabled");
}

define("order-list", start);
