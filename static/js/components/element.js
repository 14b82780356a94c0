/** Custom elements whose life is a start and a stop. */

/**
 * @param {string} name
 * @param {(element: HTMLElement) => () => void} start  Called when it comes to the page; returns what stops it.
 */
export function define(name, start) {
  if (customElements.get(name)) return;
  customElements.define(
    name,
    class extends HTMLElement {
      #stop = () => {};

      connectedCallback() {
        this.#stop = start(this);
      }

      disconnectedCallback() {
        this.#stop();
      }
    },
  );
}

/**
 * Listen, until the returned function is called.
 *
 * @template {Event} E
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: E) => void} listener
 * @param {AddEventListenerOptions} [options]
 * @returns {() => void}
 */
export function on(target, type, listener, options) {
  const heard = /** @type {EventListener} */ (listener);
  target.addEventListener(type, heard, options);
  return () => target.removeEventListener(type, heard, options);
}

/**
 * @param {(() => void)[]} stops
 * @returns {() => void} what stops them all
 */
export function all(...stops) {
  return () => stops.forEach((stop) => stop());
}
