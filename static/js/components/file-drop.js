/**
 * Files that were chosen or fell onto a field. With an address of its own each file is sent at once
 * and the form takes along what the server called it; without one, files go with their form. Before
 * this module comes, or without it, there is the input alone.
 */

import { all, define, on } from "./element.js";
import { sizeOf, together } from "./files.js";
import { sendFile, takeBack } from "./sending.js";
import { createUploads } from "./uploads.js";
import { filled } from "./wording.js";

/** @typedef {import("./uploads.js").Upload} Upload */

/** @param {HTMLElement} element */
export function start(element) {
  const input = /** @type {HTMLInputElement | null} */ (element.querySelector("input[type=file]"));
  const list = element.querySelector("ul");
  const model = element.querySelector("template");
  if (!input || !list || !model) return () => {};
  const shelf = { element, input, list, model };
  const kept = element.dataset.url ? sendingAtOnce(shelf) : sendingWithForm(shelf);
  return all(
    kept.stop,
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
      if (dropped.length && !input.disabled) kept.take(dropped);
    }),
    () => {
      list.replaceChildren();
      list.hidden = true;
    },
  );
}

/**
 * @typedef {object} Shelf
 * @property {HTMLElement} element
 * @property {HTMLInputElement} input
 * @property {HTMLUListElement} list
 * @property {HTMLTemplateElement} model  Of a line of the list.
 */

/**
 * The input stays what is sent; its files are shown, and how far the form is while htmx sends it.
 *
 * @param {Shelf} shelf
 */
function sendingWithForm({ element, input, list, model }) {
  const bar = element.querySelector(".file-drop-sending");
  const { form } = input;
  show();
  const stop = all(
    on(input, "change", show),
    form ? on(form, "htmx:xhr:progress", follow) : () => {},
    form ? on(form, "htmx:afterRequest", () => bar?.setAttribute("hidden", "")) : () => {},
  );
  return { stop, take: (/** @type {File[]} */ files) => put(together(chosen(), files, input.multiple)) };

  function chosen() {
    return [...(input.files ?? [])];
  }

  /** @param {File[]} files */
  function put(files) {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function show() {
    list.replaceChildren(
      ...chosen().map((file) => {
        const line = lineOf(element, model, file);
        line.remove.addEventListener("click", () => {
          put(chosen().filter((each) => each !== file));
          input.focus();
        });
        return line.box;
      }),
    );
    list.hidden = !list.children.length;
    element.toggleAttribute("data-has-files", !list.hidden);
  }

  /** @param {CustomEvent<{loaded: number, total: number, lengthComputable: boolean}>} event */
  function follow({ detail }) {
    if (!detail.lengthComputable || !input.files?.length) return;
    const hundredths = Math.round((100 * detail.loaded) / detail.total);
    const progress = bar?.querySelector("progress");
    const words = bar?.querySelector("output");
    bar?.removeAttribute("hidden");
    if (progress) progress.value = hundredths;
    const { sending, sent } = element.dataset;
    if (words) words.textContent = filled(hundredths < 100 ? sending : sent, { n: hundredths });
  }
}

/**
 * Each file goes by itself; hidden fields hold the ids that the server gave.
 *
 * @param {Shelf} shelf
 */
function sendingAtOnce({ element, input, list, model }) {
  const { url = "", ids = "", most = "", lost = "", refused = "" } = element.dataset;
  const said = element.querySelector("[role=status]");
  const isRequired = input.required;
  /** @type {Map<Upload, ReturnType<typeof lineOf>>} */
  const lines = new Map();
  const uploads = createUploads({
    send: (file, onProgress) => sendFile(url, file, onProgress, { lost, refused }),
    show,
  });
  const stop = all(
    on(input, "change", () => {
      take([...(input.files ?? [])]);
      // What is on its way need not be sent a second time with the form.
      input.value = "";
    }),
    input.form ? on(input.form, "submit", hold) : () => {},
    () => uploads.stop(),
  );
  return { stop, take };

  /** @param {File[]} files */
  function take(files) {
    if (!files.length) return;
    if (!input.multiple) for (const each of uploads.all) drop(each);
    for (const file of input.multiple ? files : files.slice(0, 1)) uploads.add(file, faultOf(file));
  }

  /** @param {File} file */
  function faultOf(file) {
    if (!most || file.size <= Number(most)) return "";
    return filled(element.dataset.large, { size: sizeOf(Number(most), document.documentElement.lang) });
  }

  /** @param {Upload} upload */
  function show(upload) {
    const line = lines.get(upload) ?? begin(upload);
    const { state, hundredths, message, canRepeat, file } = upload;
    const before = line.box.dataset.state;
    line.box.dataset.state = state;
    line.progress.hidden = state !== "sending" && state !== "waiting";
    line.progress.value = hundredths;
    line.words.textContent = wordsOf(upload);
    line.again.hidden = !(state === "failed" && canRepeat);
    const key = state === "sending" || state === "waiting" ? "cancel" : "remove";
    line.remove.setAttribute("aria-label", filled(element.dataset[key], { name: file.name }));
    ask();
    if (state === before || !said) return;
    if (state === "done") {
      line.box.append(idOf(upload));
      said.textContent = filled(element.dataset.arrived, { name: file.name });
    }
    if (state === "failed") said.textContent = `${file.name}: ${message}`;
  }

  /** @param {Upload} upload */
  function begin(upload) {
    const line = lineOf(element, model, upload.file);
    lines.set(upload, line);
    list.append(line.box);
    list.hidden = false;
    element.toggleAttribute("data-has-files", true);
    line.again.addEventListener("click", () => {
      // The button goes, and the focus with it.
      line.remove.focus();
      uploads.again(upload);
    });
    line.remove.addEventListener("click", () => {
      drop(upload);
      input.focus();
    });
    return line;
  }

  /** @param {Upload} upload */
  function drop(upload) {
    uploads.remove(upload);
    if (element.hasAttribute("data-takes-back")) takeBack(url, upload.answer?.id);
    lines.get(upload)?.box.remove();
    lines.delete(upload);
    list.hidden = !lines.size;
    element.toggleAttribute("data-has-files", lines.size > 0);
    ask();
  }

  /** The field itself is empty by now; whether it must not be is up to what it has sent. */
  function ask() {
    input.required = isRequired && uploads.all.every(({ state }) => state === "failed");
  }

  /** @param {Upload} upload */
  function wordsOf({ state, hundredths, message }) {
    const { waiting, sending, sent, there } = element.dataset;
    if (state === "waiting") return waiting ?? "";
    if (state === "done") return there ?? "";
    if (state === "failed") return message;
    return filled(hundredths < 100 ? sending : sent, { n: hundredths });
  }

  /** @param {Upload} upload */
  function idOf({ answer }) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = ids;
    field.value = String(answer?.id ?? "");
    return field;
  }

  /** @param {Event} event */
  function hold(event) {
    if (!uploads.isBusy) return;
    event.preventDefault();
    event.stopPropagation();
    if (said) said.textContent = element.dataset.busy ?? "";
  }
}

/**
 * @param {HTMLElement} element
 * @param {HTMLTemplateElement} model
 * @param {File} file
 */
function lineOf(element, model, file) {
  const box = /** @type {HTMLLIElement} */ (
    /** @type {Element} */ (model.content.firstElementChild).cloneNode(true)
  );
  const part = (/** @type {string} */ name) => /** @type {any} */ (box.querySelector(name));
  part(".file-drop-name").textContent = file.name;
  part(".file-drop-size").textContent = sizeOf(file.size, document.documentElement.lang);
  const line = {
    box,
    progress: /** @type {HTMLProgressElement} */ (part("progress")),
    words: /** @type {HTMLElement} */ (part(".file-drop-words")),
    again: /** @type {HTMLButtonElement} */ (part("[data-again]")),
    remove: /** @type {HTMLButtonElement} */ (part("[data-remove]")),
  };
  line.progress.setAttribute("aria-label", file.name);
  line.remove.setAttribute("aria-label", filled(element.dataset.remove, { name: file.name }));
  line.again.setAttribute("aria-label", filled(element.dataset.again, { name: file.name }));
  return line;
}

define("file-drop", start);
