/**
 * The keys of a page: each `data-key` on it says by which one it is reached. Links are followed,
 * buttons that open something are pressed, buttons that send something only get the focus, and of a
 * part of the page its first field does.
 */

import { all, define, on } from "./element.js";
import { areKeysOff, isSingleKey, turnKeys } from "./single-keys.js";

const SWITCH = "[data-keys-switch]";
const FIELDS = "input:not([type=hidden]), textarea";

/** @param {HTMLElement} element */
export function start(element) {
  const root = element.ownerDocument;
  for (const each of root.querySelectorAll(SWITCH)) {
    /** @type {HTMLInputElement} */ (each).checked = !areKeysOff();
  }
  return all(
    on(root, "keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") leaveField(event);
      else if (isSingleKey(event)) press(event);
    }),
    on(root, "change", ({ target }) => {
      if (target instanceof HTMLInputElement && target.matches(SWITCH)) turnKeys(target.checked);
    }),
  );

  /** @param {KeyboardEvent} event */
  function press(event) {
    const target = root.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!(target instanceof HTMLElement)) return;
    event.preventDefault();
    use(target);
  }
}

/** @param {HTMLElement} target */
function use(target) {
  if (target.matches("a")) return target.click();
  if (target.matches("summary, button[type=button]")) {
    target.focus();
    return target.click();
  }
  // What is folded away cannot be written into.
  const fields = [...target.querySelectorAll(FIELDS)].filter((each) => each.checkVisibility());
  const field = target.matches("button") ? target : fields[0];
  if (!(field instanceof HTMLElement)) return;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
}

/** @param {KeyboardEvent} event */
function leaveField({ defaultPrevented, target }) {
  if (defaultPrevented || !(target instanceof HTMLElement)) return;
  if (target.matches(FIELDS) && !target.closest("dialog, [popover]")) target.blur();
}

define("key-shortcuts", start);
