/** Shows a job to its end, by the hints of the live frame and by looking where none come. */

import { listen, watch } from "../live/page.js";
import { csrfHeaders } from "./csrf.js";
import { all, define, on } from "./element.js";
import { OVER, followJob } from "./following.js";

/** @typedef {import("./following.js").Job} Job */

const TOPIC = "jobs";
const NOT_TO_BE_HAD = new Set([401, 403, 404, 410]);

/** @param {HTMLElement} element */
export function start(element) {
  const { url, status = "" } = element.dataset;
  if (!url || OVER.has(status)) return () => {};
  let isLive = false;
  const following = followJob({
    look: () => fetchJob(url),
    show(job) {
      show(element, job);
      // Nothing more will come, so nothing more need be heard.
      if (OVER.has(job.status)) leave();
    },
    lose: () => say(element, element.dataset.lost ?? ""),
    end() {
      say(element, element.dataset.gone ?? "");
      leave();
    },
    hasHints: () => isLive,
    setTimeout: (work, milliseconds) => window.setTimeout(work, milliseconds),
    clearTimeout: (timer) => window.clearTimeout(timer),
  });
  const unwatch = watch((state) => (isLive = state === "live"));
  let stopListening = listen(TOPIC, following.hurry);
  return all(
    on(element, "click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-job-cancel]");
      if (button) cancel(button);
    }),
    following.stop,
    leave,
  );

  function leave() {
    unwatch();
    stopListening();
    stopListening = () => {};
  }

  /** @param {Element} button */
  async function cancel(button) {
    button.setAttribute("aria-busy", "true");
    try {
      await cancelJob(String(url));
      // What runs ends with its step, which may take a while.
      element.toggleAttribute("data-is-stopping", true);
      say(element, element.dataset.stopping ?? "");
      following.hurry();
    } catch {
      button.removeAttribute("aria-busy");
      say(element, element.dataset.lost ?? "");
    }
  }
}

/**
 * @param {string} url
 * @returns {Promise<Job | null>}
 */
async function fetchJob(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (NOT_TO_BE_HAD.has(response.status)) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

/** @param {string} url */
async function cancelJob(url) {
  const response = await fetch(`${url}cancel/`, { method: "POST", headers: csrfHeaders() });
  // One that is over meanwhile is a conflict, and the next look shows how it ended.
  if (!response.ok && response.status !== 409) throw new Error(`The server answered ${response.status}`);
}

/**
 * @param {HTMLElement} element
 * @param {Job} job
 */
function show(element, job) {
  const before = element.dataset.status;
  const hadFocus = element.contains(document.activeElement);
  element.className = `job job-${job.status}`;
  element.dataset.status = job.status;
  const bar = element.querySelector("progress");
  const shown = element.querySelector(".job-percent");
  if (bar) bar.value = job.progress;
  if (shown) shown.textContent = `${job.progress}%`;
  const isOver = OVER.has(job.status);
  const state = element.querySelector(`.job-state[data-state="${job.status}"]`)?.textContent?.trim();
  // The last word of work that was stopped says what it was about to do.
  const last = job.status === "cancelled" ? "" : job.message;
  if (isOver) element.removeAttribute("data-is-stopping");
  const under = element.hasAttribute("data-is-stopping") ? element.dataset.stopping : last;
  say(element, job.error?.message || under || (isOver ? (state ?? "") : ""));
  if (!isOver) return;
  lead(element, job);
  // What had the focus is gone with the work.
  if (hadFocus) element.focus();
  if (job.status === before) return;
  element.dispatchEvent(new CustomEvent("job:over", { bubbles: true, detail: job }));
  if (job.status === "succeeded" && element.dataset.then) location.assign(element.dataset.then);
}

/**
 * The way to what was made, where the job says where it is.
 *
 * @param {HTMLElement} element
 * @param {Job} job
 */
function lead(element, job) {
  const link = element.querySelector("[data-job-result]");
  const address = job.result?.[link?.getAttribute("data-job-result") ?? ""];
  if (!(link instanceof HTMLAnchorElement) || !address) return;
  link.href = String(address);
  link.hidden = false;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function say(element, text) {
  const words = element.querySelector(".job-message");
  if (words && words.textContent !== text) words.textContent = text;
}

define("job-progress", start);
