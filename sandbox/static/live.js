/**
 * Keeps an open page up to date, and makes codes and links copied at a click.
 *
 * Every page works without it. One request waits for the next thing that happens; then the page is
 * fetched anew and the parts marked `data-live` are taken from it.
 */

const PAUSE_AFTER_FAILURE_MS = 3000;
const WAIT_SECONDS = 20;
const COPIED_MS = 1500;

let seen = document.documentElement.dataset.changes;
let watching = null;

document.addEventListener("click", copyAtClick);
document.addEventListener("visibilitychange", watchWhileVisible);
showCopyButtons(document);
watchWhileVisible();

/** A hidden page asks for nothing: browsers allow few connections to one address. */
function watchWhileVisible() {
  watching?.abort();
  watching = null;
  if (document.visibilityState !== "visible") return;
  watching = new AbortController();
  watch(watching.signal);
}

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

async function refresh(signal) {
  const text = await (await ask(location.href, signal)).text();
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other) replace(part, other);
  }
}

function replace(part, other) {
  showCopyButtons(other);
  if (part.innerHTML === other.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const place = focused?.getAttribute("href");
  part.replaceChildren(...other.childNodes);
  if (place) part.querySelector(`[href="${CSS.escape(place)}"]`)?.focus({ preventScroll: true });
}

async function copyAtClick(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  button.dataset.label ??= button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = button.dataset.label), COPIED_MS);
}

function showCopyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function ask(url, signal) {
  const answer = await fetch(url, { signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return answer;
}

function pause(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}
