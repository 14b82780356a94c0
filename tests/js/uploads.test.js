/** Files on their way: how many at once, and what becomes of each. */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { reasonOf } from "../../static/js/components/sending.js";
import { createUploads, UploadFailed } from "../../static/js/components/uploads.js";
import { settle } from "./fakes.js";

let sent;
let uploads;

beforeEach(() => {
  sent = [];
  uploads = createUploads({
    send(file, onProgress) {
      const sending = { file, onProgress, isStopped: false };
      sending.answer = new Promise((resolve, reject) => Object.assign(sending, { resolve, reject }));
      sent.push(sending);
      return { answer: sending.answer, stop: () => (sending.isStopped = true) };
    },
    show() {},
  });
});

const states = () => uploads.all.map(({ state }) => state);

test("two go at once and the others wait for their turn", async () => {
  for (const name of ["a", "b", "c"]) uploads.add({ name });
  assert.deepEqual(states(), ["sending", "sending", "waiting"]);
  assert.ok(uploads.isBusy);
  sent[0].resolve({ id: 1 });
  await settle();
  assert.deepEqual(states(), ["done", "sending", "sending"]);
  assert.deepEqual(uploads.all[0].answer, { id: 1 });
});

test("each tells how far it is", () => {
  const upload = uploads.add({ name: "a" });
  sent[0].onProgress(40);
  assert.equal(upload.hundredths, 40);
});

test("one that failed does not stop the others, and may go again where that may help", async () => {
  const lost = uploads.add({ name: "lost" });
  const refused = uploads.add({ name: "refused" });
  uploads.add({ name: "third" });
  sent[0].reject(new UploadFailed("The connection broke off.", true));
  sent[1].reject(new UploadFailed("Programs are not taken.", false));
  await settle();
  assert.deepEqual(states(), ["failed", "failed", "sending"]);
  uploads.again(refused);
  assert.equal(refused.message, "Programs are not taken.");
  assert.equal(refused.state, "failed");
  uploads.again(lost);
  assert.deepEqual([lost.state, lost.message], ["sending", ""]);
  sent[3].resolve({ id: 3 });
  await settle();
  assert.equal(lost.state, "done");
});

test("one that is taken back stops and makes room", () => {
  const first = uploads.add({ name: "a" });
  for (const name of ["b", "c"]) uploads.add({ name });
  uploads.remove(first);
  assert.ok(sent[0].isStopped);
  assert.deepEqual(sent.map(({ file }) => file.name), ["a", "b", "c"]);
});

test("what is known to be wrong is not sent", () => {
  const upload = uploads.add({ name: "huge" }, "It is larger than 2 MB.");
  assert.equal(upload.state, "failed");
  assert.deepEqual(sent, []);
  assert.equal(uploads.isBusy, false);
});

test("whoever leaves takes everything back", async () => {
  for (const name of ["a", "b", "c"]) uploads.add({ name });
  uploads.stop();
  await settle();
  assert.ok(sent.every(({ isStopped }) => isStopped));
  assert.equal(sent.length, 2);
});

test("what is wrong with the file is said before what is wrong in general", () => {
  const said = { error: { message: "Please check.", details: { file: ["Programs are not taken."] } } };
  assert.equal(reasonOf(said, "?"), "Programs are not taken.");
  assert.equal(reasonOf({ error: { message: "Too much.", details: {} } }, "?"), "Too much.");
  assert.equal(reasonOf(null, "It could not be taken."), "It could not be taken.");
});
