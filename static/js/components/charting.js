/** What the chart library is told, from a chart's data and the look of the page. */

/**
 * @typedef {object} ChartData
 * @property {"line" | "bar" | "stacked" | "scatter"} kind
 * @property {string} of  What the labels are.
 * @property {string} unit
 * @property {string[]} labels
 * @property {{name: string, values: (number | null)[]}[]} series
 */

/**
 * @typedef {object} Look
 * @property {string[]} inks  One a series.
 * @property {string} text
 * @property {string} muted
 * @property {string} line
 * @property {string} sheet
 * @property {string} font
 * @property {string} locale
 * @property {boolean} isStill
 * @property {boolean} isRightToLeft
 */

/** Lines differ in more than their colour; the legend's own are in chart.css. */
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 2]];
const POINTS = ["circle", "rect", "triangle", "rectRot", "star"];
/** More points than that are a line, and show themselves one by one under the pointer. */
const CROWD = 40;
const SIZE = 13;
const GROWS = 400;
/** So that no dot stands on an edge. */
const MARGIN = "6%";

/**
 * @param {ChartData} data
 * @param {Look} look
 */
export function chartOf(data, look) {
  const isScatter = data.kind === "scatter";
  return {
    type: data.kind === "stacked" ? "bar" : data.kind,
    data: isScatter ? dotsOf(data, look) : seriesOf(data, look),
    options: {
      responsive: true,
      maintainAspectRatio: false,
      locale: look.locale,
      animation: look.isStill ? false : { duration: GROWS },
      font: { family: look.font, size: SIZE },
      color: look.muted,
      layout: { padding: { top: 8 } },
      interaction: isScatter
        ? { mode: "nearest", intersect: true }
        : { mode: "index", intersect: false },
      scales: { x: across(data, look), y: upward(data, look) },
      plugins: {
        // Keys are in the page, where they can be read and copied.
        legend: { display: false },
        tooltip: tooltipOf(data, look),
      },
    },
  };
}

/**
 * @param {number} value
 * @param {string} unit
 * @param {string} [locale]
 */
export function written(value, unit, locale) {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
  if (!unit) return number;
  return unit === "%" ? number + unit : `${number}\u00a0${unit}`;
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function seriesOf({ kind, labels, series }, { inks, sheet }) {
  const isCrowd = labels.length > CROWD;
  return {
    labels,
    datasets: series.map(({ name, values }, index) => {
      const ink = inks[index];
      const line = {
        borderColor: ink,
        borderWidth: 2,
        borderDash: DASHES[index],
        pointBackgroundColor: ink,
        pointStyle: POINTS[index],
        pointRadius: isCrowd ? 0 : 3.5,
        pointHoverRadius: 5,
      };
      const bar = {
        // Parts of one column are parted by a line of the sheet that they stand on.
        borderColor: sheet,
        borderWidth: kind === "stacked" ? 1 : 0,
        borderRadius: 2,
        maxBarThickness: 48,
      };
      return { label: name, data: values, backgroundColor: ink, ...(kind === "line" ? line : bar) };
    }),
  };
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function dotsOf({ labels, series }, { inks }) {
  const [xs, ys] = series.map(({ values }) => values);
  const dots = labels.map((label, index) => ({ x: xs?.[index], y: ys?.[index], label }));
  return {
    datasets: [
      {
        label: "",
        data: dots.filter(({ x, y }) => typeof x === "number" && typeof y === "number"),
        backgroundColor: inks[0],
        pointRadius: 4.5,
        pointHoverRadius: 6,
      },
    ],
  };
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function across(data, look) {
  const isScatter = data.kind === "scatter";
  return {
    ...axis(look),
    stacked: data.kind === "stacked",
    grace: isScatter ? MARGIN : 0,
    reverse: look.isRightToLeft,
    grid: { display: false },
    border: { color: look.line },
    title: titleOf(isScatter ? data.series[0]?.name : "", look),
    ticks: {
      ...axis(look).ticks,
      ...(isScatter ? { callback: writing(data, look) } : { maxRotation: 0, autoSkipPadding: 16 }),
    },
  };
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function upward(data, look) {
  const isScatter = data.kind === "scatter";
  return {
    ...axis(look),
    stacked: data.kind === "stacked",
    beginAtZero: !isScatter,
    grace: isScatter ? MARGIN : 0,
    position: look.isRightToLeft ? "right" : "left",
    grid: { color: look.line, drawTicks: false },
    border: { display: false },
    title: titleOf(isScatter ? data.series[1]?.name : "", look),
    ticks: {
      ...axis(look).ticks,
      maxTicksLimit: 6,
      padding: 8,
      // Where only whole things are counted, no half of one stands at the axis.
      ...(isWhole(data) ? { precision: 0 } : {}),
      callback: writing(data, look),
    },
  };
}

/** @param {ChartData} data */
function isWhole({ series }) {
  return series.every(({ values }) => values.every((each) => Number.isInteger(each ?? 0)));
}

/** @param {Look} look */
function axis({ muted, font }) {
  return { ticks: { color: muted, font: { family: font, size: SIZE } } };
}

/**
 * @param {string | undefined} text
 * @param {Look} look
 */
function titleOf(text, { muted, font }) {
  return { display: Boolean(text), text, color: muted, font: { family: font, size: SIZE } };
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function tooltipOf(data, look) {
  const write = writing(data, look);
  const [first, second] = data.series.map(({ name }) => name);
  return {
    backgroundColor: look.text,
    titleColor: look.sheet,
    bodyColor: look.sheet,
    multiKeyBackground: look.sheet,
    titleFont: { family: look.font, size: SIZE, weight: 600 },
    bodyFont: { family: look.font, size: SIZE },
    padding: 10,
    cornerRadius: 5,
    boxPadding: 4,
    rtl: look.isRightToLeft,
    displayColors: data.series.length > 1 && data.kind !== "scatter",
    callbacks:
      data.kind === "scatter"
        ? {
            title: (/** @type {any[]} */ [dot]) => dot?.raw.label ?? "",
            label: (/** @type {any} */ { raw }) => [
              `${first}: ${write(raw.x)}`,
              `${second}: ${write(raw.y)}`,
            ],
          }
        : {
            label: (/** @type {any} */ { dataset, raw }) =>
              `${dataset.label}: ${raw === null ? "–" : write(raw)}`,
          },
  };
}

/**
 * @param {ChartData} data
 * @param {Look} look
 */
function writing({ unit }, { locale }) {
  return (/** @type {number} */ value) => written(value, unit, locale);
}
