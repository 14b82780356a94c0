/** One file to one address, as a form would send it; `fetch` cannot say how far it is. */

import { csrfHeaders } from "./csrf.js";
import { UploadFailed } from "./uploads.js";

const NAME = "file";
/** The same file is answered the same again. */
const FINAL = new Set([400, 403, 404, 405, 409, 410, 413, 415]);

/**
 * @param {string} url
 * @param {File} file
 * @param {(hundredths: number) => void} onProgress
 * @param {{lost: string, refused: string}} words  Without a network; without a word of the server.
 * @returns {import("./uploads.js").Sending}
 */
export function sendFile(url, file, onProgress, words) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
      if (lengthComputable) onProgress(Math.floor((100 * loaded) / total));
    });
    request.addEventListener("load", () => {
      const said = spoken(request.responseText);
      if (request.status >= 200 && request.status < 300) return resolve(said);
      reject(new UploadFailed(reasonOf(said, words.refused), !FINAL.has(request.status)));
    });
    request.addEventListener("error", () => reject(new UploadFailed(words.lost, true)));
    request.addEventListener("abort", () => reject(new UploadFailed("", false)));
  });
  const form = new FormData();
  form.append(NAME, file);
  request.open("POST", url);
  request.setRequestHeader("Accept", "application/json");
  for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
  request.send(form);
  return { answer, stop: () => request.abort() };
}

/**
 * Delete what was sent. Where that is lost, the server forgets it by itself after a while.
 *
 * @param {string} url
 * @param {string | undefined} id
 */
export function takeBack(url, id) {
  if (!id) return;
  fetch(`${url}${id}/`, { method: "DELETE", headers: csrfHeaders(), keepalive: true }).catch(() => {});
}

/**
 * What is wrong with the file says more than that something is.
 *
 * @param {any} said
 * @param {string} otherwise
 */
export function reasonOf(said, otherwise) {
  return said?.error?.details?.[NAME]?.[0] ?? said?.error?.message ?? otherwise;
}

/** @param {string} text */
function spoken(text) {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers in HTML.
    return null;
  }
}
