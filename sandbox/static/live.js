/**
 * Keeps an open page up to date, and has codes and links copied at a click.
 *
 * Every page works without it. One request waits for the next thing that happens; then the page is
 * fetched anew and the parts marked `data-live` are taken from it.
 */

const WAIT_SECONDS = 20;
const PAUSE_AFTER_FAILURE_MS = 3000;
const COPIED_MS = 1500;

let seen = document.documentElement.dataset.changes ?? "";
/** @type {AbortController | undefined} */
let watching;

document.addEventListener("click", copyAtClick);
document.addEventListener("visibilitychange", watchWhileVisible);
showCopyButtons(document);
watchWhileVisible();

/** A hidden page asks for nothing: browsers allow few connections to one address. */
function watchWhileVisible() {
  watching?.abort();
  if (document.visibilityState !== "visible") return;
  watching = new AbortController();
  watch(watching.signal);
}

/** @param {AbortSignal} signal */
async function watch(signal) {
  while (!signal.aborted) {
    try {
      const pulse = `/_sandbox/pulse?since=${seen}&wait=${WAIT_SECONDS}`;
      const { changes } = await (await ask(pulse, signal)).json();
      if (String(changes) !== seen) await refresh(signal);
      seen = String(changes);
    } catch {
      if (!signal.aborted) await pause(PAUSE_AFTER_FAILURE_MS);
    }
  }
}

/** @param {AbortSignal} signal */
async function refresh(signal) {
  const answer = await ask(location.href, signal);
  // What this page shows was cleared: its last state may stay in sight.
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.getAttribute("data-live")}"]`);
    if (other) replace(part, other);
  }
}

/**
 * The focus stays where it was, on the link that leads to the same place.
 *
 * @param {Element} part
 * @param {Element} other
 */
function replace(part, other) {
  showCopyButtons(other);
  if (part.innerHTML === other.innerHTML) return;
  const place = part.contains(document.activeElement)
    ? document.activeElement?.getAttribute("href")
    : null;
  part.replaceChildren(...other.childNodes);
  if (!place) return;
  /** @type {HTMLElement | null} */
  const same = part.querySelector(`[href="${CSS.escape(place)}"]`);
  same?.focus({ preventScroll: true });
}

/** @param {MouseEvent} event */
async function copyAtClick(event) {
  if (!(event.target instanceof Element)) return;
  /** @type {HTMLElement | null} */
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = (button.dataset.label ??= button.textContent ?? "");
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), COPIED_MS);
}

/** @param {ParentNode} root */
function showCopyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.removeAttribute("hidden");
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 */
function ask(url, signal) {
  return fetch(url, { signal, cache: "no-store" });
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}
