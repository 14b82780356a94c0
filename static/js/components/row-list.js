/**
 * Rows of a form that are added, taken away and put in order, by keys, by dragging, in the page.
 * Without scripts the same buttons send the form.
 */

import { dragRows } from "./dragging.js";
import { all, define, on } from "./element.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  const list = element.querySelector("[data-rows]");
  const model = element.querySelector("template");
  if (!(list instanceof HTMLElement) || !model) return () => {};
  return follow(element, list, model);
}

/**
 * @param {HTMLElement} element
 * @param {HTMLElement} list
 * @param {HTMLTemplateElement} model
 */
function follow(element, list, model) {
  const said = element.querySelector("[role=status]");
  let made = 0;
  return all(
    on(element, "click", (event) => {
      const button = closest(event.target, "button");
      if (!button) return;
      const row = button.closest("[data-row]");
      const { rowAdd, rowUp, rowDown, rowRemove } = button.dataset;
      if (rowAdd === undefined && rowUp === undefined && rowDown === undefined && rowRemove === undefined) {
        return;
      }
      event.preventDefault();
      if (rowAdd !== undefined) add();
      else if (row && rowUp !== undefined) move(row, row.previousElementSibling, true, button);
      else if (row && rowDown !== undefined) move(row, row.nextElementSibling, false, button);
      else if (row) remove(row);
    }),
    on(element, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const row = closest(event.target, "[data-row]");
      if (!row || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      const isUp = event.key === "ArrowUp";
      move(row, isUp ? row.previousElementSibling : row.nextElementSibling, isUp, focused());
    }),
    dragRows(list, (row) => {
      tell(element.dataset.moved, row);
      announceChange();
    }),
  );

  function add() {
    const row = /** @type {HTMLElement} */ (
      /** @type {Element} */ (model.content.firstElementChild).cloneNode(true)
    );
    made += 1;
    renamed(row, `n${made}`);
    list.append(row);
    /** @type {HTMLElement | null} */ (row.querySelector("textarea, input[type=text]"))?.focus();
    tell(element.dataset.added, row);
  }

  /** @param {Element} row */
  function remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    const to = next?.querySelector("textarea, input[type=text]") ?? element.querySelector("[data-row-add]");
    /** @type {HTMLElement | null} */ (to)?.focus();
    tell(element.dataset.removed, null);
    announceChange();
  }

  /**
   * @param {Element} row
   * @param {Element | null} other
   * @param {boolean} isUp
   * @param {HTMLElement | null} focus
   */
  function move(row, other, isUp, focus) {
    if (!other) return;
    if (isUp) other.before(row);
    else other.after(row);
    focus?.focus();
    tell(element.dataset.moved, row);
    announceChange();
  }

  /** Whoever keeps what is typed has to learn of it. */
  function announceChange() {
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /**
   * @param {string | undefined} words
   * @param {Element | null} row
   */
  function tell(words, row) {
    const rows = [...list.children];
    if (said) said.textContent = filled(words, { n: row ? rows.indexOf(row) + 1 : 0, all: rows.length });
  }

  function focused() {
    return document.activeElement instanceof HTMLElement ? document.activeElement : null;
  }
}

/**
 * A copy of the model with a key of its own.
 *
 * @param {Element} row
 * @param {string} key
 */
function renamed(row, key) {
  for (const each of row.querySelectorAll("[name], [id], [for], [value]")) {
    for (const name of ["name", "id", "for"]) {
      const value = each.getAttribute(name);
      if (value) each.setAttribute(name, value.replace(/([-_])new([-_])/, `$1${key}$2`));
    }
    const value = each.getAttribute("value");
    if (value === "new") each.setAttribute("value", key);
    else if (value?.endsWith(" new")) each.setAttribute("value", `${value.slice(0, -3)}${key}`);
  }
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
function closest(target, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

define("row-list", start);
