/** What the chart library is told. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { chartOf, written } from "../../static/js/components/charting.js";

const look = {
  inks: ["blue", "ochre", "green"],
  text: "black",
  muted: "grey",
  line: "silver",
  sheet: "white",
  font: "Apra Text",
  locale: "en",
  isStill: false,
  isRightToLeft: false,
};
const weeks = {
  kind: "line",
  of: "Week",
  unit: "h",
  labels: ["1", "2"],
  series: [
    { name: "Planned", values: [8, 9] },
    { name: "Worked", values: [7, null] },
  ],
};

test("series differ in more than their colour", () => {
  const [one, other] = chartOf(weeks, look).data.datasets;
  assert.deepEqual([one.borderColor, other.borderColor], ["blue", "ochre"]);
  assert.notDeepEqual(one.borderDash, other.borderDash);
  assert.notEqual(one.pointStyle, other.pointStyle);
});

test("what is not known is left out and not drawn as nothing", () => {
  assert.deepEqual(chartOf(weeks, look).data.datasets[1].data, [7, null]);
  const { tooltip } = chartOf(weeks, look).options.plugins;
  const dataset = { label: "Worked" };
  assert.equal(tooltip.callbacks.label({ dataset, raw: null }), "Worked: –");
  assert.equal(tooltip.callbacks.label({ dataset, raw: 7 }), "Worked: 7\u00a0h");
});

test("stacked columns are columns that share their axes", () => {
  const { type, options } = chartOf({ ...weeks, kind: "stacked" }, look);
  assert.equal(type, "bar");
  assert.ok(options.scales.x.stacked && options.scales.y.stacked);
  assert.ok(!chartOf({ ...weeks, kind: "bar" }, look).options.scales.x.stacked);
});

test("columns and lines begin at nothing", () => {
  for (const kind of ["line", "bar", "stacked"]) {
    assert.equal(chartOf({ ...weeks, kind }, look).options.scales.y.beginAtZero, true);
  }
});

test("whole things are counted in whole steps", () => {
  const counted = { ...weeks, series: [{ name: "People", values: [1, null] }] };
  const measured = { ...weeks, series: [{ name: "Hours", values: [0.5, 1] }] };
  assert.equal(chartOf(counted, look).options.scales.y.ticks.precision, 0);
  assert.equal(chartOf(measured, look).options.scales.y.ticks.precision, undefined);
});

test("dots have their series as axes, and those without both numbers are left out", () => {
  const { data, options } = chartOf({ ...weeks, kind: "scatter" }, look);
  assert.deepEqual(data.datasets[0].data, [{ x: 8, y: 7, label: "1" }]);
  assert.equal(options.scales.x.title.text, "Planned");
  assert.equal(options.scales.y.title.text, "Worked");
});

test("nothing grows for those who want no motion, and lines run the way people read", () => {
  const { options } = chartOf(weeks, { ...look, isStill: true, isRightToLeft: true });
  assert.equal(options.animation, false);
  assert.equal(options.scales.x.reverse, true);
  assert.equal(options.scales.y.position, "right");
});

test("numbers are written as the reader does, with their unit", () => {
  assert.equal(written(1234.567, "", "de"), "1.234,57");
  assert.equal(written(45, "%", "en"), "45%");
  assert.equal(written(3, "h", "en"), "3\u00a0h");
});
