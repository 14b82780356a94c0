/** Puts saved phrases into the text at the place where one writes, without asking the server. */

import { all, define, on } from "./element.js";
import { withPhrase } from "./reviewing.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.getAttribute("for") ?? "");
  if (!(field instanceof HTMLTextAreaElement)) return () => {};
  return all(
    on(element, "click", (event) => {
      const chosen = event.target instanceof Element && event.target.closest("[data-phrase]");
      if (!(chosen instanceof HTMLElement)) return;
      event.preventDefault();
      const { text, caret } = withPhrase(
        field.value,
        chosen.dataset.phrase ?? "",
        field.selectionStart,
        field.selectionEnd,
      );
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      chosen.closest("details")?.removeAttribute("open");
      field.focus();
      field.setSelectionRange(caret, caret);
    }),
    // Enter keeps the phrase; it must not send the whole review.
    on(element, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
      if (event.target.name !== "label") return;
      event.preventDefault();
      /** @type {HTMLButtonElement | null} */ (element.querySelector("button[name=save]"))?.click();
    }),
  );
}

define("phrase-box", start);
