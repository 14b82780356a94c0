/* Starts Swagger UI. Calls made from the page are the reader's own, so writes need the CSRF token. */

const place = /** @type {HTMLElement} */ (document.getElementById("api"));
const { SwaggerUIBundle } = /** @type {any} */ (window);

SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  persistAuthorization: false,
  requestInterceptor: withCsrfToken,
});

/** @param {{url: string, method?: string, headers: Record<string, string>}} request */
function withCsrfToken(request) {
  const isOurs = new URL(request.url, document.baseURI).origin === location.origin;
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  if (isOurs && token && request.method && request.method !== "GET") {
    request.headers["X-CSRFToken"] = token;
  }
  return request;
}
