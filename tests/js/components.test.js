/** The parts of components that need no page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { sizeOf, together } from "../../static/js/components/files.js";
import { followJob } from "../../static/js/components/following.js";
import { placeBeside } from "../../static/js/components/placing.js";
import { placed } from "../../static/js/components/placing-text.js";
import { placeAfter } from "../../static/js/components/roving.js";
import { timeFor } from "../../static/js/components/toasts.js";
import { filled, lengthOf } from "../../static/js/components/wording.js";
import { Clock, settle } from "./fakes.js";

test("arrow keys go around, and other keys go nowhere", () => {
  assert.equal(placeAfter("ArrowRight", 2, 3), 0);
  assert.equal(placeAfter("ArrowLeft", 0, 3), 2);
  assert.equal(placeAfter("Home", 2, 3), 0);
  assert.equal(placeAfter("End", 0, 3), 2);
  assert.equal(placeAfter("ArrowDown", 0, 3), null);
  assert.equal(placeAfter("ArrowDown", 0, 3, { isVertical: true }), 1);
  assert.equal(placeAfter("a", 0, 3), null);
  assert.equal(placeAfter("Home", -1, 0), null);
});

test("onward is to the left where lines run that way", () => {
  assert.equal(placeAfter("ArrowLeft", 0, 3, { isRightToLeft: true }), 1);
  assert.equal(placeAfter("ArrowRight", 0, 3, { isRightToLeft: true }), 2);
});

test("a list stands below its button, from its start on", () => {
  const button = { left: 100, right: 140, top: 10, bottom: 40 };
  const list = { width: 200, height: 120 };
  const view = { width: 800, height: 600 };
  assert.deepEqual(placeBeside(button, list, view, false), { top: 44, left: 100 });
});

test("a list without room turns above and to the other side, and stays in sight", () => {
  const list = { width: 200, height: 120 };
  const corner = { left: 740, right: 780, top: 560, bottom: 590 };
  assert.deepEqual(placeBeside(corner, list, { width: 800, height: 600 }, false), {
    top: 436,
    left: 580,
  });
  const narrow = { left: 60, right: 90, top: 0, bottom: 30 };
  assert.equal(placeBeside(narrow, list, { width: 210, height: 600 }, false).left, 4);
});

test("good news goes by itself, slower when there is more to read; bad news stays", () => {
  assert.equal(timeFor("Saved.", "positive"), 5_000);
  assert.equal(timeFor("x".repeat(200), "neutral"), 12_000);
  assert.equal(timeFor("Lost.", "negative"), null);
  assert.equal(timeFor("Slow.", "caution"), null);
});

test("texts are filled, and what is unknown stays to be seen", () => {
  assert.equal(filled("{n} of {all}", { n: 3, all: 20 }), "3 of 20");
  assert.equal(filled("{who}", {}), "{who}");
  assert.equal(filled(undefined, {}), "");
});

test("characters are counted as the server counts them", () => {
  assert.equal(lengthOf("naïve"), 5);
  assert.equal(lengthOf("😀"), 1);
  assert.equal(lengthOf("a\nb"), 4);
  assert.equal(lengthOf("a\r\nb"), 4);
});

test("sizes are said in the reader's language", () => {
  assert.equal(sizeOf(900, "en"), "900 bytes");
  assert.equal(sizeOf(1_200, "en"), "1 kB");
  assert.equal(sizeOf(2_340_000, "en"), "2.3 MB");
  assert.equal(sizeOf(2_340_000, "de"), "2,3 MB");
});

test("dropped files join the chosen ones, once each, or take their place", () => {
  const [one, two] = [{ name: "a", size: 1 }, { name: "b", size: 2 }];
  assert.deepEqual(together([one], [two, { ...one }], true), [one, two]);
  assert.deepEqual(together([one], [two, one], false), [two]);
});

/** @param {(object | Error | null)[]} answers */
function follow(answers, { hasHints = false } = {}) {
  const clock = new Clock();
  const heard = { shown: [], lost: 0, looks: 0, ended: 0 };
  const following = followJob({
    look: async () => {
      heard.looks += 1;
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    show: (job) => heard.shown.push(job.status),
    lose: () => (heard.lost += 1),
    end: () => (heard.ended += 1),
    hasHints: () => hasHints,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
  });
  return { clock, heard, following };
}

const running = { status: "running", progress: 10, message: "" };

test("a job is followed to its end and no further", async () => {
  const { clock, heard, following } = follow([running, { ...running, status: "succeeded" }]);
  await clock.pass(60_000);
  following.hurry();
  await settle();
  assert.deepEqual(heard.shown, ["running", "succeeded"]);
  assert.equal(clock.pending, 0);
});

test("a job that stands still is asked about less and less", async () => {
  const { clock, heard } = follow([running]);
  await clock.pass(10_000);
  const early = heard.looks;
  await clock.pass(10_000);
  assert.ok(heard.looks - early < early, `${early}, then ${heard.looks - early}`);
  assert.ok(heard.looks - early >= 2);
});

test("a hint is followed at once, and spares the asking", async () => {
  const { clock, heard, following } = follow([running], { hasHints: true });
  await clock.pass(10_000);
  assert.equal(heard.looks, 1);
  following.hurry();
  await settle();
  assert.equal(heard.looks, 2);
  await clock.pass(14_000);
  assert.equal(heard.looks, 2);
  await clock.pass(2_000);
  assert.equal(heard.looks, 3);
});

test("hints that come while it looks make it look once more", async () => {
  const { heard, following } = follow([running]);
  for (let hint = 0; hint < 5; hint += 1) following.hurry();
  await settle();
  assert.equal(heard.looks, 2);
});

test("a lost network is told and does not end it", async () => {
  const { clock, heard } = follow([new Error("away"), { ...running, status: "failed" }]);
  await clock.pass(20_000);
  assert.equal(heard.lost, 1);
  assert.deepEqual(heard.shown, ["failed"]);
});

test("a job that is no longer to be had is left alone, and that is said", async () => {
  const { clock, heard } = follow([null]);
  await clock.pass(20_000);
  assert.equal(heard.looks, 1);
  assert.equal(heard.ended, 1);
});

test("whoever leaves hears nothing more", async () => {
  const { clock, heard, following } = follow([running]);
  await clock.pass(1_000);
  following.stop();
  following.hurry();
  await clock.pass(20_000);
  assert.equal(heard.looks, 1);
  assert.equal(clock.pending, 0);
});

test("a picture stands by itself in a text, with a blank line on either side", () => {
  assert.deepEqual(placed("", 0, "![a](b)"), { start: 0, text: "![a](b)" });
  assert.deepEqual(placed("one", 3, "![a](b)"), { start: 5, text: "\n\n![a](b)" });
  assert.deepEqual(placed("one\ntwo", 4, "![a](b)"), { start: 5, text: "\n![a](b)\n\n" });
  assert.deepEqual(placed("one\n\n\n\ntwo", 5, "![a](b)"), { start: 5, text: "![a](b)" });
});
