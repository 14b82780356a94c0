/** What the review page's elements decide by themselves: drafts, phrases, points, the way along a list. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { findDraft, forgetSent, keepDraft, markSent } from "../../static/js/components/drafts.js";
import { stepTo, sumOf, withPhrase } from "../../static/js/components/reviewing.js";
import { areKeysOff, turnKeys } from "../../static/js/components/single-keys.js";
import { Store } from "./fakes.js";

test("what was typed comes back for the same work and revision, and for no other work", () => {
  const store = new Store();
  keepDraft(store, "3.7", 1, { feedback: "Mend the loop." });
  assert.deepEqual(findDraft(store, "3.7", 1), {
    fields: { feedback: "Mend the loop." },
    revision: 1,
  });
  assert.equal(findDraft(store, "3.71", 1), null);
  assert.equal(findDraft(store, "4.7", 1), null);
});

test("what was typed about an older revision comes back for a newer one, and says so", () => {
  const store = new Store();
  keepDraft(store, "3.7", 1, { feedback: "Old." });
  keepDraft(store, "3.7", 2, { feedback: "Newer." });
  assert.equal(findDraft(store, "3.7", 4)?.revision, 2);
  assert.equal(findDraft(store, "3.7", 1)?.fields.feedback, "Old.");
});

test("an empty form keeps nothing", () => {
  const store = new Store();
  keepDraft(store, "3.7", 1, { feedback: "x" });
  keepDraft(store, "3.7", 1, { feedback: "" });
  assert.equal(store.length, 0);
});

test("what was sent is forgotten by the next page, but not by the same one again", () => {
  const store = new Store();
  keepDraft(store, "3.7", 1, { feedback: "Sent." });
  keepDraft(store, "3.8", 1, { feedback: "Not sent." });
  markSent(store, "3.7", 1);
  forgetSent(store, "3.7");
  assert.equal(findDraft(store, "3.7", 1)?.fields.feedback, "Sent.");
  forgetSent(store, "3.8");
  assert.equal(findDraft(store, "3.7", 1), null);
  assert.equal(findDraft(store, "3.8", 1)?.fields.feedback, "Not sent.");
});

test("what was sent about an older revision does not come back for a newer one", () => {
  const store = new Store();
  keepDraft(store, "3.7", 1, { feedback: "Sent." });
  markSent(store, "3.7", 1);
  assert.equal(findDraft(store, "3.7", 2), null);
});

test("a storage that is full or holds nonsense stops nobody", () => {
  const full = new Store();
  full.setItem = () => {
    throw new Error("full");
  };
  keepDraft(full, "3.7", 1, { feedback: "x" });
  const odd = new Store();
  odd.setItem("draft.3.7.1", "{");
  odd.setItem("draft.3.7.2", "null");
  odd.setItem("other", "1");
  assert.equal(findDraft(odd, "3.7", 2), null);
  forgetSent(odd);
  assert.equal(odd.getItem("other"), "1");
});

test("a phrase stands in a paragraph of its own, or within the line where one writes", () => {
  assert.deepEqual(withPhrase("", "Good.", 0, 0), { text: "Good.", caret: 5 });
  assert.deepEqual(withPhrase("Well done.", "Good.", 10, 10), {
    text: "Well done.\n\nGood.",
    caret: 17,
  });
  assert.deepEqual(withPhrase("Well done.", "Good.", 4, 4), { text: "Well Good. done.", caret: 10 });
  assert.deepEqual(withPhrase("a\n", "Good.", 2, 2), { text: "a\nGood.", caret: 7 });
  assert.deepEqual(withPhrase("a CUT b", "Good.", 2, 5), { text: "a Good. b", caret: 7 });
});

test("points add up, and what is no number counts for nothing", () => {
  assert.equal(sumOf(["8", "", "4", "x"]), 12);
  assert.equal(sumOf([]), 0);
});

test("the keys go down and up a list and stop at its ends", () => {
  assert.equal(stepTo("j", -1, 3), 0);
  assert.equal(stepTo("j", 0, 3), 1);
  assert.equal(stepTo("j", 2, 3), 2);
  assert.equal(stepTo("k", 0, 3), 0);
  assert.equal(stepTo("ArrowUp", 2, 3), 1);
  assert.equal(stepTo("ArrowDown", -1, 3), null);
  assert.equal(stepTo("x", 1, 3), null);
  assert.equal(stepTo("j", -1, 0), null);
});

test("single keys are turned off and on, and that is remembered", () => {
  const store = new Store();
  assert.equal(areKeysOff(store), false);
  turnKeys(false, store);
  assert.equal(areKeysOff(store), true);
  turnKeys(true, store);
  assert.equal(areKeysOff(store), false);
});
