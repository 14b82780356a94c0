/** Two tabs over a text in Markdown: one to write it, one to see what becomes of it. */

import { all, define, on } from "./element.js";
import { placeAfter } from "./roving.js";

const WRITE = 0;
const LOOK = 1;

/** @param {HTMLElement} element */
export function start(element) {
  const list = element.querySelector("[role=tablist]");
  const field = element.querySelector("textarea");
  const preview = element.querySelector(".markdown-preview");
  if (!list || !field || !(preview instanceof HTMLElement)) return () => {};
  return follow(element, list, field, preview);
}

/**
 * @param {HTMLElement} element
 * @param {Element} list
 * @param {HTMLTextAreaElement} field
 * @param {HTMLElement} preview
 */
function follow(element, list, field, preview) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
  const panels = [field.closest("[role=tabpanel]"), preview];
  /** @type {string | null} What the preview shows, or is about to. */
  let looked = null;

  return all(
    on(list, "click", (event) => {
      const index = tabs.findIndex((tab) => tab.contains(/** @type {Node} */ (event.target)));
      if (index >= 0) choose(index);
    }),
    on(list, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const index = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      const isRightToLeft = getComputedStyle(list).direction === "rtl";
      const next = placeAfter(event.key, index, tabs.length, { isRightToLeft });
      if (next === null) return;
      event.preventDefault();
      choose(next);
      tabs[next]?.focus();
    }),
    on(preview, "htmx:configRequest", (/** @type {CustomEvent} */ event) => {
      if (event.target === preview) event.detail.parameters.text = field.value;
    }),
    on(preview, "htmx:beforeSwap", (/** @type {CustomEvent} */ event) => {
      // Whoever is signed out is led to another page, which has no place in here.
      if (new URL(event.detail.xhr.responseURL).pathname === preview.getAttribute("hx-post")) return;
      event.detail.shouldSwap = false;
      fail(element.dataset.out);
    }),
    on(preview, "htmx:responseError", (/** @type {CustomEvent} */ event) => {
      event.stopPropagation();
      const { large, lost, often } = element.dataset;
      const said = new Map([
        [413, large],
        [429, often],
      ]);
      fail(said.get(event.detail.xhr.status) ?? lost);
    }),
    on(preview, "htmx:sendError", (event) => {
      event.stopPropagation();
      fail(element.dataset.lost);
    }),
    on(preview, "htmx:afterRequest", () => preview.removeAttribute("aria-busy")),
    () => choose(WRITE),
  );

  /** @param {number} chosen */
  function choose(chosen) {
    // As high as the text, so that what stands below stays where it is.
    if (chosen === LOOK && preview.hidden) preview.style.minBlockSize = `${field.offsetHeight}px`;
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
    });
    panels.forEach((panel, index) => panel?.toggleAttribute("hidden", index !== chosen));
    if (chosen === LOOK && looked !== field.value) look();
  }

  function look() {
    looked = field.value;
    preview.setAttribute("aria-busy", "true");
    preview.replaceChildren(paragraph(element.dataset.wait, "muted"));
    preview.dispatchEvent(new Event("preview"));
  }

  /** @param {string | undefined} words */
  function fail(words) {
    looked = null;
    preview.replaceChildren(paragraph(words, "markdown-lost"));
  }
}

/**
 * @param {string | undefined} words
 * @param {string} className
 */
function paragraph(words, className) {
  const element = document.createElement("p");
  element.className = className;
  element.setAttribute("role", "status");
  element.textContent = words ?? "";
  return element;
}

define("markdown-field", start);
