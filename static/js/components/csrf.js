/** What writes must bring along, which the page has for htmx already. */

/** @returns {Record<string, string>} */
export function csrfHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
}
