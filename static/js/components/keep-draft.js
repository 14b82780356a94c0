/** Keeps what is typed into the form inside, so that a reload or a lost page takes nothing away. */

import { all, define, on } from "./element.js";
import { findDraft, forgetSent, keepDraft, markSent } from "./drafts.js";
import { filled } from "./wording.js";

const TYPED = "textarea, input[type=number], input[type=text]";

/** @param {HTMLElement} element */
export function start(element) {
  const { key = "", revision: text = "1", kept } = element.dataset;
  const revision = Number(text);
  const form = element.querySelector("form");
  if (!form || !key) return () => {};
  forgetSent(sessionStorage, key);
  // What the server gives back is newer than anything kept here.
  if (kept === undefined) putBack(element, key, revision);
  else keepDraft(sessionStorage, key, revision, typedIn(form));
  return all(
    on(form, "input", () => keepDraft(sessionStorage, key, revision, typedIn(form))),
    on(form, "submit", (event) => {
      if (!event.defaultPrevented) markSent(sessionStorage, key, revision);
    }),
  );
}

/**
 * @param {HTMLElement} element
 * @param {string} key
 * @param {number} revision
 */
function putBack(element, key, revision) {
  const draft = findDraft(sessionStorage, key, revision);
  if (!draft) return;
  for (const field of fieldsOf(element)) {
    const value = draft.fields[field.name];
    if (!value || field.value) continue;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const { back, older } = element.dataset;
  const said = element.querySelector("[data-draft-said]");
  if (!(said instanceof HTMLElement)) return;
  said.hidden = false;
  said.textContent = draft.revision === revision ? (back ?? "") : filled(older, { n: draft.revision });
}

/** @param {Element} within */
function typedIn(within) {
  return Object.fromEntries(fieldsOf(within).map((field) => [field.name, field.value]));
}

/** @param {Element} within */
function fieldsOf(within) {
  return [...within.querySelectorAll(TYPED)]
    .filter((each) => each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement)
    .filter((field) => field.name !== "label");
}

define("keep-draft", start);
