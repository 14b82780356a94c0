/** What one writes in Markdown, and beside it how it will look: the server shows it while one types. */

const PAUSE = 400;

class MarkdownLook extends HTMLElement {
  /** @type {AbortController | null} Of the question that is under way. */
  #asking = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @type {AbortController | null} Of what listens here. */
  #here = null;

  connectedCallback() {
    this.#here = new AbortController();
    const { signal } = this.#here;
    this.querySelector("details")?.addEventListener("toggle", () => this.#look(), { signal });
    this.querySelector("textarea")?.addEventListener("input", () => this.#lookSoon(), { signal });
  }

  disconnectedCallback() {
    this.#here?.abort();
    this.#asking?.abort();
    clearTimeout(this.#soon);
  }

  #lookSoon() {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    const field = this.querySelector("textarea");
    const shown = this.querySelector(".markdown-look-shown");
    if (!field || !shown || !this.querySelector("details")?.open) return;
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const html = await ask(this.dataset.url ?? "", field, signal);
      if (!signal.aborted) shown.innerHTML = html;
    } catch {
      if (!signal.aborted) shown.textContent = this.dataset.lost ?? "";
    }
  }
}

/**
 * @param {string} url
 * @param {HTMLTextAreaElement} field
 * @param {AbortSignal} signal
 */
async function ask(url, field, signal) {
  const token = field.form?.querySelector("input[name=csrfmiddlewaretoken]");
  const body = new FormData();
  body.set("text", field.value);
  body.set("csrfmiddlewaretoken", token instanceof HTMLInputElement ? token.value : "");
  const answer = await fetch(url, { method: "POST", body, signal });
  // Whoever is signed out is led to another page, which has no place in here.
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer.text();
}

customElements.define("markdown-look", MarkdownLook);
