/**
 * Keeps what stands in the form around it, rows and all, and offers to put it back after the page
 * was lost. Putting back asks the server for the page with those words, which saves nothing.
 */

import { all, define, on } from "./element.js";
import { findDraft, forgetSent, keepDraft, markSent } from "./drafts.js";

/** @param {HTMLElement} element */
export function start(element) {
  const { key = "", revision: text = "1", kept } = element.dataset;
  const revision = Number(text);
  const form = element.closest("form");
  if (!form || !key) return () => {};
  forgetSent(sessionStorage, key);
  if (kept !== undefined) keep(form, key, revision);
  const draft = kept === undefined ? findDraft(sessionStorage, key, revision) : null;
  element.hidden = !draft;
  return all(
    on(form, "input", () => keep(form, key, revision)),
    on(form, "submit", (event) => {
      if (!event.defaultPrevented) markSent(sessionStorage, key, revision);
    }),
    on(element, "click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (!button || !draft) return;
      if (button.hasAttribute("data-put-back")) putBack(form, draft.fields.entries);
      if (button.hasAttribute("data-forget")) {
        keepDraft(sessionStorage, key, draft.revision, {});
        element.hidden = true;
      }
    }),
  );
}

/**
 * @param {HTMLFormElement} form
 * @param {string} key
 * @param {number} revision
 */
function keep(form, key, revision) {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  keepDraft(sessionStorage, key, revision, { entries: JSON.stringify(entries) });
}

/**
 * @param {HTMLFormElement} form
 * @param {string | undefined} kept
 */
function putBack(form, kept) {
  const asking = document.createElement("form");
  asking.method = "post";
  asking.hidden = true;
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (token) asking.append(token.cloneNode());
  for (const [name, value] of [...JSON.parse(kept ?? "[]"), ["again", "1"]]) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    asking.append(field);
  }
  document.body.append(asking);
  asking.submit();
}

define("unsaved-words", start);
