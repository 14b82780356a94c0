/** Lines moved in and out by one step, with what is selected of them. */

const INDENT = "    ";

/** @typedef {{value: string, from: number, to: number}} Changed */

/**
 * @param {string} value
 * @param {number} from
 * @param {number} to
 * @returns {Changed}
 */
export function indented(value, from, to) {
  if (from === to) {
    const changed = `${value.slice(0, from)}${INDENT}${value.slice(to)}`;
    return { value: changed, from: from + INDENT.length, to: from + INDENT.length };
  }
  const { start: first, end, lines } = linesAround(value, from, to);
  const changed = lines.map((line) => (line ? INDENT + line : line));
  const more = changed.join("\n").length - lines.join("\n").length;
  return {
    value: value.slice(0, first) + changed.join("\n") + value.slice(end),
    from: lines[0] ? from + INDENT.length : from,
    to: to + more,
  };
}

/**
 * @param {string} value
 * @param {number} from
 * @param {number} to
 * @returns {Changed}
 */
export function outdented(value, from, to) {
  const { start: first, end, lines } = linesAround(value, from, to);
  const changed = lines.map((line) => line.replace(/^(\t| {1,4})/, ""));
  const ofFirst = (lines[0] ?? "").length - (changed[0] ?? "").length;
  const less = lines.join("\n").length - changed.join("\n").length;
  return {
    value: value.slice(0, first) + changed.join("\n") + value.slice(end),
    from: Math.max(first, from - ofFirst),
    to: Math.max(first, to - less),
  };
}

/**
 * @param {string} value
 * @param {number} from
 * @param {number} to
 */
function linesAround(value, from, to) {
  const first = value.lastIndexOf("\n", from - 1) + 1;
  const after = value.indexOf("\n", to);
  const end = after < 0 ? value.length : after;
  return { start: first, end, lines: value.slice(first, end).split("\n") };
}
