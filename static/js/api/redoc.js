/* Starts Redoc, in the browser's own fonts: others would have to be fetched from elsewhere. */

const place = /** @type {HTMLElement} */ (document.getElementById("api"));
const { Redoc } = /** @type {any} */ (window);
const fontFamily = "system-ui, sans-serif";

Redoc.init(
  place.dataset.schema,
  { hideDownloadButton: false, theme: { typography: { fontFamily, headings: { fontFamily } } } },
  place,
);
