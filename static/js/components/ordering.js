/** Where something goes in an order. */

/**
 * @template T
 * @param {T[]} ordered
 * @param {T} one
 * @param {number} step
 * @returns {T | null} the one beside it, if there is one
 */
export function neighbour(ordered, one, step) {
  const place = ordered.indexOf(one);
  return place < 0 ? null : (ordered[place + step] ?? null);
}

/**
 * Before which of those that stay what is dragged would lie.
 *
 * @param {number[]} middles  Of those that stay, from the top down.
 * @param {number} y
 */
export function placeForY(middles, y) {
  const place = middles.findIndex((middle) => y < middle);
  return place < 0 ? middles.length : place;
}
