/**
 * Opens dialogs in browsers that do not know `command` yet, and closes them by a click beside them
 * where `closedby` is not known.
 */

import { all, on } from "./element.js";

/** @param {Document} root */
export function start(root) {
  const knowsCommands = "commandForElement" in HTMLButtonElement.prototype;
  const knowsClosing = "closedBy" in HTMLDialogElement.prototype;
  return all(
    knowsCommands ? () => {} : on(root, "click", open),
    knowsClosing ? () => {} : on(root, "click", closeBeside),
  );
}

/** @param {Event} event */
function open(event) {
  const button = event.target instanceof Element && event.target.closest("button[commandfor]");
  if (!button) return;
  const dialog = document.getElementById(button.getAttribute("commandfor") ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const command = button.getAttribute("command");
  if (command === "show-modal" && !dialog.open) dialog.showModal();
  if (command === "close") dialog.close();
}

/** @param {MouseEvent} event */
function closeBeside(event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || dialog.getAttribute("closedby") !== "any") return;
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  if (x < left || x > right || y < top || y > bottom) dialog.close();
}
