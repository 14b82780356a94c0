/** The surroundings of live code in a browser. */

/** @type {Record<"hidden" | "visible" | "gone" | "back", [EventTarget, string, (event: Event) => boolean][]>} */
const MOMENTS = {
  hidden: [[document, "visibilitychange", () => document.hidden]],
  visible: [[document, "visibilitychange", () => !document.hidden]],
  // An open socket would keep the browser from putting the page away for a quick way back.
  gone: [[window, "pagehide", () => true]],
  back: [
    [window, "pageshow", (event) => /** @type {PageTransitionEvent} */ (event).persisted],
    [window, "online", () => true],
  ],
};

/** @type {import("./live.js").LiveSurroundings} */
export const browser = {
  openSocket: (url) => new WebSocket(new URL(url, location.href.replace(/^http/, "ws"))),
  setTimeout: (work, milliseconds) => window.setTimeout(work, milliseconds),
  clearTimeout: (timer) => window.clearTimeout(timer),
  now: () => performance.now(),
  random: Math.random,
  report: (error) => window.reportError(error),
  page: {
    isHidden: () => document.hidden,
    on(name, listener) {
      const off = MOMENTS[name].map(([target, type, applies]) => {
        const heard = (/** @type {Event} */ event) => void (applies(event) && listener());
        target.addEventListener(type, heard);
        return () => target.removeEventListener(type, heard);
      });
      return () => off.forEach((takeOff) => takeOff());
    },
  },
};
