/**
 * What has just happened, in passing. Good news goes by itself, bad news stays until it is closed.
 *
 * The server shows one with the header `HX-Trigger: {"toast": {"text": …, "tone": …}}`.
 */

import { all, on } from "./element.js";

const SHORTEST = 5_000;
const PER_CHARACTER = 60;

/**
 * How long a text can be read; null for what must not go by itself.
 *
 * @param {string} text
 * @param {string} tone
 */
export function timeFor(text, tone) {
  if (tone === "negative" || tone === "caution") return null;
  return Math.max(SHORTEST, text.length * PER_CHARACTER);
}

/** @param {Document} root */
export function start(root) {
  const shelf = root.querySelector("[data-toasts]");
  if (!shelf) return () => {};
  for (const toast of shelf.querySelectorAll("dialog")) letGo(toast);
  return all(
    on(root, "toast", (/** @type {CustomEvent} */ event) => showToast(event.detail)),
    on(root, "htmx:sendError", () => showToast(lost(shelf))),
    on(root, "htmx:responseError", () => showToast(lost(shelf))),
  );
}

/**
 * @param {object} message
 * @param {string} message.text
 * @param {string} [message.tone]
 */
export function showToast({ text, tone = "neutral" }) {
  const shelf = document.querySelector("[data-toasts]");
  const model = shelf?.querySelector("template");
  const toast = /** @type {DocumentFragment | undefined} */ (
    model?.content.cloneNode(true)
  )?.querySelector("dialog");
  if (!shelf || !toast) return;
  toast.className = `toast toast-${tone}`;
  toast.dataset.tone = tone;
  const words = toast.querySelector(".toast-text");
  if (words) words.textContent = text;
  shelf.append(toast);
  letGo(toast);
}

/** @param {HTMLDialogElement} toast */
function letGo(toast) {
  const time = timeFor(toast.textContent ?? "", toast.dataset.tone ?? "");
  toast.addEventListener("close", () => toast.remove());
  if (time === null) return;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const wait = () => (timer = setTimeout(() => toast.close(), time));
  const stay = () => clearTimeout(timer);
  for (const type of ["pointerenter", "focusin"]) toast.addEventListener(type, stay);
  for (const type of ["pointerleave", "focusout"]) toast.addEventListener(type, wait);
  wait();
}

/** @param {Element} shelf */
function lost(shelf) {
  return { text: shelf.getAttribute("data-lost") ?? "", tone: "negative" };
}
