/** Arrow keys along a row or a column of things. */

/**
 * Where a key leads.
 *
 * @param {string} key
 * @param {number} index  Where one is.
 * @param {number} count
 * @param {object} [options]
 * @param {boolean} [options.isVertical]
 * @param {boolean} [options.isRightToLeft]
 * @returns {number | null} null for a key that leads nowhere
 */
export function placeAfter(key, index, count, { isVertical = false, isRightToLeft = false } = {}) {
  if (!count) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const [onward, back] = isVertical
    ? ["ArrowDown", "ArrowUp"]
    : isRightToLeft
      ? ["ArrowLeft", "ArrowRight"]
      : ["ArrowRight", "ArrowLeft"];
  if (key === onward) return (index + 1) % count;
  if (key === back) return (index - 1 + count) % count;
  return null;
}
