/** Follows a job to its end, patiently: quick at first, then slower, and on through lost networks. */

/** @typedef {{status: string, progress: number, message: string, error: {message: string} | null}} Job */

export const OVER = new Set(["succeeded", "failed", "cancelled"]);
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
