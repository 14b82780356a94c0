/** Texts with a number or a name in them, as the template gives them. */

/**
 * @param {string | undefined} pattern  Such as `{n} selected`.
 * @param {Record<string, string | number>} values
 */
export function filled(pattern, values) {
  return (pattern ?? "").replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
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
    unitDisplay: "short",
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  }).format(Number(value));
}
