/* Starts Redoc, in the browser's own fonts: others would have to be fetched from elsewhere. */

const place = document.getElementById("api");
const fontFamily = "system-ui, sans-serif";

window.Redoc.init(
  place.dataset.schema,
  { hideDownloadButton: false, theme: { typography: { fontFamily, headings: { fontFamily } } } },
  place,
);
