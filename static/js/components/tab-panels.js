/** Shows one panel at a time, chosen by tabs that it makes of the panels' headings. */

import { all, define, on } from "./element.js";
import { placeAfter } from "./roving.js";

/** @param {HTMLElement} element */
export function start(element) {
  const panels = [...element.querySelectorAll(":scope > .panel")].filter(
    (each) => each instanceof HTMLElement,
  );
  const list = document.createElement("div");
  list.className = "panels-list";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", element.dataset.label ?? "");
  const tabs = panels.map((panel) => list.appendChild(tabOf(panel)));
  for (const panel of panels) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `${panel.id}-tab`);
    panel.tabIndex = 0;
  }
  element.prepend(list);
  element.dataset.ready = "";
  choose(Math.max(0, panels.findIndex((panel) => `#${panel.id}` === location.hash)));

  return all(
    on(list, "click", (event) => {
      const tab = event.target instanceof Element && event.target.closest("[role=tab]");
      if (tab) choose(tabs.indexOf(/** @type {HTMLButtonElement} */ (tab)));
    }),
    on(list, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const index = tabs.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
      const isRightToLeft = getComputedStyle(list).direction === "rtl";
      const next = placeAfter(event.key, index, tabs.length, { isRightToLeft });
      if (next === null) return;
      event.preventDefault();
      choose(next);
      tabs[next]?.focus();
    }),
    putBack,
  );

  /** @param {number} chosen */
  function choose(chosen) {
    tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
    });
    panels.forEach((panel, index) => (panel.hidden = index !== chosen));
  }

  function putBack() {
    list.remove();
    delete element.dataset.ready;
    for (const panel of panels) panel.hidden = false;
  }
}

/** @param {HTMLElement} panel */
function tabOf(panel) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.className = "tab";
  tab.id = `${panel.id}-tab`;
  tab.textContent = panel.querySelector(".panel-heading")?.textContent ?? "";
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  return tab;
}

define("tab-panels", start);
