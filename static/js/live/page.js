/** The one live connection of this page, shared by everything on it that listens. */

import { createLive } from "./live.js";
import { browser } from "./browser.js";

const NOTIFICATIONS = "/ws/notifications/";

/** @type {ReturnType<typeof createLive> | null} */
let live = null;
/** @type {(() => void) | null} */
let stop = null;
let listeners = 0;

/**
 * Hear of a topic; the first subscription connects, the last one to leave disconnects. A page that
 * needs another socket than that of notifications names it: `<meta name="live" content="/ws/…/">`.
 *
 * @param {string} name
 * @param {import("./live.js").Topic} topic
 * @returns {() => void} what unsubscribes
 */
export function subscribe(name, topic) {
  return connected(shared().subscribe(name, topic));
}

/**
 * Hear that a topic has moved on, for what is one thing and no list.
 *
 * @param {string} name
 * @param {() => void} listener
 * @returns {() => void} what takes it off
 */
export function listen(name, listener) {
  return connected(shared().listen(name, listener));
}

/** @param {(state: import("./live.js").LiveState) => void} watcher */
export function watch(watcher) {
  return shared().watch(watcher);
}

/**
 * As long as somebody listens.
 *
 * @param {() => void} leave
 */
function connected(leave) {
  listeners += 1;
  stop ??= shared().start();
  return () => {
    leave();
    listeners -= 1;
    if (listeners) return;
    stop?.();
    stop = null;
  };
}

function shared() {
  const named = document.querySelector('meta[name="live"]')?.getAttribute("content");
  return (live ??= createLive({ url: named ?? NOTIFICATIONS, surroundings: browser }));
}
