"""Guards the pages: a strict policy on every answer, and no form from another site."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# For the HTML of a mail: nothing runs, nothing is fetched, links may open a new tab.
MAIL_HEADERS = {
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'"
    ),
    # Browsers refuse a page that is both in a sandbox and closed to its opener.
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "X-DNS-Prefetch-Control": "off",
}


class Shield:
    """A page may bear a policy of its own; what it does not set is set here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PAGE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] == "http" and is_from_another_site(Request(scope)):
            refusal = PlainTextResponse("Another site may not change anything here.", 403)
            await refusal(scope, receive, send_shielded)
            return
        await self._app(scope, receive, send_shielded)


def is_from_another_site(request: Request) -> bool:
    """Browsers say where a form comes from; a program that is no browser says nothing."""
    if request.method in SAFE_METHODS:
        return False
    headers: Headers = request.headers
    if site := headers.get("sec-fetch-site"):
        return site != "same-origin"
    origin = headers.get("origin")
    return origin is not None and origin != f"{request.url.scheme}://{headers.get('host', '')}"
