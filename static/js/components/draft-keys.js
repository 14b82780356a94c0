/**
 * Through drafts by keys: `j` and `k` go to the next one and back, `v` says that the one at hand was
 * looked at, `e` edits it. The focus stays at a draft that is renewed.
 */

import { all, define, on } from "./element.js";
import { stepTo } from "./reviewing.js";
import { isSingleKey } from "./single-keys.js";

const DRAFT = "li[data-key]";
const DEEDS = { v: "[data-vet]", e: "a[data-edit]" };

/** @param {HTMLElement} element */
export function start(element) {
  /** @type {string} */
  let held = "";
  return all(
    on(element.ownerDocument, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (!isSingleKey(event) || event.key.startsWith("Arrow")) return;
      const drafts = [...element.querySelectorAll(DRAFT)];
      const index = drafts.findIndex((draft) => draft.contains(document.activeElement));
      const next = stepTo(event.key, index, drafts.length);
      if (next !== null) {
        event.preventDefault();
        show(drafts[next]);
      } else if (index >= 0 && event.key in DEEDS) {
        event.preventDefault();
        const deed = drafts[index].querySelector(DEEDS[/** @type {"v" | "e"} */ (event.key)]);
        if (deed instanceof HTMLElement) deed.click();
      }
    }),
    on(element, "htmx:beforeSwap", () => {
      const draft = document.activeElement?.closest(DRAFT);
      held = draft && element.contains(draft) ? draft.id : "";
    }),
    on(element, "htmx:afterSwap", () => {
      const draft = held && document.getElementById(held);
      if (draft && !draft.contains(document.activeElement)) draft.focus({ preventScroll: true });
      held = "";
    }),
  );
}

/** @param {Element | undefined} draft */
function show(draft) {
  if (!(draft instanceof HTMLElement)) return;
  draft.focus({ preventScroll: true });
  draft.scrollIntoView({ block: "start" });
}

define("draft-keys", start);
