"""Sockets by Channels, and HTTP through WSGI threads, so that one process can serve both.

Django's own ASGI handler runs synchronous views at a third of the speed of WSGI threads.
"""

import os

from a2wsgi import WSGIMiddleware
from channels.routing import ProtocolTypeRouter

from core.wsgi import application as wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.base")

from django.conf import settings

from core.live.routing import sockets

application = ProtocolTypeRouter(
    {
        "http": WSGIMiddleware(wsgi_application, workers=settings.HTTP_THREADS),  # type: ignore[arg-type]
        "websocket": sockets(),
    }
)
