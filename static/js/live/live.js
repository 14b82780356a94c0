/**
 * What a page hears live: topics that share one socket, caught up by fetching.
 *
 * A hint, a (re)connect and a slow round all do the same thing: fetch what is new. Where no socket
 * can be had, the rounds become quick; while the tab is hidden, all of it rests.
 */

import { createCatchUp } from "./catchup.js";
import { createConnection } from "./connection.js";
import { FetchFailed } from "./fetching.js";

/** @typedef {"connecting" | "live" | "polling" | "resting" | "ended"} LiveState */

/**
 * @typedef {object} Topic
 * @property {number} [cursor]  Where the page's own content ends; 0 reads everything.
 * @property {import("./catchup.js").CatchUpOptions["fetch"]} fetch
 * @property {(items: any[]) => void} onItems  New items, once each; a late one may have a lower id.
 */

/** @typedef {import("./connection.js").Surroundings & {page: Page}} LiveSurroundings */

/**
 * @typedef {object} Page
 * @property {() => boolean} isHidden
 * @property {(name: "hidden" | "visible" | "gone" | "back", listener: () => void) => () => void} on
 *   Shown or not; put away by the browser or the network, and back. Returns what takes it off.
 */

/**
 * @typedef {object} LiveOptions
 * @property {string} url  Of the socket.
 * @property {() => Promise<string>} [getToken]
 * @property {LiveSurroundings} surroundings
 */

const POLL_EVERY = 15_000;
/** Makes up for a hint that was lost without a trace. */
const LOOK_EVERY = 300_000;
const HIDDEN_FOR = 30_000;

/** @param {LiveOptions} options */
export function createLive({ url, getToken, surroundings }) {
  const { setTimeout, clearTimeout, random, page } = surroundings;
  /** @type {Map<string, ReturnType<typeof createCatchUp>>} */
  const topics = new Map();
  /** @type {Set<{name: string, listener: () => void}>} */
  const listeners = new Set();
  /** @type {Set<(state: LiveState) => void>} */
  const watchers = new Set();
  /** @type {LiveState} */
  let state = "resting";
  /** @type {any} */
  let roundTimer = null;
  /** @type {any} */
  let hiddenTimer = null;

  const connection = createConnection({
    url,
    getToken,
    surroundings,
    onHint: (topic) => {
      topics.get(topic)?.run();
      tell(topic);
    },
    onState: follow,
  });

  return { start, subscribe, listen, watch };

  /** @returns {() => void} what stops it */
  function start() {
    const listening = [
      page.on("hidden", rest),
      page.on("visible", wake),
      page.on("gone", () => connection.pause()),
      page.on("back", wake),
    ];
    connection.start();
    if (page.isHidden()) rest();
    return () => {
      for (const takeOff of listening) takeOff();
      clearTimeout(hiddenTimer);
      connection.stop();
    };
  }

  /**
   * @param {string} name
   * @param {Topic} topic
   * @returns {() => void} what unsubscribes
   */
  function subscribe(name, { cursor = 0, fetch, onItems }) {
    const catchUp = createCatchUp({ cursor, fetch, onItems, isFinal, surroundings });
    topics.set(name, catchUp);
    if (state === "live" || state === "polling") catchUp.run();
    return () => {
      catchUp.stop();
      if (topics.get(name) === catchUp) topics.delete(name);
    };
  }

  /**
   * For what is one thing and no list: told at each hint, and whenever one may have been missed.
   *
   * @param {string} name
   * @param {() => void} listener
   * @returns {() => void} what takes it off
   */
  function listen(name, listener) {
    const mine = { name, listener };
    listeners.add(mine);
    return () => listeners.delete(mine);
  }

  /**
   * @param {(state: LiveState) => void} watcher  Told at once, and at each change.
   * @returns {() => void} what takes it off
   */
  function watch(watcher) {
    watchers.add(watcher);
    watcher(state);
    return () => watchers.delete(watcher);
  }

  function rest() {
    clearTimeout(hiddenTimer);
    hiddenTimer = setTimeout(() => connection.pause(), HIDDEN_FOR);
  }

  function wake() {
    clearTimeout(hiddenTimer);
    if (!page.isHidden()) connection.resume();
  }

  /** @param {import("./connection.js").ConnectionState} connected */
  function follow(connected) {
    if (connected === "open") become("live");
    else if (connected === "ended") become("ended");
    else if (connected === "paused" || connected === "stopped") become("resting");
    else if (connection.isAway) become("polling");
    else become("connecting");
  }

  /** @param {LiveState} next */
  function become(next) {
    if (state === next) return;
    state = next;
    clearTimeout(roundTimer);
    if (state === "live" || state === "polling") round();
    if (state === "resting" || state === "ended") for (const topic of topics.values()) topic.stop();
    for (const watcher of watchers) watcher(state);
  }

  function round() {
    for (const topic of topics.values()) topic.run();
    tell();
    const every = state === "live" ? LOOK_EVERY : POLL_EVERY;
    roundTimer = setTimeout(round, every * (0.75 + random() / 2));
  }

  /** @param {string} [topic]  Without one, whoever listens. */
  function tell(topic) {
    for (const { name, listener } of listeners) if (!topic || name === topic) listener();
  }

  /** @param {unknown} error */
  function isFinal(error) {
    if (!(error instanceof FetchFailed)) return false;
    if (error.isSignedOut && !getToken) connection.end();
    return error.isFinal;
  }
}
