/**
 * Follows a job to its end, patiently: at once when there is a hint, else quick at first and then
 * slower, and on through lost networks.
 */

/**
 * @typedef {object} Job
 * @property {string} status
 * @property {number} progress
 * @property {string} message
 * @property {Record<string, any> | null} [result]
 * @property {{message: string} | null} error
 */

export const OVER = new Set(["succeeded", "failed", "cancelled"]);
const FIRST_WAIT = 800;
const LONGEST_WAIT = 5_000;
/** While hints come, looking by oneself makes up for one that got lost. */
const WAIT_WITH_HINTS = 15_000;
const GROWTH = 1.4;

/**
 * @param {object} surroundings
 * @param {() => Promise<Job | null>} surroundings.look  The job now; null when it is not to be had any more.
 * @param {(job: Job) => void} surroundings.show
 * @param {() => void} surroundings.lose  The network is away.
 * @param {() => void} surroundings.end  It is not to be had any more.
 * @param {() => boolean} surroundings.hasHints
 * @param {(work: () => void, milliseconds: number) => any} surroundings.setTimeout
 * @param {(timer: any) => void} surroundings.clearTimeout
 */
export function followJob({ look, show, lose, end, hasHints, setTimeout, clearTimeout }) {
  let isOver = false;
  let isLooking = false;
  let isWantedAgain = false;
  let wait = FIRST_WAIT;
  let known = "";
  let timer = setTimeout(round, wait);
  return {
    /** There may be something new. */
    hurry() {
      if (isOver) return;
      if (isLooking) isWantedAgain = true;
      else round();
    },
    stop: finish,
  };

  function finish() {
    isOver = true;
    clearTimeout(timer);
  }

  async function round() {
    clearTimeout(timer);
    isLooking = true;
    do {
      isWantedAgain = false;
      await once();
    } while (isWantedAgain && !isOver);
    isLooking = false;
    if (!isOver) timer = setTimeout(round, hasHints() ? WAIT_WITH_HINTS : wait);
  }

  async function once() {
    try {
      const job = await look();
      if (isOver) return;
      if (job) take(job);
      else end();
      if (!job || OVER.has(job.status)) finish();
    } catch {
      if (isOver) return;
      lose();
      wait = Math.min(LONGEST_WAIT, wait * GROWTH);
    }
  }

  /** @param {Job} job */
  function take(job) {
    show(job);
    const now = `${job.status} ${job.progress} ${job.message}`;
    wait = now === known ? Math.min(LONGEST_WAIT, wait * GROWTH) : FIRST_WAIT;
    known = now;
  }
}
