import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createConnection } from "../../static/js/live/connection.js";
import { settle, surroundings } from "./fakes.js";

const SECOND = 1000;

let world;
let hints;
let states;

beforeEach(() => {
  world = surroundings();
  hints = [];
  states = [];
});

function connect(options = {}) {
  const connection = createConnection({
    url: "/ws/notifications/",
    onHint: (topic, data) => hints.push([topic, data]),
    onState: (state) => states.push(state),
    surroundings: world,
    ...options,
  });
  connection.start();
  return connection;
}

/** Drop the socket; how long until the next one is tried. */
async function secondsUntilBackFrom(code) {
  const lostAt = world.clock.now();
  const sockets = world.sockets.length;
  world.socket.drop(code);
  while (world.sockets.length === sockets) await world.clock.pass(SECOND);
  return (world.clock.now() - lostAt) / SECOND;
}

test("it is open when the server has welcomed it, and not before", () => {
  const connection = connect();
  world.socket.open();
  assert.equal(connection.state, "connecting");
  world.socket.welcome();
  assert.deepEqual(states, ["connecting", "open"]);
});

test("a session needs no words, a token is the first message", async () => {
  connect();
  world.socket.open();
  assert.deepEqual(world.socket.sent, []);

  connect({ getToken: async () => "abc" });
  world.socket.open();
  await settle();
  assert.deepEqual(world.socket.sent, [{ type: "authenticate", token: "abc" }]);
});

test("a token that cannot be had is tried again later", async () => {
  connect({ getToken: () => Promise.reject(new Error("offline")) });
  world.socket.open();
  await settle();
  assert.equal(states.at(-1), "waiting");
  await world.clock.pass(SECOND);
  assert.equal(world.sockets.length, 2);
});

test("hints are handed on and pings answered", () => {
  connect();
  world.socket.welcome();
  world.socket.say({ type: "hint", topic: "notifications", data: { cursor: 7 } });
  world.socket.say({ type: "ping" });
  assert.deepEqual(hints, [["notifications", { cursor: 7 }]]);
  assert.deepEqual(world.socket.sent, [{ type: "pong" }]);
});

test("a server that does not welcome within ten seconds is given up", async () => {
  connect();
  world.socket.open();
  await world.clock.pass(10 * SECOND);
  assert.equal(states.at(-1), "waiting");
});

test("a dead network is noticed by the silence of the heartbeat", async () => {
  connect();
  const first = world.socket;
  first.welcome();
  await world.clock.pass(54 * SECOND);
  assert.equal(states.at(-1), "open");
  await world.clock.pass(2 * SECOND);
  assert.equal(states.at(-1), "waiting");
  assert.ok(first.isClosed);
});

test("whatever is heard counts as a sign of life", async () => {
  connect();
  world.socket.welcome();
  for (let beat = 0; beat < 10; beat += 1) {
    await world.clock.pass(25 * SECOND);
    world.socket.say({ type: "ping" });
  }
  assert.equal(world.sockets.length, 1);
});

test("a socket that was dropped comes back, later each time", async () => {
  connect();
  const waits = [];
  for (let loss = 0; loss < 7; loss += 1) waits.push(await secondsUntilBackFrom(1006));
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30]);
});

test("a good connection makes the next failure a first one again, a short one does not", async () => {
  connect();
  const waits = [];
  for (const lived of [9, 9, 10]) {
    world.socket.welcome();
    await world.clock.pass(lived * SECOND);
    waits.push(await secondsUntilBackFrom(1006));
  }
  assert.deepEqual(waits, [1, 2, 1]);
});

test("a server that welcomes and drops at once is not hammered", async () => {
  connect();
  for (let second = 0; second < 60; second += 1) {
    if (!world.socket.isClosed) {
      world.socket.welcome();
      world.socket.drop();
    }
    await world.clock.pass(SECOND);
  }
  assert.ok(world.sockets.length < 10, `${world.sockets.length} tries in a minute`);
});

test("when the sign-in has ended it stays away", async () => {
  connect({ getToken: async () => "abc" });
  world.socket.welcome();
  world.socket.drop(4410);
  await world.clock.pass(3600 * SECOND);
  assert.equal(states.at(-1), "ended");
  assert.equal(world.sockets.length, 1);
});

test("a token that ran out is replaced by a fresh one, a session that ran out ends it", async () => {
  const tokens = ["old", "fresh"];
  connect({ getToken: async () => tokens.shift() });
  world.socket.welcome();
  world.socket.drop(4401);
  await world.clock.pass(SECOND);
  world.socket.open();
  await settle();
  assert.equal(world.socket.sent[0].token, "fresh");

  connect();
  world.socket.welcome();
  world.socket.drop(4401);
  assert.equal(states.at(-1), "ended");
});

test("one socket too many waits for minutes and counts as away", async () => {
  const connection = connect();
  const back = secondsUntilBackFrom(4429);
  assert.ok(connection.isAway);
  assert.equal(await back, 300);
  world.socket.welcome();
  assert.ok(!connection.isAway);
});

test("three failures in a row count as away, a welcome does not", async () => {
  const connection = connect();
  for (const isAway of [false, false, true]) {
    world.socket.drop();
    assert.equal(connection.isAway, isAway);
    await world.clock.pass(5 * SECOND);
  }
  world.socket.welcome();
  assert.ok(!connection.isAway);
});

test("a pause closes without trying again, and resume connects at once", async () => {
  const connection = connect();
  world.socket.welcome();
  connection.pause();
  await world.clock.pass(3600 * SECOND);
  assert.ok(world.socket.isClosed);
  assert.equal(world.sockets.length, 1);
  connection.resume();
  assert.equal(world.sockets.length, 2);
});

test("resume does not wait for the next try", () => {
  const connection = connect();
  world.socket.drop();
  connection.resume();
  assert.equal(world.sockets.length, 2);
});

test("resume asks an open socket whether it still lives", async () => {
  const connection = connect();
  world.socket.welcome();
  connection.resume();
  assert.deepEqual(world.socket.sent, [{ type: "ping" }]);
  world.socket.say({ type: "pong" });
  await world.clock.pass(10 * SECOND);
  assert.equal(connection.state, "open");

  connection.resume();
  await world.clock.pass(5 * SECOND);
  assert.equal(connection.state, "waiting");
});

test("what a socket says after it was given up is not heard", async () => {
  const connection = connect();
  const old = world.socket;
  old.welcome();
  connection.pause();
  connection.resume();
  old.say({ type: "hint", topic: "notifications", data: {} });
  old.drop(4410);
  assert.deepEqual(hints, []);
  assert.equal(connection.state, "connecting");
});

test("stopping leaves no timer behind", () => {
  const connection = connect();
  world.socket.welcome();
  connection.stop();
  assert.equal(world.clock.pending, 0);
  assert.ok(world.socket.isClosed);

  const other = connect();
  world.socket.drop();
  other.stop();
  assert.equal(world.clock.pending, 0);
});
