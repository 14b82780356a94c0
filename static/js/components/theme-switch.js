/** Changes the theme at once, and has the server remember it for the next page. */

import { define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const form = element.querySelector("form");
  if (!form) return () => {};
  return on(form, "submit", (/** @type {SubmitEvent} */ event) => {
    const chosen = /** @type {HTMLButtonElement | null} */ (event.submitter);
    if (!chosen) return;
    event.preventDefault();
    show(chosen.value);
    const body = new FormData(form, chosen);
    fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {
      // The page looks as it was asked to; only the next one will not remember.
    });
  });
}

/** @param {string} theme */
function show(theme) {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  document
    .querySelector('meta[name="color-scheme"]')
    ?.setAttribute("content", theme === "system" ? "light dark" : theme);
  for (const button of document.querySelectorAll("theme-switch button")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("value") === theme));
  }
}

define("theme-switch", start);
