import assert from "node:assert/strict";
import { test } from "node:test";

import { neighbour, placeForY } from "../../static/js/components/ordering.js";

test("beside the first there is nothing above, beside the last nothing below", () => {
  const ordered = ["a", "b", "c"];

  assert.equal(neighbour(ordered, "a", -1), null);
  assert.equal(neighbour(ordered, "a", 1), "b");
  assert.equal(neighbour(ordered, "c", 1), null);
  assert.equal(neighbour(ordered, "x", 1), null);
});

test("what is dragged lies before the first whose middle is below it", () => {
  assert.equal(placeForY([10, 30, 50], 5), 0);
  assert.equal(placeForY([10, 30, 50], 31), 2);
  assert.equal(placeForY([10, 30, 50], 90), 3);
  assert.equal(placeForY([], 90), 0);
});
