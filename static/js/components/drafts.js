/**
 * What somebody typed and has not sent, kept in this tab: by what it is about and in which revision.
 *
 * A draft that was sent is forgotten by the next page, unless that page is the same one again: then
 * it was not taken.
 */

/**
 * @typedef {object} Draft
 * @property {Record<string, string>} fields
 * @property {boolean} [isSent]
 */

const PREFIX = "draft.";

/**
 * @param {Storage} storage
 * @param {string} key
 * @param {number} revision
 * @param {Record<string, string>} fields
 */
export function keepDraft(storage, key, revision, fields) {
  const place = placeOf(key, revision);
  if (Object.values(fields).some(Boolean)) write(storage, place, { fields });
  else storage.removeItem(place);
}

/**
 * @param {Storage} storage
 * @param {string} key
 * @param {number} revision
 */
export function markSent(storage, key, revision) {
  const place = placeOf(key, revision);
  const draft = read(storage, place);
  if (draft) write(storage, place, { ...draft, isSent: true });
}

/**
 * The draft about this revision, else about the newest one before it.
 *
 * @param {Storage} storage
 * @param {string} key
 * @param {number} revision
 * @returns {{fields: Record<string, string>, revision: number} | null}
 */
export function findDraft(storage, key, revision) {
  for (let number = revision; number > 0; number -= 1) {
    const draft = read(storage, placeOf(key, number));
    // One about an older revision that was sent has been taken, or the server gave it back.
    if (draft && (number === revision || !draft.isSent)) {
      return { fields: draft.fields, revision: number };
    }
  }
  return null;
}

/**
 * Those that were sent, but for the one of the page that is open.
 *
 * @param {Storage} storage
 * @param {string} [key]  Of the page that is open.
 */
export function forgetSent(storage, key) {
  const places = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
  for (const place of places) {
    if (!place.startsWith(PREFIX) || (key && place.startsWith(placeOf(key, "")))) continue;
    if (read(storage, place)?.isSent) storage.removeItem(place);
  }
}

/**
 * @param {string} key
 * @param {number | string} revision
 */
function placeOf(key, revision) {
  return `${PREFIX}${key}.${revision}`;
}

/**
 * @param {Storage} storage
 * @param {string} place
 * @param {Draft} draft
 */
function write(storage, place, draft) {
  try {
    storage.setItem(place, JSON.stringify(draft));
  } catch {
    // No room, or none allowed: then nothing is kept, and all else goes on.
  }
}

/**
 * @param {Storage} storage
 * @param {string} place
 * @returns {Draft | null}
 */
function read(storage, place) {
  try {
    const draft = JSON.parse(storage.getItem(place) ?? "null");
    return draft && typeof draft.fields === "object" ? draft : null;
  } catch {
    return null;
  }
}
