/** Texts with a number or a name in them, as the template gives them. */

/**
 * @param {string | undefined} pattern  Such as `{n} selected`.
 * @param {Record<string, string | number>} values
 */
export function filled(pattern, values) {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * As the server counts: by code point, with line ends as it gets them.
 *
 * @param {string} text
 */
export function lengthOf(text) {
  return [...text.replace(/\r?\n/g, "\r\n")].length;
}

/** @param {string} text */
export function wordsIn(text) {
  return text.split(/\s+/).filter(Boolean).length;
}
