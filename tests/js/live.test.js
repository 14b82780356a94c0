import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FetchFailed } from "../../static/js/live/fetching.js";
import { createLive } from "../../static/js/live/live.js";
import { settle, surroundings } from "./fakes.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let world;
let states;
let fetched;
let live;
let stop;

beforeEach(() => {
  world = surroundings();
  states = [];
  fetched = [];
  live = createLive({ url: "/ws/notifications/", surroundings: world });
  live.watch((state) => states.push(state));
  listen("notifications");
  stop = live.start();
});

function listen(name, fetch = async () => ({ results: [], cursor: 0, next: null })) {
  return live.subscribe(name, {
    fetch: (after, signal) => {
      fetched.push(name);
      return fetch(after, signal);
    },
    onItems() {},
  });
}

async function lose(times) {
  for (let loss = 0; loss < times; loss += 1) {
    world.socket.drop();
    await world.clock.pass(5 * SECOND);
  }
}

test("it catches up when the socket is open", async () => {
  assert.deepEqual(fetched, []);
  world.socket.welcome();
  await settle();
  assert.deepEqual(fetched, ["notifications"]);
  assert.equal(states.at(-1), "live");
});

test("several topics share one socket, and a hint fetches its own topic alone", async () => {
  listen("exam");
  world.socket.welcome();
  await settle();
  fetched = [];
  world.socket.say({ type: "hint", topic: "exam", data: {} });
  world.socket.say({ type: "hint", topic: "of another page", data: {} });
  await settle();
  assert.deepEqual(fetched, ["exam"]);
  assert.equal(world.sockets.length, 1);
});

test("whoever subscribes later catches up at once, and whoever left is not fetched", async () => {
  world.socket.welcome();
  await settle();
  const leave = listen("exam");
  await settle();
  assert.deepEqual(fetched, ["notifications", "exam"]);
  leave();
  world.socket.say({ type: "hint", topic: "exam", data: {} });
  await settle();
  assert.deepEqual(fetched, ["notifications", "exam"]);
});

test("after a drop it catches up anew", async () => {
  world.socket.welcome();
  await settle();
  world.socket.drop();
  await world.clock.pass(SECOND);
  world.socket.welcome();
  await settle();
  assert.deepEqual(fetched, ["notifications", "notifications"]);
  assert.deepEqual(states, ["resting", "connecting", "live", "connecting", "live"]);
});

test("where sockets cannot be had it polls, and goes on trying", async () => {
  await lose(3);
  assert.equal(states.at(-1), "polling");
  fetched = [];
  const sockets = world.sockets.length;
  await world.clock.pass(5 * MINUTE);
  assert.ok(fetched.length >= 12, `${fetched.length} rounds in five minutes`);
  assert.ok(world.sockets.length > sockets);
});

test("polling ends when the socket is back", async () => {
  await lose(3);
  world.socket.welcome();
  await settle();
  fetched = [];
  for (let beat = 0; beat < 4; beat += 1) {
    await world.clock.pass(25 * SECOND);
    world.socket.say({ type: "ping" });
  }
  assert.deepEqual(fetched, []);
  assert.equal(states.at(-1), "live");
});

test("even a live socket is checked by a slow round", async () => {
  world.socket.welcome();
  await settle();
  fetched = [];
  for (let beat = 0; beat < 16; beat += 1) {
    await world.clock.pass(25 * SECOND);
    world.socket.say({ type: "ping" });
  }
  assert.deepEqual(fetched, ["notifications"]);
});

test("a tab that stays hidden rests, and is up to date when it is shown again", async () => {
  world.socket.welcome();
  await settle();
  fetched = [];
  world.page.hidden = true;
  await world.page.happen("hidden");
  await world.clock.pass(30 * SECOND);
  assert.equal(states.at(-1), "resting");
  await world.clock.pass(60 * MINUTE);
  assert.deepEqual(fetched, []);
  world.page.hidden = false;
  await world.page.happen("visible");
  world.socket.welcome();
  await settle();
  assert.deepEqual(fetched, ["notifications"]);
});

test("a short look at another tab costs no new socket", async () => {
  world.socket.welcome();
  await world.page.happen("hidden");
  await world.clock.pass(20 * SECOND);
  await world.page.happen("visible");
  world.socket.say({ type: "pong" });
  await world.clock.pass(20 * SECOND);
  assert.equal(world.sockets.length, 1);
  assert.equal(states.at(-1), "live");
});

test("a network that is back is used at once, but not by a hidden tab", async () => {
  await lose(6);
  world.socket.drop();
  const sockets = world.sockets.length;
  await world.page.happen("back");
  assert.equal(world.sockets.length, sockets + 1);

  world.socket.drop();
  world.page.hidden = true;
  await world.page.happen("back");
  assert.equal(world.sockets.length, sockets + 1);
});

test("a page that is put away closes its socket, and opens one when it comes back", async () => {
  world.socket.welcome();
  await world.page.happen("gone");
  assert.ok(world.socket.isClosed);
  await world.page.happen("back");
  assert.equal(world.sockets.length, 2);
});

test("when the sign-in ends, everything does", async () => {
  world.socket.welcome();
  await settle();
  fetched = [];
  world.socket.drop(4410);
  await world.clock.pass(60 * MINUTE);
  assert.equal(states.at(-1), "ended");
  assert.deepEqual(fetched, []);
  assert.equal(world.sockets.length, 1);
});

test("a fetch that finds nobody signed in ends it too, while it polls", async () => {
  listen("exam", () => Promise.reject(new FetchFailed(401)));
  await lose(3);
  await settle();
  fetched = [];
  await world.clock.pass(60 * MINUTE);
  assert.equal(states.at(-1), "ended");
  assert.deepEqual(fetched, []);
});

test("a topic that one may not see is not asked for again and again", async () => {
  listen("secret", () => Promise.reject(new FetchFailed(404)));
  world.socket.welcome();
  await world.clock.pass(20 * SECOND);
  assert.deepEqual(fetched.filter((name) => name === "secret").length, 1);
});

test("a server that fails is asked again soon", async () => {
  listen("exam", () => Promise.reject(new FetchFailed(503)));
  world.socket.welcome();
  await world.clock.pass(10 * SECOND);
  assert.ok(fetched.filter((name) => name === "exam").length >= 3);
});

test("stopping leaves nothing behind", async () => {
  world.socket.welcome();
  await settle();
  await world.page.happen("hidden");
  stop();
  assert.equal(world.clock.pending, 0);
  assert.equal(world.page.listeners, 0);
  assert.ok(world.socket.isClosed);
});

test("who listens without a list hears each hint of the topic, and when one may have been missed", async () => {
  let told = 0;
  const leave = live.listen("jobs", () => (told += 1));
  world.socket.welcome();
  await settle();
  assert.equal(told, 1);
  world.socket.say({ type: "hint", topic: "jobs", data: {} });
  world.socket.say({ type: "hint", topic: "of another page", data: {} });
  assert.equal(told, 2);
  world.socket.drop();
  await world.clock.pass(5 * SECOND);
  world.socket.welcome();
  await settle();
  assert.equal(told, 3);
  leave();
  world.socket.say({ type: "hint", topic: "jobs", data: {} });
  assert.equal(told, 3);
});
