/** A clock that is wound by hand, sockets that say what they are told, and a page without one. */

export class Clock {
  #at = 0;
  #timers = new Map();
  #last = 0;

  setTimeout = (work, milliseconds) => {
    this.#timers.set((this.#last += 1), { work, due: this.#at + milliseconds });
    return this.#last;
  };

  clearTimeout = (timer) => void this.#timers.delete(timer);

  now = () => this.#at;

  get pending() {
    return this.#timers.size;
  }

  /** Let time pass; what falls due runs in its order, and promises settle in between. */
  async pass(milliseconds) {
    const end = this.#at + milliseconds;
    await settle();
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one[1].due - other[1].due);
      if (!next || next[1].due > end) break;
      this.#timers.delete(next[0]);
      this.#at = next[1].due;
      next[1].work();
      await settle();
    }
    this.#at = end;
  }
}

export class Socket {
  sent = [];
  isClosed = false;
  onopen = null;
  onmessage = null;
  onclose = null;

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.isClosed = true;
  }

  open() {
    this.onopen?.();
  }

  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  welcome() {
    this.open();
    this.say({ type: "welcome", heartbeat: 25 });
  }

  drop(code = 1006) {
    this.onclose?.({ code });
  }
}

/** Surroundings whose waits are always the longest that chance allows. */
export function surroundings() {
  const clock = new Clock();
  const sockets = [];
  const reports = [];
  const page = fakePage();
  return {
    clock,
    sockets,
    reports,
    page,
    get socket() {
      return sockets.at(-1);
    },
    openSocket() {
      sockets.push(new Socket());
      return sockets.at(-1);
    },
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    now: clock.now,
    random: () => 1,
    report: (error) => reports.push(error),
  };
}

function fakePage() {
  const listeners = new Map();
  const page = {
    hidden: false,
    isHidden: () => page.hidden,
    on(name, listener) {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
    async happen(name) {
      listeners.get(name)?.();
      await settle();
    },
    get listeners() {
      return listeners.size;
    },
  };
  return page;
}

export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A browser's storage, as far as it is used here. */
export class Store {
  #held = new Map();

  get length() {
    return this.#held.size;
  }

  /** @param {number} index */
  key(index) {
    return [...this.#held.keys()][index] ?? null;
  }

  /** @param {string} name */
  getItem(name) {
    return this.#held.get(name) ?? null;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setItem(name, value) {
    this.#held.set(name, String(value));
  }

  /** @param {string} name */
  removeItem(name) {
    this.#held.delete(name);
  }

  clear() {
    this.#held.clear();
  }
}
