/**
 * Pictures for a text in Markdown: chosen, pasted or dropped, sent at once, and put where one writes.
 * What the server says of a picture goes into the text, and what it shows is selected, to be written.
 */

import { all, define, on } from "./element.js";
import { placed } from "./placing-text.js";
import { sendFile } from "./sending.js";
import { filled } from "./wording.js";

/** @param {HTMLElement} element */
export function start(element) {
  const field = document.getElementById(element.dataset.field ?? "");
  const input = /** @type {HTMLInputElement | null} */ (element.querySelector("input[type=file]"));
  const button = element.querySelector("button");
  const said = element.querySelector("[role=status]");
  if (!(field instanceof HTMLTextAreaElement) || !input || !button || !said) return () => {};
  const { url = "", sending = "", arrived = "", lost = "", refused = "" } = element.dataset;
  /** @type {Set<import("./uploads.js").Sending>} */
  const underWay = new Set();

  return all(
    on(button, "click", () => input.click()),
    on(input, "change", () => {
      take([...(input.files ?? [])]);
      input.value = "";
    }),
    on(field, "paste", (/** @type {ClipboardEvent} */ event) => fromOutside(event, event.clipboardData)),
    on(field, "drop", (/** @type {DragEvent} */ event) => fromOutside(event, event.dataTransfer)),
    () => underWay.forEach((each) => each.stop()),
  );

  /**
   * @param {Event} event
   * @param {DataTransfer | null} brought
   */
  function fromOutside(event, brought) {
    const pictures = [...(brought?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    // Words that come with a picture, as from a word processor, are what one meant to paste.
    if (!pictures.length || brought?.types.includes("text/plain")) return;
    event.preventDefault();
    take(pictures);
  }

  /** @param {File[]} files */
  async function take(files) {
    for (const file of files) {
      const sent = sendFile(url, file, (n) => tell(filled(sending, { n })), { lost, refused });
      underWay.add(sent);
      try {
        insert(/** @type {any} */ (await sent.answer).markdown);
        tell(arrived);
      } catch (error) {
        tell(/** @type {Error} */ (error).message);
      }
      underWay.delete(sent);
    }
  }

  /** @param {string} words */
  function tell(words) {
    if (said) said.textContent = words;
  }

  /** @param {string} markdown */
  function insert(markdown) {
    const text = /** @type {HTMLTextAreaElement} */ (field);
    const { start: from, text: put } = placed(text.value, text.selectionEnd, markdown);
    text.setRangeText(put, text.selectionEnd, text.selectionEnd, "end");
    text.focus();
    text.setSelectionRange(from + 2, from + markdown.indexOf("]"));
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

define("picture-adder", start);
