import assert from "node:assert/strict";
import { test } from "node:test";

import { createBackoff } from "../../static/js/live/backoff.js";

const draw = (backoff, times) => Array.from({ length: times }, () => backoff.next());

test("waits double up to the limit", () => {
  const backoff = createBackoff({ first: 1000, limit: 6000, random: () => 1 });
  assert.deepEqual(draw(backoff, 5), [1000, 2000, 4000, 6000, 6000]);
});

test("chance takes off up to a half, so that a thousand pages do not come back at once", () => {
  const backoff = createBackoff({ first: 1000, limit: 6000, random: () => 0 });
  assert.deepEqual(draw(backoff, 3), [500, 1000, 2000]);
});

test("after a reset the next failure is a first one", () => {
  const backoff = createBackoff({ first: 1000, limit: 6000, random: () => 1 });
  draw(backoff, 4);
  backoff.reset();
  assert.equal(backoff.next(), 1000);
  assert.equal(backoff.failures, 1);
});

test("a thousand failures still give a number", () => {
  const backoff = createBackoff({ first: 1000, limit: 6000, random: () => 1 });
  assert.equal(draw(backoff, 2000).at(-1), 6000);
});
