/**
 * Draws the chart whose numbers stand below it. The library comes when the chart comes near; where
 * it does not come, the table opens.
 */

import { all, define, on } from "./element.js";
import { chartOf } from "./charting.js";

const NEAR = "400px";
const STILL = "(prefers-reduced-motion: reduce)";
const CHANGES = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", STILL, "print"];

/** @param {HTMLElement} element */
export function start(element) {
  const canvas = element.querySelector("canvas");
  const block = element.querySelector("script");
  const { library } = element.dataset;
  if (!canvas || !block || !library) return () => {};
  const data = JSON.parse(block.textContent ?? "");
  /** @type {any} */
  let drawn = null;
  let isStopped = false;

  const coming = new IntersectionObserver(
    (entries) => {
      if (!entries.some((each) => each.isIntersecting)) return;
      coming.disconnect();
      draw().catch(giveUp);
    },
    { rootMargin: NEAR },
  );
  coming.observe(element);
  const themes = new MutationObserver(drawAnew);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme", "dir"] });
  return all(
    ...CHANGES.map((query) => on(matchMedia(query), "change", drawAnew)),
    () => {
      isStopped = true;
      coming.disconnect();
      themes.disconnect();
      drawn?.destroy();
    },
  );

  async function draw() {
    await Promise.all([import(String(library)), document.fonts.ready]);
    if (isStopped) return;
    put(lookOf(element));
    element.dataset.drawn = "";
  }

  /** Colours are in the drawing itself, so another theme is another drawing. */
  function drawAnew() {
    if (drawn) put({ ...lookOf(element), isStill: true });
  }

  /** @param {import("./charting.js").Look} look */
  function put(look) {
    drawn?.destroy();
    // The library leaves one name in the window, since it comes as a single file.
    drawn = new /** @type {any} */ (globalThis).Chart(canvas, chartOf(data, look));
  }

  function giveUp() {
    element.hidden = true;
    const numbers = element.parentElement?.querySelector("details");
    if (numbers) numbers.open = true;
  }
}

/**
 * What the stylesheet says here and now. Series have the colours of their keys.
 *
 * @param {HTMLElement} element
 * @returns {import("./charting.js").Look}
 */
function lookOf(element) {
  const own = getComputedStyle(element);
  return {
    inks: [...element.querySelectorAll(".chart-key")].map((key) => getComputedStyle(key).color),
    text: own.getPropertyValue("--chart-text"),
    muted: own.getPropertyValue("--chart-muted"),
    line: own.getPropertyValue("--chart-line"),
    sheet: own.getPropertyValue("--chart-sheet"),
    font: own.fontFamily,
    locale: document.documentElement.lang,
    isStill: matchMedia(STILL).matches,
    isRightToLeft: own.direction === "rtl",
  };
}

define("chart-drawing", start);
