/**
 * Reads a list that grows, from where it was read last: the truth behind the hints.
 *
 * A row may be committed after one with a higher id, so the server's cursor stays behind for a
 * moment and rows come again; each is handed on once.
 */

import { createBackoff } from "./backoff.js";

/**
 * @typedef {object} Slice
 * @property {{id: number}[]} results
 * @property {number} cursor  Up to here nothing can appear any more.
 * @property {number | null} next  Where to read on, when there is more.
 */

/**
 * @typedef {object} CatchUpOptions
 * @property {number} cursor  Where the page's own content ends.
 * @property {(after: number, signal: AbortSignal) => Promise<Slice>} fetch
 * @property {(items: any[]) => void} onItems
 * @property {(error: unknown) => boolean} isFinal  Whether trying again after this error is no use.
 * @property {Pick<import("./connection.js").Surroundings, "setTimeout" | "clearTimeout" | "random" | "report">} surroundings
 */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** @param {CatchUpOptions} options */
export function createCatchUp({ cursor, fetch, onItems, isFinal, surroundings }) {
  const { setTimeout, clearTimeout, random, report } = surroundings;
  const backoff = createBackoff({ first: FIRST_WAIT, limit: LONGEST_WAIT, random });
  /** @type {Set<number>} Handed on already, above the cursor. */
  const seen = new Set();
  /** @type {AbortController | null} */
  let running = null;
  let isWantedAgain = false;
  /** @type {any} */
  let retryTimer = null;

  return { run, stop };

  /** Catch up now; called while it runs, it runs once more afterwards. */
  async function run() {
    if (running) {
      isWantedAgain = true;
      return;
    }
    clearTimeout(retryTimer);
    const mine = (running = new AbortController());
    try {
      do {
        isWantedAgain = false;
        await readAll(mine.signal);
      } while (isWantedAgain && !mine.signal.aborted);
      backoff.reset();
    } catch (error) {
      if (!mine.signal.aborted && !isFinal(error)) retryTimer = setTimeout(run, backoff.next());
    } finally {
      if (running === mine) running = null;
    }
  }

  function stop() {
    running?.abort();
    running = null;
    clearTimeout(retryTimer);
  }

  /** @param {AbortSignal} signal */
  async function readAll(signal) {
    let settled = cursor;
    /** @type {number | null} */
    let after = cursor;
    while (after !== null) {
      const slice = await fetch(after, signal);
      if (signal.aborted) return;
      hand(slice.results);
      // What lies behind an unsettled row is not settled either.
      if (settled === after) settled = slice.cursor;
      after = slice.next;
    }
    cursor = settled;
    for (const id of seen) if (id <= cursor) seen.delete(id);
  }

  /** @param {{id: number}[]} items */
  function hand(items) {
    const fresh = items.filter((item) => !seen.has(item.id));
    for (const item of fresh) seen.add(item.id);
    if (!fresh.length) return;
    try {
      onItems(fresh);
    } catch (error) {
      // Reading again would not mend whoever shows the items.
      report(error);
    }
  }
}
