/** Saves the code that it stands beside as a file, which never was anywhere but on this page. */

import { define, on } from "./element.js";

const TAKEN_AFTER = 10_000;

/** @param {HTMLElement} element */
export function start(element) {
  const button = element.querySelector("button");
  const code = element.closest("figure")?.querySelector("code");
  if (!button || !code) return () => {};
  element.hidden = false;
  return on(button, "click", () => save(`${code.textContent}\n`, element.dataset.name ?? ""));
}

/**
 * @param {string} text
 * @param {string} name
 */
function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), TAKEN_AFTER);
}

define("save-text", start);
