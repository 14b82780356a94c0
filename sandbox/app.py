"""Puts services, pages and API together under one address."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
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
    app = Starlette(
        routes=[
            *(
                Mount(
                    f"/{service.name}",
                    app=Gate(_app_of(service, frame), service=service, frame=frame),
                )
                for service in frame.services.values()
                if service.routes
            ),
            Mount("/static", app=StaticFiles(directory=STATIC)),
            Mount("/_sandbox", routes=api.ROUTES, middleware=[Middleware(Shield)]),
            Mount("/", routes=pages.ROUTES, middleware=[Middleware(Shield)]),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        ],
        exception_handlers={HTTPException: _explain},
    )
    app.state.frame = frame
    return app


def _app_of(service: Service, frame: Frame) -> Starlette:
    """An application of its own, so that each answers its errors in its own shape."""

    async def refuse(request: Request, error: Exception) -> Response:
        known = _as_http(error)
        return JSONResponse(
            service.error(known.status_code, known.detail), known.status_code, known.headers
        )

    app = Starlette(
        routes=list(service.routes), exception_handlers={HTTPException: refuse, Exception: refuse}
    )
    app.state.frame = frame
    return app


async def _explain(request: Request, error: Exception) -> Response:
    error = _as_http(error)
    if request.url.path.startswith("/_sandbox"):
        return api.explain(error)
    return pages.explain(request, error)


def _as_http(error: Exception) -> HTTPException:
    return error if isinstance(error, HTTPException) else HTTPException(500)
