/**
 * Files that fall onto a form: what was chosen, with a way to take each back, and how far they are
 * while htmx sends them. The input stays the one that is sent.
 */

import { all, define, on } from "./element.js";
import { sizeOf, together } from "./files.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  const input = /** @type {HTMLInputElement | null} */ (element.querySelector("input[type=file]"));
  if (!input) return () => {};
  const list = document.createElement("ul");
  list.className = "file-drop-list";
  const sending = sendingBar();
  element.append(list, sending);
  sending.hidden = true;
  list.hidden = true;
  show();
  const { form } = input;
  return all(
    on(input, "change", show),
    on(element, "dragover", (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      element.dataset.over = "";
    }),
    on(element, "dragleave", (/** @type {DragEvent} */ event) => {
      if (!element.contains(/** @type {Node | null} */ (event.relatedTarget))) {
        delete element.dataset.over;
      }
    }),
    on(element, "drop", (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      delete element.dataset.over;
      const dropped = [...(event.dataTransfer?.files ?? [])];
      if (dropped.length) put(together([...(input.files ?? [])], dropped, input.multiple));
    }),
    form ? on(form, "htmx:xhr:progress", follow) : () => {},
    form ? on(form, "htmx:afterRequest", () => (sending.hidden = true)) : () => {},
    () => {
      list.remove();
      sending.remove();
    },
  );

  /** @param {File[]} files */
  function put(files) {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    /** @type {HTMLInputElement} */ (input).files = transfer.files;
    input?.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show() {
    const files = [...(input?.files ?? [])];
    list.replaceChildren(...files.map((file) => lineOf(file)));
    list.hidden = !files.length;
    element.toggleAttribute("data-has-files", files.length > 0);
  }

  /** @param {File} file */
  function lineOf(file) {
    const line = document.createElement("li");
    const name = document.createElement("span");
    const size = document.createElement("span");
    const remove = document.createElement("button");
    name.textContent = file.name;
    size.textContent = sizeOf(file.size, document.documentElement.lang);
    size.className = "note number";
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", filled(element.dataset.remove, { name: file.name }));
    remove.addEventListener("click", () => {
      put([...(input?.files ?? [])].filter((each) => each !== file));
      input?.focus();
    });
    line.append(name, size, remove);
    return line;
  }

  /** @param {CustomEvent<{loaded: number, total: number, lengthComputable: boolean}>} event */
  function follow({ detail }) {
    if (!detail.lengthComputable || !input?.files?.length) return;
    const hundredths = Math.round((100 * detail.loaded) / detail.total);
    const bar = sending.querySelector("progress");
    const words = sending.querySelector("output");
    sending.hidden = false;
    if (bar) bar.value = hundredths;
    const { sending: onTheWay, sent } = element.dataset;
    if (words) words.textContent = filled(hundredths < 100 ? onTheWay : sent, { n: hundredths });
  }
}

function sendingBar() {
  const box = document.createElement("div");
  const bar = document.createElement("progress");
  box.className = "file-drop-sending";
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-hidden", "true");
  box.append(bar, document.createElement("output"));
  return box;
}

define("file-drop", start);
