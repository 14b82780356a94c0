/** Follows a job to its end, patiently: quick at first, then slower, and on through lost networks. */

import { define, on } from "./element.js";

/** @typedef {{status: string, progress: number, message: string, error: {message: string} | null}} Job */

const OVER = new Set(["succeeded", "failed", "cancelled"]);
const FIRST_WAIT = 800;
const LONGEST_WAIT = 5_000;
const GROWTH = 1.4;

/**
 * @param {object} surroundings
 * @param {() => Promise<Job | null>} surroundings.look  The job now; null when it is not to be had any more.
 * @param {(job: Job) => void} surroundings.show
 * @param {() => void} surroundings.lose  The network is away.
 * @param {(work: () => void, milliseconds: number) => any} surroundings.setTimeout
 * @param {(timer: any) => void} surroundings.clearTimeout
 */
export function followJob({ look, show, lose, setTimeout, clearTimeout }) {
  let isStopped = false;
  let wait = FIRST_WAIT;
  let known = "";
  let timer = setTimeout(round, wait);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };

  async function round() {
    try {
      const job = await look();
      if (isStopped || !job) return;
      show(job);
      if (OVER.has(job.status)) return;
      const now = `${job.status} ${job.progress} ${job.message}`;
      wait = now === known ? Math.min(LONGEST_WAIT, wait * GROWTH) : FIRST_WAIT;
      known = now;
    } catch {
      if (isStopped) return;
      lose();
      wait = Math.min(LONGEST_WAIT, wait * GROWTH);
    }
    timer = setTimeout(round, wait);
  }
}

/** @param {HTMLElement} element */
export function start(element) {
  const { url, status = "" } = element.dataset;
  if (!url || OVER.has(status)) return () => {};
  const stops = [
    followJob({
      look: () => fetchJob(url),
      show: (job) => show(element, job),
      lose: () => say(element, element.dataset.lost ?? ""),
      setTimeout: (work, milliseconds) => window.setTimeout(work, milliseconds),
      clearTimeout: (timer) => window.clearTimeout(timer),
    }),
    on(element, "click", (event) => {
      const button = event.target instanceof Element && event.target.closest("[data-job-cancel]");
      if (!button) return;
      button.setAttribute("aria-busy", "true");
      cancelJob(url).catch(() => button.removeAttribute("aria-busy"));
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/**
 * @param {string} url
 * @returns {Promise<Job | null>}
 */
async function fetchJob(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (response.status === 401 || response.status === 404) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
  return response.json();
}

/** @param {string} url */
async function cancelJob(url) {
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const response = await fetch(`${url}cancel/`, { method: "POST", headers: token });
  if (!response.ok) throw new Error(`The server answered ${response.status}`);
}

/**
 * @param {HTMLElement} element
 * @param {Job} job
 */
function show(element, job) {
  const before = element.dataset.status;
  element.className = `job job-${job.status}`;
  element.dataset.status = job.status;
  const bar = element.querySelector("progress");
  const shown = element.querySelector(".job-percent");
  if (bar) bar.value = job.progress;
  if (shown) shown.textContent = `${job.progress}%`;
  say(element, job.error?.message ?? job.message);
  if (job.status === before || !OVER.has(job.status)) return;
  element.dispatchEvent(new CustomEvent("job:over", { bubbles: true, detail: job }));
  if (job.status === "succeeded" && element.dataset.then) location.assign(element.dataset.then);
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
