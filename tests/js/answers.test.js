/** Answers on their way, code that is indented, words that are counted. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createAnswerQueue } from "../../static/js/components/answer-queue.js";
import { indented, outdented } from "../../static/js/components/indenting.js";
import { wordsIn } from "../../static/js/components/wording.js";
import { Clock, settle } from "./fakes.js";

class Shelf {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, value) => void this.kept.set(key, value);
  removeItem = (key) => void this.kept.delete(key);
}

/** A server that answers as it is told, one call after the other. */
function world(answers = [], storage = new Shelf()) {
  const clock = new Clock();
  const sent = [];
  const told = [];
  const states = [];
  const queue = createAnswerQueue({
    send: async (question, entry) => {
      sent.push([question, entry.revision]);
      const next = answers.shift() ?? { kind: "saved" };
      return typeof next === "function" ? next() : next;
    },
    told: (question, outcome) => told.push([question, outcome.kind]),
    show: (state) => states.push(state),
    storage,
    place: "answers.1",
    timers: { set: clock.setTimeout, clear: clock.clearTimeout },
  });
  return { clock, sent, told, states, queue, storage };
}

const entry = (revision, facts = {}) => ({ response: [revision], revision, seconds: 0, fields: [], ...facts });

test("an answer is kept until the server has it", async () => {
  const { queue, sent, storage, states } = world();

  queue.keep("7", entry(1));
  assert.ok(storage.getItem("answers.1"));
  queue.go();
  await settle();

  assert.deepEqual(sent, [["7", 1]]);
  assert.equal(storage.getItem("answers.1"), null);
  assert.deepEqual(states, ["saving", "saved"]);
});

test("without a network it is tried again, each time later, and nothing is lost", async () => {
  const later = { kind: "later" };
  const { queue, sent, clock, states } = world([later, later, later]);

  queue.keep("7", entry(1));
  queue.go();
  await clock.pass(1_000);
  assert.equal(sent.length, 2);
  assert.equal(states.at(-1), "waiting");
  await clock.pass(1_000);
  assert.equal(sent.length, 2);
  await clock.pass(1_000);
  assert.equal(sent.length, 3);
  queue.keep("8", entry(1));
  queue.go();
  await settle();

  assert.equal(queue.unsent, 0);
  assert.equal(states.at(-1), "saved");
});

test("what is changed while it is on its way is sent again by its own revision", async () => {
  let arrive = () => {};
  const slow = () => new Promise((resolve) => (arrive = () => resolve({ kind: "saved" })));
  const { queue, sent } = world([slow]);

  queue.keep("7", entry(1));
  queue.go();
  queue.keep("7", entry(2));
  queue.go();
  arrive();
  await settle();

  assert.deepEqual(sent, [["7", 1], ["7", 2]]);
  assert.equal(queue.unsent, 0);
});

test("another page of the same attempt finds what was not sent", async () => {
  const { storage, queue } = world([{ kind: "later" }]);
  queue.keep("7", entry(3));
  queue.go();
  await settle();

  const again = world([], storage);
  assert.equal(again.queue.kept.get("7").revision, 3);
  assert.equal(await again.queue.settled(), true);
  assert.deepEqual(again.sent, [["7", 3]]);
});

test("what is not sure yet is kept and not sent", async () => {
  const { queue, sent, storage } = world();

  queue.keep("7", entry(1, { isSure: false }));
  assert.equal(await queue.settled(), true);

  assert.deepEqual(sent, []);
  assert.ok(storage.getItem("answers.1"));
});

test("one that is refused does not hold up the others", async () => {
  const { queue, told } = world([{ kind: "refused" }]);

  queue.keep("7", entry(1));
  queue.keep("8", entry(1));
  assert.equal(await queue.settled(), true);

  assert.deepEqual(told, [["7", "refused"], ["8", "saved"]]);
});

test("a flag waits beside an answer that is not sure yet, and goes without it", async () => {
  const { queue, sent, storage } = world([{ kind: "later" }]);

  queue.keep("7", entry(1, { isSure: false }));
  queue.keep("7.flag", { flagged: true, revision: 1 });
  assert.equal(queue.unsent, 1);
  assert.equal(await queue.settled(), false);
  const again = world([], storage);
  assert.deepEqual(again.queue.kept.get("7.flag"), { flagged: true, revision: 1 });
  assert.equal(await again.queue.settled(), true);

  assert.deepEqual([sent, again.sent], [[["7.flag", 1]], [["7.flag", 1]]]);
  assert.deepEqual([...again.queue.kept.keys()], ["7"]);
});

test("signed out nothing more is sent, and what was written stays", async () => {
  const { queue, sent, states } = world([{ kind: "signed-out" }]);

  queue.keep("7", entry(1));
  assert.equal(await queue.settled(), false);
  queue.keep("8", entry(1));
  queue.go();
  await settle();

  assert.equal(sent.length, 1);
  assert.equal(queue.kept.size, 2);
  assert.equal(states.at(-1), "stopped");
});

test("handed in elsewhere there is nothing left to send", async () => {
  const { queue, storage } = world([{ kind: "over" }]);

  queue.keep("7", entry(1));
  await queue.settled();

  assert.equal(storage.getItem("answers.1"), null);
});

test("a storage that takes nothing, or holds nonsense, is no fault", async () => {
  const full = new Shelf();
  full.setItem = () => {
    throw new Error("full");
  };
  full.getItem = () => "{nonsense";
  const { queue, sent } = world([], full);

  queue.keep("7", entry(1));
  assert.equal(await queue.settled(), true);
  assert.equal(sent.length, 1);
});

test("a line is moved in at the cursor, several as a whole, and back again", () => {
  assert.deepEqual(indented("ab", 1, 1), { value: "a    b", from: 5, to: 5 });
  const lines = "def f():\nreturn 1\n\nx";
  const moved = indented(lines, 9, 18);
  assert.equal(moved.value, "def f():\n    return 1\n\nx");
  assert.equal(outdented(moved.value, moved.from, moved.to).value, lines);
  assert.deepEqual(outdented("  x", 1, 1), { value: "x", from: 0, to: 0 });
  assert.deepEqual(outdented("x", 0, 1), { value: "x", from: 0, to: 1 });
});

test("words are what spaces part", () => {
  assert.equal(wordsIn(""), 0);
  assert.equal(wordsIn("  one\n two\tthree "), 3);
});
