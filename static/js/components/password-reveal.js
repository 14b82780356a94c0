/** A button that shows what one types into a password field. */

import { define, on } from "./element.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = element.querySelector("input");
  const icons = element.querySelector("template")?.content.children;
  if (!field) return () => {};
  const button = document.createElement("button");
  button.type = "button";
  element.append(button);
  show(false);
  const stops = [
    on(button, "click", () => {
      show(field.type === "password");
      field.focus();
    }),
    // Password managers and browsers' histories expect it as it was.
    field.form ? on(field.form, "submit", () => show(false)) : () => {},
  ];
  return () => {
    stops.forEach((stop) => stop());
    show(false);
    button.remove();
  };

  /** @param {boolean} isShown */
  function show(isShown) {
    if (!field) return;
    field.type = isShown ? "text" : "password";
    const label = (isShown ? element.dataset.hide : element.dataset.show) ?? "";
    button.setAttribute("aria-label", label);
    button.title = label;
    const icon = icons?.[isShown ? 1 : 0];
    button.replaceChildren(icon?.cloneNode(true) ?? document.createTextNode("•••"));
  }
}

define("password-reveal", start);
