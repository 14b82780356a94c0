"""The addresses of sockets. Apps of higher floors stand here by name, as they do in `core.urls`."""

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import path, re_path
from django.utils.module_loading import import_string

CONSUMERS = {
    "ws/notifications/": "core.live.consumer.LiveConsumer",
}


async def refuse(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An unknown address: closing before accepting answers the handshake with 403."""
    await send({"type": "websocket.close"})


def sockets() -> URLRouter:
    return URLRouter(
        [path(route, import_string(name).as_asgi()) for route, name in CONSUMERS.items()]
        + [re_path(r"", cast("Any", refuse))]
    )
