import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createCatchUp } from "../../static/js/live/catchup.js";
import { settle, surroundings } from "./fakes.js";

/** A list on a server: rows in the order of their ids, and how many of the last are unsettled. */
class List {
  ids = [];
  unsettled = 0;
  limit = 3;
  asked = [];
  failures = [];

  fetch = async (after) => {
    this.asked.push(after);
    if (this.failures.length) throw this.failures.shift();
    const newer = this.ids.filter((id) => id > after);
    const page = newer.slice(0, this.limit);
    const settledIds = this.ids.slice(0, this.ids.length - this.unsettled);
    const settled = page.filter((id) => settledIds.includes(id));
    return {
      results: page.map((id) => ({ id })),
      cursor: settled.at(-1) ?? after,
      next: newer.length > this.limit ? page.at(-1) : null,
    };
  };
}

let world;
let list;
let got;

beforeEach(() => {
  world = surroundings();
  list = new List();
  got = [];
});

const create = (options = {}) =>
  createCatchUp({
    cursor: 0,
    fetch: list.fetch,
    onItems: (items) => got.push(...items.map((item) => item.id)),
    isFinal: () => false,
    surroundings: world,
    ...options,
  });

test("it reads to the end, page by page, and next time only what is new", async () => {
  const catchUp = create();
  list.ids = [1, 2, 3, 4, 5, 6, 7];
  await catchUp.run();
  assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7]);
  list.ids.push(8);
  list.asked = [];
  await catchUp.run();
  assert.deepEqual(got.slice(7), [8]);
  assert.deepEqual(list.asked, [7]);
});

test("it begins where the page's own content ends", async () => {
  list.ids = [1, 2, 3];
  await create({ cursor: 2 }).run();
  assert.deepEqual(got, [3]);
});

test("a row that was committed after a younger one is found, and no row comes twice", async () => {
  const catchUp = create();
  list.ids = [1, 2, 4];
  list.unsettled = 1;
  await catchUp.run();
  list.ids = [1, 2, 3, 4];
  list.unsettled = 2;
  await catchUp.run();
  list.unsettled = 0;
  await catchUp.run();
  assert.deepEqual(got, [1, 2, 4, 3]);
  list.asked = [];
  await catchUp.run();
  assert.deepEqual(list.asked, [4]);
});

test("an unsettled stretch that is longer than a page holds the cursor before it", async () => {
  const catchUp = create();
  list.ids = [1, 3, 4, 5, 6, 7, 8, 9];
  list.unsettled = 7;
  await catchUp.run();
  list.ids = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  list.unsettled = 0;
  await catchUp.run();
  assert.deepEqual(got, [1, 3, 4, 5, 6, 7, 8, 9, 2]);
});

test("hints that come while it reads make one more round, not many", async () => {
  const catchUp = create();
  list.ids = [1];
  const first = catchUp.run();
  catchUp.run();
  catchUp.run();
  list.ids.push(2);
  await first;
  assert.deepEqual(list.asked.length, 2);
  assert.deepEqual(got, [1, 2]);
});

test("a fetch that fails is tried again with growing waits until it comes through", async () => {
  list.ids = [1];
  list.failures = [new Error("1"), new Error("2"), new Error("3")];
  await create().run();
  await world.clock.pass(2999);
  assert.deepEqual(got, []);
  await world.clock.pass(10_000);
  assert.deepEqual(got, [1]);
  assert.equal(list.asked.length, 4);
});

test("a fetch that fails half-way loses nothing and repeats nothing", async () => {
  list.ids = [1, 2, 3, 4, 5];
  const catchUp = create();
  let calls = 0;
  const { fetch } = list;
  list.fetch = null;
  const flaky = create({
    fetch: (after) => ((calls += 1) === 2 ? Promise.reject(new Error("cut")) : fetch(after)),
  });
  await flaky.run();
  await world.clock.pass(1000);
  assert.deepEqual(got, [1, 2, 3, 4, 5]);
  catchUp.stop();
});

test("after a refusal it does not try again by itself", async () => {
  list.failures = [new Error("404")];
  await create({ isFinal: () => true }).run();
  assert.equal(world.clock.pending, 0);
});

test("a fault in showing the items is reported, and does not fetch them for ever", async () => {
  list.ids = [1];
  const fault = new Error("in the page");
  await create({
    onItems: () => {
      throw fault;
    },
  }).run();
  assert.deepEqual(world.reports, [fault]);
  assert.equal(world.clock.pending, 0);
});

test("what arrives after a stop is not shown, and it can begin anew", async () => {
  list.ids = [1];
  const catchUp = create();
  const running = catchUp.run();
  catchUp.stop();
  await running;
  assert.deepEqual(got, []);
  await catchUp.run();
  assert.deepEqual(got, [1]);
});

test("a stop gives up a try that is due later", async () => {
  list.failures = [new Error("offline")];
  const catchUp = create();
  await catchUp.run();
  await settle();
  catchUp.stop();
  assert.equal(world.clock.pending, 0);
});
