/** Where in a text something is put that stands by itself. */

/**
 * A picture stands by itself, with blank lines around it, however the text goes on.
 *
 * @param {string} value
 * @param {number} at
 * @param {string} markdown
 */
export function placed(value, at, markdown) {
  const before = value.slice(0, at);
  const after = value.slice(at);
  const above = before.trim() ? "\n".repeat(Math.max(0, 2 - ended(before))) : "";
  const below = after.trim() ? "\n".repeat(Math.max(0, 2 - begun(after))) : "";
  return { start: at + above.length, text: `${above}${markdown}${below}` };
}

/** @param {string} text */
function ended(text) {
  return /\n*$/.exec(text)?.[0].length ?? 0;
}

/** @param {string} text */
function begun(text) {
  return /^\n*/.exec(text)?.[0].length ?? 0;
}
