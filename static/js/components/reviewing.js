/** What the page of a review works out: steps along a list, sums of points, phrases in a text. */

/** @type {Record<string, number>} */
const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/**
 * Which of them comes next; the list does not go around.
 *
 * @param {string} key
 * @param {number} index  Where one is, -1 for nowhere.
 * @param {number} count
 * @returns {number | null} null for a key that leads nowhere
 */
export function stepTo(key, index, count) {
  const step = STEPS[key];
  if (!step || !count) return null;
  if (index < 0) return key.startsWith("Arrow") ? null : 0;
  return Math.min(count - 1, Math.max(0, index + step));
}

/** @param {string[]} values  As typed; what is no number counts for nothing. */
export function sumOf(values) {
  return values.map(Number).reduce((sum, points) => sum + (Number.isFinite(points) ? points : 0), 0);
}

/**
 * A text with a phrase in it, in a paragraph of its own unless it stands within a line.
 *
 * @param {string} text
 * @param {string} phrase
 * @param {number} start
 * @param {number} end
 * @returns {{text: string, caret: number}}
 */
export function withPhrase(text, phrase, start, end) {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const gap = !before || /\s$/.test(before) ? "" : after ? " " : "\n\n";
  const head = `${before}${gap}${phrase}`;
  return { text: `${head}${after && !/^\s/.test(after) ? " " : ""}${after}`, caret: head.length };
}
