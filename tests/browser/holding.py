"""Pages hold still while they come, and fit into every width."""

from playwright.sync_api import Page

# A window of 1280 px at 400 %.
ZOOMED = {"width": 320, "height": 256}
STILL = 0.01
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry);
}).observe({ type: "layout-shift", buffered: true });
"""
SETTLED = """
document.fonts.ready
  .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  .then(() => [
    shifts.reduce((sum, { value }) => sum + value, 0),
    shifts.flatMap(({ startTime, sources }) => sources.map(({ node, previousRect, currentRect }) =>
      `${node?.nodeName}.${node?.className ?? node?.textContent} at ${Math.round(startTime)} ms, `
      + `window of ${innerWidth} px, ${JSON.stringify([previousRect, currentRect])}`)),
  ])
"""
WIDER_THAN_SCREEN = """
[...document.querySelectorAll("body *")]
  .filter((each) => document.documentElement.scrollWidth > innerWidth
    && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => `${each.tagName.toLowerCase()}.${each.className}`)
  .slice(0, 5)
"""


def unsteady_here(page: Page) -> list[str]:
    """On the page that has just come. `NOTE_SHIFTS` has to be an init script of it."""
    found = []
    shift, moved = page.evaluate(SETTLED)
    if shift > STILL:
        # What a page does it does to everybody who comes for the first time: so come once more.
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.goto(page.url)
        again, moved = page.evaluate(SETTLED)
        shift = min(shift, again)
    if shift > STILL:
        found.append(f"it shifts by {shift:.3f}: {'; '.join(moved)}")
    page.set_viewport_size(ZOOMED)
    wide = page.evaluate(WIDER_THAN_SCREEN)
    if wide:
        found.append(f"it is wider than 320 px: {', '.join(wide)}")
    return found
