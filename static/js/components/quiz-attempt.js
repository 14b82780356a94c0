/**
 * An attempt at a quiz that saves each answer as it is given. What could not be sent is kept in this
 * browser and goes when there is a network again; without this module the page is a form.
 */

import { createAnswerQueue } from "./answer-queue.js";
import { fieldsOf, isTouched, putBack, responseOf } from "./answers.js";
import { csrfHeaders } from "./csrf.js";
import { all, define, on } from "./element.js";
import { showToast } from "./toasts.js";
import { filled } from "./wording.js";

/** @typedef {import("./answer-queue.js").Entry} Entry */
/** @typedef {import("./answer-queue.js").Outcome} Outcome */

const QUESTION = "[data-question]";
const FLAG = ".flag";
const PAUSE = 800;
const PATIENCE = 15_000;
const MINUTE = 60_000;
const LARGEST_PARTING = 60_000;
const LONGEST_TIME = 86_400;

/** @param {HTMLElement} element */
export function start(element) {
  const form = element.closest("form");
  if (!form) return () => {};
  const { attempt = "", answers = "", page = "" } = element.dataset;
  const checks = "checks" in element.dataset;
  const storage = localStorage;
  /** @type {Map<string, string>} What was last kept of each question, as JSON. */
  const known = new Map();
  const clock = timeKeeper();
  /** @type {ReturnType<typeof setTimeout>} */
  let pause;
  const queue = createAnswerQueue({
    send,
    told,
    show: showState,
    storage,
    place: `answers.${attempt}`,
    timers: { set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer) },
  });
  for (const each of questions()) known.set(idOf(each), JSON.stringify(responseOf(each)));
  // Whoever began before this module was here has said something that nobody heard.
  const early = questions().filter((each) => isTouched(each) && !queue.kept.has(idOf(each)));
  const flags = questions().map(flagOf).filter((each) => each && each.checked !== each.defaultChecked);
  for (const each of early) known.delete(idOf(each));
  restore();
  showPlaces();
  showTime();
  for (const each of early) changed(each, true);
  for (const each of flags) if (each && !queue.kept.has(each.value + FLAG)) flag(each);
  if (queue.unsent) queue.go();
  const files = new MutationObserver((changes) => {
    const lists = changes.map(({ target }) => /** @type {Element} */ (target).closest(".file-drop-list"));
    for (const list of new Set(lists)) if (list) changed(list, true);
  });
  files.observe(element, { childList: true, subtree: true });
  const ticking = setInterval(showTime, MINUTE / 4);
  return all(
    on(element, "input", (event) => changed(event.target, false)),
    on(element, "change", ({ target }) => (isFlag(target) ? flag(target) : changed(target, true))),
    on(element, "keydown", keepFromSubmitting),
    on(element, "focusin", (event) => clock.at(questionOf(event.target))),
    on(form, "submit", submit),
    on(window, "online", () => queue.go()),
    on(window, "offline", () => queue.unsent && showState("waiting")),
    on(document, "visibilitychange", leave),
    on(window, "pagehide", leave),
    () => {
      clearTimeout(pause);
      clearInterval(ticking);
      files.disconnect();
      queue.stop();
    },
  );

  /**
   * @param {EventTarget | null} target
   * @param {boolean} isDone  It will not be typed on in this moment.
   */
  function changed(target, isDone) {
    const question = questionOf(target);
    if (!question || "told" in question.dataset) return;
    const response = responseOf(question);
    const id = idOf(question);
    if (response !== undefined && JSON.stringify(response) !== known.get(id)) {
      known.set(id, JSON.stringify(response));
      say(question, "");
      keep(question, response, !checks);
      showPlaces();
    }
    if (checks) return;
    if (queue.unsent && isAtRest()) showState("saving");
    clearTimeout(pause);
    if (isDone) queue.go();
    else pause = setTimeout(() => queue.go(), PAUSE);
  }

  /**
   * @param {HTMLElement} question
   * @param {any} response
   * @param {boolean} isSure
   */
  function keep(question, response, isSure) {
    const id = idOf(question);
    const newest = Math.max(Number(question.dataset.revision), queue.kept.get(id)?.revision ?? 0);
    const seconds = Math.min(LONGEST_TIME, Number(question.dataset.seconds ?? 0) + clock.of(id));
    queue.keep(id, { response, revision: newest + 1, seconds, fields: fieldsOf(question), isSure });
  }

  /** What a page before this one could not send stands here again. */
  function restore() {
    for (const [id, entry] of queue.kept) {
      const question = questionBy(id.replace(FLAG, ""));
      if (!question || "told" in question.dataset) {
        queue.forget(id);
        continue;
      }
      if ("flagged" in entry) {
        putFlag(question, entry.flagged);
        continue;
      }
      putBack(question, entry.fields);
      known.set(id, JSON.stringify(entry.response));
      const order = question.querySelector("order-list");
      order?.toggleAttribute("data-answered", true);
      order?.dispatchEvent(new CustomEvent("restored"));
    }
  }

  /**
   * @param {string} id
   * @param {Entry} entry
   * @returns {Promise<Outcome>}
   */
  async function send(id, entry) {
    const body = JSON.stringify(wordsOf(id, entry));
    try {
      const answer = await fetch(answers, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", ...csrfHeaders() },
        body,
        // It goes even when the page does; browsers do that for what is not too long.
        keepalive: new Blob([body]).size < LARGEST_PARTING,
        signal: AbortSignal.timeout(PATIENCE),
      });
      const said = await answer.json();
      return { kind: kindOf(answer.status, said?.error?.code), answer: said };
    } catch {
      return { kind: "later" };
    }
  }

  /**
   * @param {string} id
   * @param {Outcome} outcome
   */
  function told(id, { kind, answer }) {
    const question = questionBy(id.replace(FLAG, ""));
    if (kind === "over") return location.assign(page);
    if (!question) return;
    if (id.endsWith(FLAG)) return toldOfFlag(flagOf(question), kind);
    if (kind === "saved") {
      question.dataset.revision = answer.revision;
      const field = question.querySelector(`[name="${question.dataset.name}-revision"]`);
      if (field instanceof HTMLInputElement) field.value = answer.revision;
      if (answer.stale) renew(question, element.dataset.newer);
      else if (answer.result) renew(question);
    }
    if (kind === "locked") renew(question);
    if (kind === "refused") {
      say(question, answer?.error?.details?.response?.[0] ?? element.dataset.refused, true);
    }
  }

  /**
   * What was not taken does not stand as if it were.
   *
   * @param {HTMLInputElement | null} box
   * @param {Outcome["kind"]} kind
   */
  function toldOfFlag(box, kind) {
    if (!box || queue.kept.has(box.value + FLAG)) return;
    if (kind === "saved") box.defaultChecked = box.checked;
    else if (kind !== "signed-out") box.checked = box.defaultChecked;
    showPlaces();
  }

  /**
   * The question as the server has it: with a newer answer, or with what is right.
   *
   * @param {HTMLElement} question
   * @param {string} [words]
   */
  async function renew(question, words = "") {
    const id = idOf(question);
    const wasFlagged = isFlagged(question);
    try {
      const answer = await fetch(question.dataset.again ?? "", { headers: { Accept: "text/html" } });
      if (answer.status === 409) return location.assign(page);
      if (!answer.ok) return;
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const renewed = parsed.querySelector(QUESTION);
      if (!(renewed instanceof HTMLElement)) return;
      const hadFocus = question.contains(document.activeElement);
      const fresh = /** @type {HTMLElement} */ (document.adoptNode(renewed));
      const isNewer = queue.kept.has(id + FLAG) || isFlagged(question) !== wasFlagged;
      if (isNewer) putFlag(fresh, isFlagged(question));
      question.replaceWith(fresh);
      fresh.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
      known.set(id, JSON.stringify(responseOf(fresh)));
      say(fresh, words);
      if (hadFocus) fresh.focus({ preventScroll: true });
      showPlaces();
    } catch {
      // Without a network the page stays as it is; the next one shows it.
    }
  }

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const button = event.submitter;
    const does = button instanceof HTMLButtonElement ? button.value : "";
    const question = questionOf(button);
    if (question) check(question);
    else if (does === "hand-in" && !element.querySelector("[data-state=sending], [data-state=waiting]")) {
      handIn();
    }
  }

  /** @param {HTMLElement} question */
  function check(question) {
    const response = responseOf(question);
    if (response === null || response === undefined) {
      say(question, element.dataset.first, true);
      return;
    }
    keep(question, response, true);
    queue.go();
  }

  async function handIn() {
    clearTimeout(pause);
    for (const [id, entry] of queue.kept) {
      if ("flagged" in entry || entry.isSure !== false || entry.response === null) continue;
      queue.keep(id, { ...entry, isSure: true });
    }
    if (!(await queue.settled())) {
      showToast({ text: element.dataset.notSent ?? "", tone: "caution" });
      return;
    }
    const dialog = document.getElementById("handing-in");
    if (!(dialog instanceof HTMLDialogElement)) return;
    const open = questions().filter((each) => !isAnswered(each));
    dialog.querySelector("[data-all]")?.toggleAttribute("hidden", open.length > 0);
    name(open, dialog, "[data-some]");
    name(questions().filter(isFlagged), dialog, "[data-flags]");
    dialog.showModal();
  }

  /**
   * @param {HTMLElement[]} named
   * @param {HTMLDialogElement} dialog
   * @param {string} part  Of the dialog, which is not there where it has nothing to name.
   */
  function name(named, dialog, part) {
    dialog.querySelector(part)?.toggleAttribute("hidden", !named.length);
    const list = dialog.querySelector(`${part} [data-list]`);
    list?.replaceChildren(...named.map((each) => linkTo(each, dialog)));
  }

  /**
   * @param {HTMLElement} question
   * @param {HTMLDialogElement} dialog
   */
  function linkTo(question, dialog) {
    const link = document.createElement("a");
    link.href = `#${question.id}`;
    link.textContent = filled(element.dataset.question, { n: question.dataset.number ?? "" });
    link.addEventListener("click", () => {
      dialog.close();
      question.focus();
    });
    const line = document.createElement("li");
    line.append(link);
    return line;
  }

  /** @param {KeyboardEvent} event */
  function keepFromSubmitting(event) {
    const isLine = event.target instanceof HTMLInputElement && event.target.type !== "file";
    if (event.key !== "Enter" || !isLine || event.isComposing) return;
    event.preventDefault();
    changed(event.target, true);
  }

  /**
   * It waits beside the answer, whose revision it leaves alone.
   *
   * @param {HTMLInputElement} box
   */
  function flag(box) {
    const revision = (queue.kept.get(box.value + FLAG)?.revision ?? 0) + 1;
    queue.keep(box.value + FLAG, { flagged: box.checked, revision });
    showPlaces();
    queue.go();
  }

  function showPlaces() {
    const every = questions();
    for (const each of every) {
      const id = idOf(each);
      const is = isAnswered(each) ? "answered" : "open";
      const link = document.querySelector(`[data-to="${id}"]`);
      if (!(link instanceof HTMLElement)) continue;
      link.dataset.is = is;
      link.toggleAttribute("data-flagged", isFlagged(each));
      const said = link.querySelector("[data-said]");
      const marks = [element.dataset[is], isFlagged(each) ? element.dataset.flagged : ""];
      if (said) said.textContent = `, ${marks.filter(Boolean).join(", ")}`;
    }
    const count = document.querySelector(".taking-count");
    const n = every.filter(isAnswered).length;
    if (count) count.textContent = filled(element.dataset.count, { n, all: every.length });
  }

  /** Nothing is on its way yet, though "Saved" would not be true any more. */
  function isAtRest() {
    const shown = document.querySelector(".taking-state");
    return shown instanceof HTMLElement && ["none", "saved"].includes(shown.dataset.state ?? "");
  }

  /** @param {import("./answer-queue.js").State} state */
  function showState(state) {
    const shown = document.querySelector(".taking-state");
    const words = shown?.querySelector("[data-words]");
    if (!(shown instanceof HTMLElement) || !words) return;
    const { saving, saved, waiting, offline, signedOut } = element.dataset;
    const isAway = state === "waiting" && !navigator.onLine;
    const said = { saving, saved, waiting: isAway ? offline : waiting, stopped: signedOut }[state];
    shown.dataset.state = state;
    if (words.textContent !== said) words.textContent = said ?? "";
  }

  function showTime() {
    const shown = document.querySelector(".taking-time");
    const { started, minutes, time, over } = element.dataset;
    if (!shown || !minutes) return;
    const n = Math.floor((Date.now() - Number(started) * 1000) / MINUTE);
    shown.textContent = filled(n < Number(minutes) ? time : over, { n: Math.max(0, n), all: minutes });
  }

  function leave() {
    clock.at(document.hidden ? null : questionOf(document.activeElement));
    if (!document.hidden && queue.unsent === 0) return;
    clearTimeout(pause);
    queue.go();
  }

  function questions() {
    return /** @type {HTMLElement[]} */ ([...element.querySelectorAll(QUESTION)]);
  }

  /** @param {string} id */
  function questionBy(id) {
    return questions().find((each) => idOf(each) === id);
  }
}

/** @param {HTMLElement} question */
function isAnswered(question) {
  return "told" in question.dataset || (responseOf(question) ?? null) !== null;
}

/**
 * @param {EventTarget | null} target
 * @returns {target is HTMLInputElement}
 */
function isFlag(target) {
  return target instanceof HTMLInputElement && "flag" in target.dataset;
}

/**
 * There is none where nothing is left to do.
 *
 * @param {HTMLElement} question
 * @returns {HTMLInputElement | null}
 */
function flagOf(question) {
  return question.querySelector("[data-flag]");
}

/** @param {HTMLElement} question */
function isFlagged(question) {
  return flagOf(question)?.checked ?? false;
}

/**
 * @param {HTMLElement} question
 * @param {boolean} isFlagged
 */
function putFlag(question, isFlagged) {
  const box = flagOf(question);
  if (box) box.checked = isFlagged;
}

/**
 * As the server takes it.
 *
 * @param {string} id
 * @param {Entry} entry
 */
function wordsOf(id, entry) {
  const question = Number(id.replace(FLAG, ""));
  if ("flagged" in entry) return { question, flagged: entry.flagged };
  const { response, revision, seconds } = entry;
  return { question, response, revision, seconds };
}

/** @param {EventTarget | null} target */
function questionOf(target) {
  const found = target instanceof Element && target.closest(QUESTION);
  return found instanceof HTMLElement ? found : null;
}

/** @param {HTMLElement} question */
function idOf(question) {
  return question.dataset.question ?? "";
}

/**
 * @param {HTMLElement} question
 * @param {string} [words]
 * @param {boolean} [isWrong]
 */
function say(question, words = "", isWrong = false) {
  const said = question.querySelector(".asked-said");
  if (!(said instanceof HTMLElement) || said.textContent === words) return;
  said.textContent = words;
  said.toggleAttribute("data-wrong", isWrong);
}

/**
 * @param {number} status
 * @param {string} [code]
 * @returns {Outcome["kind"]}
 */
function kindOf(status, code) {
  if (status < 300) return "saved";
  if (status === 400) return "refused";
  if (status === 409) return code === "ALREADY_SUBMITTED" ? "over" : "locked";
  if (status === 401 || status === 403 || status === 404) return "signed-out";
  return "later";
}

/** How long each question has had the focus, in seconds, while the page was looked at. */
function timeKeeper() {
  /** @type {Map<string, number>} */
  const spent = new Map();
  let id = "";
  let since = performance.now();

  /** @param {HTMLElement | null} question */
  function at(question) {
    if (id) spent.set(id, (spent.get(id) ?? 0) + performance.now() - since);
    id = question ? idOf(question) : "";
    since = performance.now();
  }

  return {
    at,
    /** @param {string} of */
    of(of) {
      const now = of === id ? performance.now() - since : 0;
      return Math.round(((spent.get(of) ?? 0) + now) / 1000);
    },
  };
}

define("quiz-attempt", start);
