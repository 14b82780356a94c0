/** How long to wait after failures: longer each time, and not everybody at once. */

/**
 * @typedef {object} Backoff
 * @property {number} failures  How often in a row it failed.
 * @property {() => number} next  Note a failure; the wait in milliseconds.
 * @property {() => void} reset
 */

/**
 * @param {object} options
 * @param {number} options.first  The first wait in milliseconds; each further one doubles.
 * @param {number} options.limit
 * @param {() => number} options.random
 * @returns {Backoff}
 */
export function createBackoff({ first, limit, random }) {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    next() {
      const whole = Math.min(limit, first * 2 ** failures);
      failures += 1;
      return whole / 2 + (random() * whole) / 2;
    },
    reset() {
      failures = 0;
    },
  };
}
