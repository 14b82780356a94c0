/**
 * Forms that say what is wrong and where, and that are sent once.
 *
 * A page that comes back with errors puts the focus on their summary; a button that was pressed
 * shows that something happens, and a second press does nothing.
 */

import { all, on } from "./element.js";

/** @param {Document} root */
export function start(root) {
  focusErrors(root);
  return all(
    on(root, "submit", send),
    on(root, "htmx:afterRequest", (/** @type {CustomEvent} */ event) => release(event.target)),
    on(root, "htmx:load", (event) => focusErrors(event.target)),
    // The browser's way back shows the page as it was left: with a button that waits for ever.
    on(window, "pageshow", () => root.querySelectorAll("form[data-form]").forEach(release)),
  );
}

/** @param {EventTarget | null} within */
function focusErrors(within) {
  if (!(within instanceof Element || within instanceof Document)) return;
  const summary = within.querySelector("[data-error-summary]");
  if (summary instanceof HTMLElement) summary.focus();
}

/** @param {SubmitEvent} event */
function send(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-form]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (event.defaultPrevented || form.method === "dialog") return;
  form.dataset.sent = "true";
  const button = event.submitter;
  // After the browser has collected the fields: a disabled button would not be sent.
  setTimeout(() => button?.setAttribute("aria-busy", "true"));
}

/** @param {EventTarget | null} form */
function release(form) {
  if (!(form instanceof HTMLFormElement)) return;
  delete form.dataset.sent;
  for (const busy of form.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
}
