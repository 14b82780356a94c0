/** Files on their way, a few at a time: each waits, is sent, and is there or has failed. */

/**
 * @typedef {object} Upload
 * @property {any} file
 * @property {"waiting" | "sending" | "done" | "failed"} state
 * @property {number} hundredths  Of it that is sent.
 * @property {string} message  Why it failed.
 * @property {boolean} canRepeat  The same file may go through another time.
 * @property {any} answer  Of the server, once it is there.
 */

/** @typedef {{answer: Promise<any>, stop: () => void}} Sending */

const AT_ONCE = 2;

/** A file that was not taken. */
export class UploadFailed extends Error {
  /**
   * @param {string} message  For a person.
   * @param {boolean} canRepeat
   */
  constructor(message, canRepeat) {
    super(message);
    this.canRepeat = canRepeat;
  }
}

/**
 * @param {object} surroundings
 * @param {(file: any, onProgress: (hundredths: number) => void) => Sending} surroundings.send
 * @param {(upload: Upload) => void} surroundings.show  Called whenever one has moved on.
 */
export function createUploads({ send, show }) {
  /** @type {Map<Upload, Sending | null>} */
  const known = new Map();

  return {
    add,
    again,
    remove,
    stop,
    get all() {
      return [...known.keys()];
    },
    get isBusy() {
      return [...known.keys()].some(({ state }) => state === "waiting" || state === "sending");
    },
  };

  /**
   * @param {any} file
   * @param {string} [fault]  What is known to be wrong with it before it is sent.
   * @returns {Upload}
   */
  function add(file, fault = "") {
    /** @type {Upload} */
    const upload = {
      file,
      state: fault ? "failed" : "waiting",
      hundredths: 0,
      message: fault,
      canRepeat: false,
      answer: null,
    };
    known.set(upload, null);
    show(upload);
    next();
    return upload;
  }

  /** @param {Upload} upload */
  function again(upload) {
    if (!known.has(upload) || upload.state !== "failed" || !upload.canRepeat) return;
    Object.assign(upload, { state: "waiting", hundredths: 0, message: "" });
    show(upload);
    next();
  }

  /** @param {Upload} upload */
  function remove(upload) {
    const sending = known.get(upload);
    known.delete(upload);
    sending?.stop();
    next();
  }

  function stop() {
    for (const upload of [...known.keys()]) {
      const sending = known.get(upload);
      known.delete(upload);
      sending?.stop();
    }
  }

  function next() {
    const every = [...known.keys()];
    const free = AT_ONCE - every.filter(({ state }) => state === "sending").length;
    for (const upload of every.filter(({ state }) => state === "waiting").slice(0, free)) {
      begin(upload);
    }
  }

  /** @param {Upload} upload */
  async function begin(upload) {
    upload.state = "sending";
    show(upload);
    const sending = send(upload.file, (hundredths) => {
      upload.hundredths = hundredths;
      if (known.has(upload)) show(upload);
    });
    known.set(upload, sending);
    try {
      upload.answer = await sending.answer;
      upload.state = "done";
    } catch (error) {
      upload.state = "failed";
      upload.message = error instanceof Error ? error.message : String(error);
      upload.canRepeat = error instanceof UploadFailed && error.canRepeat;
    }
    if (!known.has(upload)) return;
    known.set(upload, null);
    show(upload);
    next();
  }
}
