/**
 * One socket that is kept open: connect, sign in, heartbeat, reconnect.
 *
 * It knows nothing of topics, pages or fetching. States: `stopped`, `connecting`, `open`,
 * `waiting` (until the next try), `paused`, `ended` (the server will not have us back).
 */

import { createBackoff } from "./backoff.js";
import { reactionTo } from "./codes.js";

/** @typedef {"stopped" | "connecting" | "open" | "waiting" | "paused" | "ended"} ConnectionState */

/**
 * What a connection needs of its surroundings, so that tests can bring their own.
 *
 * @typedef {object} Surroundings
 * @property {(url: string) => WebSocket} openSocket
 * @property {(work: () => void, milliseconds: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} now  Milliseconds.
 * @property {() => number} random  From 0 to 1.
 * @property {(error: unknown) => void} report  Where mistakes become visible.
 */

/**
 * @typedef {object} ConnectionOptions
 * @property {string} url
 * @property {(() => Promise<string>) | undefined} [getToken]  Where no session cookie signs us in.
 * @property {(topic: string, data: Record<string, unknown>) => void} onHint
 * @property {(state: ConnectionState) => void} onState
 * @property {Surroundings} surroundings
 */

const WELCOME_WITHIN = 10_000;
const ANSWER_WITHIN = 5_000;
/** A connection that lived so long was a good one: the next failure is a first one again. */
const GOOD_AFTER = 10_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** So many may fail before a socket counts as not to be had. */
const TRIES = 3;
const SLOW_WAIT = 300_000;
/** Heartbeats that may be missed, with room for a slow one. */
const BEATS_OF_SILENCE = 2.2;

/** @param {ConnectionOptions} options */
export function createConnection({ url, getToken, onHint, onState, surroundings }) {
  const { openSocket, setTimeout, clearTimeout, now, random } = surroundings;
  const backoff = createBackoff({ first: FIRST_WAIT, limit: LONGEST_WAIT, random });
  /** @type {ConnectionState} */
  let state = "stopped";
  /** @type {WebSocket | null} */
  let socket = null;
  let silenceAllowed = WELCOME_WITHIN;
  let openedAt = 0;
  let isBarred = false;
  /** @type {any} */
  let retryTimer = null;
  /** @type {any} */
  let silenceTimer = null;

  return {
    get state() {
      return state;
    },
    /** Whether it will take a while: several tries failed, or the server asked us to stay away. */
    get isAway() {
      return state !== "open" && (isBarred || backoff.failures >= TRIES);
    },
    start() {
      if (state === "stopped") connect();
    },
    stop() {
      letGo();
      become("stopped");
    },
    /** Close for a while, until `resume`. */
    pause() {
      if (state === "stopped" || state === "ended") return;
      letGo();
      become("paused");
    },
    /** Give up for good: nobody is signed in any more. */
    end() {
      letGo();
      become("ended");
    },
    /** Something may have changed for the better: try now, or ask whether the socket still lives. */
    resume() {
      if (state === "paused" || state === "waiting") connect();
      else if (state === "open") probe();
    },
  };

  function connect() {
    letGo();
    become("connecting");
    silenceAllowed = WELCOME_WITHIN;
    listenForSilence(silenceAllowed);
    const mine = openSocket(url);
    socket = mine;
    mine.onopen = () => authenticate(mine);
    mine.onmessage = (event) => take(JSON.parse(event.data));
    mine.onclose = (event) => lose(event.code);
  }

  /** @param {WebSocket} mine */
  async function authenticate(mine) {
    if (!getToken) return;
    try {
      const token = await getToken();
      if (socket === mine) mine.send(JSON.stringify({ type: "authenticate", token }));
    } catch {
      if (socket === mine) lose(0);
    }
  }

  /** @param {{type: string, heartbeat: number, topic: string, data: Record<string, unknown>}} message */
  function take(message) {
    if (message.type === "welcome") {
      silenceAllowed = message.heartbeat * 1000 * BEATS_OF_SILENCE;
      openedAt = now();
      isBarred = false;
    }
    listenForSilence(silenceAllowed);
    if (message.type === "welcome") become("open");
    else if (message.type === "ping") socket?.send(JSON.stringify({ type: "pong" }));
    else if (message.type === "hint") onHint(message.topic, message.data);
  }

  function probe() {
    socket?.send(JSON.stringify({ type: "ping" }));
    listenForSilence(ANSWER_WITHIN);
  }

  /** @param {number} milliseconds */
  function listenForSilence(milliseconds) {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => lose(0), milliseconds);
  }

  /** @param {number} code */
  function lose(code) {
    if (state === "open" && now() - openedAt >= GOOD_AFTER) backoff.reset();
    letGo();
    const reaction = reactionTo(code, Boolean(getToken));
    if (reaction === "end") {
      become("ended");
      return;
    }
    isBarred = reaction === "slowly";
    const wait = backoff.next();
    retryTimer = setTimeout(connect, isBarred ? SLOW_WAIT : wait);
    become("waiting");
  }

  /** Forget socket and timers. A dead network would let a proper goodbye take minutes. */
  function letGo() {
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  /** @param {ConnectionState} next */
  function become(next) {
    if (state === next) return;
    state = next;
    onState(next);
  }
}
