/** Shows a job to its end. */

import { define, on } from "./element.js";
import { OVER, followJob } from "./following.js";

/** @typedef {import("./following.js").Job} Job */

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
