/** Copies the code that it stands beside. */

import { define, on } from "./element.js";

const SHOWN_FOR = 2_000;

/** @param {HTMLElement} element */
export function start(element) {
  const button = element.querySelector("button");
  const label = button?.querySelector("span");
  const code = element.closest("figure")?.querySelector("code");
  // Browsers give no clipboard to pages without HTTPS.
  if (!button || !label || !code || !navigator.clipboard) return () => {};
  const text = label.textContent;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  element.hidden = false;
  label.setAttribute("role", "status");
  const stop = on(button, "click", async () => {
    await navigator.clipboard.writeText(code.textContent ?? "");
    label.textContent = element.dataset.done ?? "";
    clearTimeout(timer);
    timer = setTimeout(() => (label.textContent = text), SHOWN_FOR);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

define("copy-text", start);
