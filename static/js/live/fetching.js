/** Reads a list of the server from a cursor on. */

const WITHIN = 20_000;
const SIGNED_OUT = 401;
/** Asking again brings the same answer. */
const REFUSALS = new Set([400, SIGNED_OUT, 403, 404, 410]);

/** The server answered, with something else than the list. */
export class FetchFailed extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`The server answered ${status}`);
    this.status = status;
  }

  get isFinal() {
    return REFUSALS.has(this.status);
  }

  get isSignedOut() {
    return this.status === SIGNED_OUT;
  }
}

/**
 * @param {string} url  Of a list that honours `?after=`.
 * @param {() => Promise<string>} [getToken]  Where no session cookie signs us in.
 * @returns {(after: number, signal: AbortSignal) => Promise<import("./catchup.js").Slice>}
 */
export function listAt(url, getToken) {
  return async (after, signal) => {
    const address = new URL(url, document.baseURI);
    address.searchParams.set("after", String(after));
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    if (getToken) headers.Authorization = `Bearer ${await getToken()}`;
    const response = await fetch(address, {
      headers,
      // A network that died without a word would keep us waiting for minutes.
      signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN)]),
    });
    if (!response.ok) throw new FetchFailed(response.status);
    return response.json();
  };
}
