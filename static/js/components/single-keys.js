/** Single keys that do something, as far as the reader wants them: they rest while one writes. */

const KEPT_AS = "single-keys";
const OFF = "off";

/** @param {Storage} [storage] */
export function areKeysOff(storage = localStorage) {
  return storage.getItem(KEPT_AS) === OFF;
}

/**
 * @param {boolean} isOn
 * @param {Storage} [storage]
 */
export function turnKeys(isOn, storage = localStorage) {
  if (isOn) storage.removeItem(KEPT_AS);
  else storage.setItem(KEPT_AS, OFF);
}

/** @param {Element | null} element */
export function isWriting(element) {
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches("input, textarea, select, dialog *"))
  );
}

/**
 * Whether a key was pressed by itself, where it means something.
 *
 * @param {KeyboardEvent} event
 */
export function isSingleKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  return !isWriting(document.activeElement) && !areKeysOff();
}
