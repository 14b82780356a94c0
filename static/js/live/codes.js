/** Why the server closes a socket, and what a page does about it. */

export const SIGN_IN_NEEDED = 4401;
export const NOT_ALLOWED = 4403;
export const SIGN_IN_ENDED = 4410;

/** Ours to mend, or too much of something: coming back soon would not help. */
const SLOWLY = new Set([1009, 4400, 4429]);

/**
 * @param {number} code
 * @param {boolean} hasTokens  Whether a fresh token can be had.
 * @returns {"again" | "slowly" | "end"}
 */
export function reactionTo(code, hasTokens) {
  if (code === SIGN_IN_ENDED || code === NOT_ALLOWED) return "end";
  if (code === SIGN_IN_NEEDED) return hasTokens ? "again" : "end";
  return SLOWLY.has(code) ? "slowly" : "again";
}
