/**
 * Answers and flags on their way to the server: one at a time, the newest of each question, kept in
 * this browser until they are there. An answer that is not sure yet is kept and not sent.
 */

/**
 * @typedef {object} Answer
 * @property {any} response
 * @property {number} revision  Grows with each change, so that what is older never wins.
 * @property {number} seconds
 * @property {[string, string][]} fields  As they stand on the page, to be put back after a reload.
 * @property {boolean} [isSure]  False for what is only kept here.
 */

/**
 * @typedef {object} Flag
 * @property {boolean} flagged
 * @property {number} revision  Of this browser alone: whether it was changed while it was on its way.
 */

/** @typedef {Answer | Flag} Entry  By its question; flags wait beside answers, under names of their own. */

/** @typedef {{kind: "saved" | "refused" | "locked" | "over" | "signed-out" | "later", answer?: any}} Outcome */

/** @typedef {"saved" | "saving" | "waiting" | "stopped"} State */

const SHORTEST = 1_000;
const LONGEST = 30_000;

/**
 * @param {object} surroundings
 * @param {(question: string, entry: Entry) => Promise<Outcome>} surroundings.send
 * @param {(question: string, outcome: Outcome) => void} surroundings.told
 * @param {(state: State) => void} surroundings.show
 * @param {Storage} surroundings.storage
 * @param {string} surroundings.place  Of this attempt in the storage.
 * @param {{set: (run: () => void, ms: number) => any, clear: (timer: any) => void}} surroundings.timers
 */
export function createAnswerQueue({ send, told, show, storage, place, timers }) {
  /** @type {Map<string, Entry>} */
  const waiting = new Map(Object.entries(read()));
  /** @type {(() => void)[]} */
  let listeners = [];
  let isSending = false;
  let isStopped = false;
  let failures = 0;
  /** @type {any} */
  let timer = null;

  return {
    keep,
    forget,
    go,
    settled,
    stop,
    get kept() {
      return new Map(waiting);
    },
    get unsent() {
      return [...waiting.values()].filter(isSure).length;
    },
  };

  /**
   * @param {string} question
   * @param {Entry} entry
   */
  function keep(question, entry) {
    // What came last is sent last, but no question is ever forgotten over another.
    waiting.delete(question);
    waiting.set(question, entry);
    write();
  }

  /** @param {string} question */
  function forget(question) {
    waiting.delete(question);
    write();
  }

  /** Sends what is sure, now. */
  function go() {
    timers.clear(timer);
    timer = null;
    if (!isSending && !isStopped) next();
  }

  /**
   * Whether all that is sure is there, once nothing is on its way any more.
   *
   * @returns {Promise<boolean>}
   */
  function settled() {
    go();
    if (!isSending) return Promise.resolve(!firstSure());
    return new Promise((resolve) => listeners.push(() => resolve(!firstSure())));
  }

  function stop() {
    isStopped = true;
    timers.clear(timer);
  }

  async function next() {
    const found = firstSure();
    if (!found) return rest("saved");
    const [question, entry] = found;
    isSending = true;
    show("saving");
    const outcome = await send(question, entry);
    isSending = false;
    if (isStopped) return rest("stopped");
    if (outcome.kind === "later") return tryAgain();
    failures = 0;
    if (outcome.kind === "signed-out" || outcome.kind === "over") {
      isStopped = true;
      if (outcome.kind === "over") waiting.clear();
      write();
      told(question, outcome);
      return rest("stopped");
    }
    // What was changed meanwhile is sent by its own revision.
    if (waiting.get(question)?.revision === entry.revision) forget(question);
    told(question, outcome);
    return next();
  }

  function tryAgain() {
    failures += 1;
    const pause = Math.min(LONGEST, SHORTEST * 2 ** (failures - 1));
    timer = timers.set(go, pause);
    rest("waiting");
  }

  /** @param {State} state */
  function rest(state) {
    show(state);
    const heard = listeners;
    listeners = [];
    for (const each of heard) each();
  }

  function firstSure() {
    return [...waiting].find(([, entry]) => isSure(entry));
  }

  function read() {
    try {
      const found = JSON.parse(storage.getItem(place) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch {
      return {};
    }
  }

  function write() {
    try {
      if (waiting.size) storage.setItem(place, JSON.stringify(Object.fromEntries(waiting)));
      else storage.removeItem(place);
    } catch {
      // No room, or none allowed: then what is not sent lives as long as this page.
    }
  }
}

/** @param {Entry} entry */
function isSure(entry) {
  return !("isSure" in entry) || entry.isSure !== false;
}
