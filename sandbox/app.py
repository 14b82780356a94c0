"""Puts services, pages and API together under one address."""

from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from sandbox import api, pages
from sandbox.frame import Frame
from sandbox.gate import Gate
from sandbox.service import Service
from sandbox.shield import Shield

STATIC = Path(__file__).parent / "static"
# A name of elsewhere that was made to point here (DNS rebinding) is turned away.
HOSTS = ["127.0.0.1", "localhost"]


def build_app(frame: Frame) -> Starlette:
    mounts = [_mount_service(service, frame) for service in frame.services.values()]
    shield = [Middleware(Shield)]
    return Starlette(
        routes=[
            *mounts,
            Mount("/static", app=StaticFiles(directory=STATIC)),
            Mount("/_sandbox", app=_application(frame, _controls(frame), api.explain, shield)),
            Mount("/", app=_application(frame, pages.ROUTES, pages.explain, shield)),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        ],
    )


def _controls(frame: Frame) -> list[BaseRoute]:
    own = [
        Mount(f"/{service.name}", routes=service.controls)
        for service in frame.services.values()
        if service.controls
    ]
    return [*api.ROUTES, *own]


def _mount_service(service: Service, frame: Frame) -> Mount:
    def explain(request: Request, error: HTTPException) -> Response:
        body = service.error(error.status_code, error.detail)
        return JSONResponse(body, error.status_code, error.headers)

    app = _application(frame, service.routes, explain)
    gate = Mount("", app=Gate(app, service=service, frame=frame))
    # Outside of the gate: a page that looks at the log would else never stop filling it.
    return Mount(f"/{service.name}", app=_application(frame, [*service.pages, gate], pages.explain))


def _application(
    frame: Frame,
    routes: Sequence[BaseRoute],
    explain: Callable[[Request, HTTPException], Response],
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """Each part is an application of its own, so that it answers its errors in its own shape."""

    async def answer(request: Request, error: Exception) -> Response:
        known = error if isinstance(error, HTTPException) else HTTPException(500)
        return explain(request, known)

    app = Starlette(
        routes=list(routes),
        middleware=list(middleware),
        exception_handlers={HTTPException: answer, Exception: answer},
    )
    app.state.frame = frame
    return app
