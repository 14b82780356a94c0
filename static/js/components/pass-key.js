/**
 * A form that a passkey fills: asks the device for its answer and sends it.
 *
 * The question stands in the page as JSON, or is fetched when the button is pressed (`data-begin`),
 * since a sign-in page may be open for longer than a question is good.
 */

import { define, on } from "./element.js";

/** @typedef {{token: string, options: {publicKey: Record<string, unknown>}}} Question */

/** @param {HTMLElement} element */
export function start(element) {
  const form = element.querySelector("form");
  const button = form?.querySelector("button");
  const trouble = /** @type {HTMLElement | null} */ (element.querySelector("[data-trouble]"));
  const parse = window.PublicKeyCredential?.parseRequestOptionsFromJSON;
  if (!form || !button || !parse) {
    element.hidden = true;
    return () => {};
  }
  return on(form, "submit", async (event) => {
    if (fieldOf(form, "credential").value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (trouble) trouble.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      const question = await questionOf(element);
      fieldOf(form, "credential").value = JSON.stringify(await answer(element, question));
      fieldOf(form, "token").value = question.token;
      form.requestSubmit();
    } catch {
      // Declined, out of time, not on this device: one can do no more than choose another way.
      if (trouble) trouble.hidden = false;
      button.removeAttribute("aria-busy");
    }
  }, { capture: true });
}

/**
 * @param {HTMLElement} element
 * @returns {Promise<Question>}
 */
async function questionOf(element) {
  const block = element.querySelector("script[type='application/json']");
  if (block) return JSON.parse(block.textContent ?? "");
  const response = await fetch(element.dataset.begin ?? "", { method: "POST" });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

/**
 * @param {HTMLElement} element
 * @param {Question} question
 */
async function answer(element, { options }) {
  const given =
    element.dataset.act === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
            /** @type {any} */ (options.publicKey),
          ),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
            /** @type {any} */ (options.publicKey),
          ),
        });
  return /** @type {PublicKeyCredential} */ (given).toJSON();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function fieldOf(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

define("pass-key", start);
