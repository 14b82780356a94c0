/** Files before they are sent. */

/**
 * The files of an input after more were dropped on it.
 *
 * @template {{name: string, size: number}} F
 * @param {F[]} had
 * @param {F[]} dropped
 * @param {boolean} takesMany
 * @returns {F[]}
 */
export function together(had, dropped, takesMany) {
  if (!takesMany) return dropped.slice(0, 1);
  const isNew = (/** @type {F} */ file) =>
    !had.some((each) => each.name === file.name && each.size === file.size);
  return [...had, ...dropped.filter(isNew)];
}

/**
 * @param {number} bytes
 * @param {string} [locale]
 */
export function sizeOf(bytes, locale) {
  const [unit, value] =
    bytes < 1e3 ? ["byte", bytes] : bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: String(unit),
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  }).format(Number(value));
}
