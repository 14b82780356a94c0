/**
 * The questions of a quiz, put in order by dragging, by buttons, or by Alt with the arrows. Order
 * and marks are saved as they change, one save after the other. Without this module the buttons
 * send the form.
 */

import { csrfHeaders } from "./csrf.js";
import { dragRows } from "./dragging.js";
import { all, define, on } from "./element.js";
import { neighbour } from "./ordering.js";
import { filled } from "./wording.js";

const ROW = "li[data-key]";
const PAUSE = 400;

/** @param {HTMLElement} element */
export function start(element) {
  const form = element.querySelector("form");
  const found = element.querySelector("ol");
  const status = element.querySelector("[data-status]");
  const total = document.querySelector("[data-total]");
  if (!form || !found || !status) return () => {};
  const list = found;
  /** @type {number | undefined} */
  let timer;
  let isSaving = false;
  let isWaiting = false;
  // Somebody else has changed the list: what stands here is no base for anything.
  let isOver = false;

  return all(
    on(form, "submit", (/** @type {SubmitEvent} */ event) => {
      const button = event.submitter;
      if (!(button instanceof HTMLButtonElement)) return;
      if (button.name === "save" || button.name === "up" || button.name === "down") {
        event.preventDefault();
        event.stopPropagation();
      }
      if (button.name === "save") save();
      const row = button.closest(ROW);
      if (row instanceof HTMLElement && button.name === "up") move(row, -1, button);
      if (row instanceof HTMLElement && button.name === "down") move(row, 1, button);
    }),
    on(list, "keydown", (/** @type {KeyboardEvent} */ event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const row = event.target instanceof Element && event.target.closest(ROW);
      if (!event.altKey || !step || !(row instanceof HTMLElement)) return;
      event.preventDefault();
      move(row, step, /** @type {HTMLElement} */ (event.target));
    }),
    on(list, "change", saveSoon),
    dragRows(list, (row) => {
      renew();
      tellPlace(row);
      saveSoon();
    }),
    on(window, "pagehide", () => timer !== undefined && save()),
    () => clearTimeout(timer),
  );

  function rows() {
    return [...list.querySelectorAll(`:scope > ${ROW}`)].filter((each) => each instanceof HTMLElement);
  }

  /**
   * @param {HTMLElement} row
   * @param {number} step
   * @param {HTMLElement} focused
   */
  function move(row, step, focused) {
    const other = neighbour(rows(), row, step);
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    renew();
    // Moving an element takes the focus from it; a button that has nowhere to go gives it on.
    const stays = focused instanceof HTMLButtonElement && focused.disabled ? row.querySelector("button:enabled") : focused;
    if (stays instanceof HTMLElement) stays.focus();
    row.scrollIntoView({ block: "nearest" });
    tellPlace(row);
    saveSoon();
  }

  function renew() {
    const ordered = rows();
    ordered.forEach((row, index) => {
      const number = row.querySelector("[data-number]");
      if (number) number.textContent = String(index + 1);
      rename(row, index + 1);
      disable(row, "up", index === 0);
      disable(row, "down", index === ordered.length - 1);
    });
  }

  /** @param {HTMLElement} row */
  function tellPlace(row) {
    const ordered = rows();
    say(filled(element.dataset.moved, { n: ordered.indexOf(row) + 1, all: ordered.length }));
  }

  /**
   * @param {string | undefined} text
   * @param {boolean} isWrong
   */
  function say(text, isWrong = false) {
    if (!(status instanceof HTMLElement)) return;
    status.textContent = text ?? "";
    status.toggleAttribute("data-is-wrong", isWrong);
  }

  function saveSoon() {
    clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE);
  }

  async function save() {
    clearTimeout(timer);
    timer = undefined;
    if (isOver || !form) return;
    if (isSaving) {
      isWaiting = true;
      return;
    }
    isSaving = true;
    const body = new FormData(form);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", ...csrfHeaders() },
        // It goes even when the page does.
        keepalive: true,
      });
      if (answer.status === 409) {
        isOver = true;
        say(element.dataset.changed, true);
      } else if (answer.status === 400) {
        blame((await answer.json().catch(() => ({}))).wrong ?? []);
        say(element.dataset.wrong, true);
      } else if (answer.ok) {
        const saved = await answer.json();
        setBase(saved.base);
        blame([]);
        if (total && saved.total) total.textContent = saved.total;
        // Of what was changed meanwhile, that would not be true yet.
        if (timer === undefined && !isWaiting) say(element.dataset.saved);
      } else {
        say(element.dataset.lost, true);
      }
    } catch {
      say(element.dataset.lost, true);
    }
    isSaving = false;
    if (isWaiting) {
      isWaiting = false;
      save();
    }
  }

  /** @param {string[]} names */
  function blame(names) {
    for (const field of list.querySelectorAll("input[name^=marks-]")) {
      const isWrong = names.includes(field.getAttribute("name") ?? "");
      if (isWrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  /** @param {string} base */
  function setBase(base) {
    const field = form?.elements.namedItem("base");
    if (field instanceof HTMLInputElement) field.value = base;
  }
}

/**
 * What is named after its place gets the name of the new one.
 *
 * @param {HTMLElement} row
 * @param {number} place
 */
function rename(row, place) {
  for (const each of row.querySelectorAll("[data-numbered]")) {
    const name = filled(each.getAttribute("data-numbered") ?? "", { n: place });
    if (each.hasAttribute("title")) each.setAttribute("title", name);
    (each.querySelector("span") ?? each).textContent = name;
  }
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 * @param {boolean} isLast
 */
function disable(row, name, isLast) {
  const button = row.querySelector(`button[name=${name}]`);
  if (button instanceof HTMLButtonElement) button.disabled = isLast;
}

define("question-order", start);
