"""What machines ask for, answered before anything else can stand in the way.

A probe names us by whatever address it has, sends no cookie and must be answered when the database
is away: no middleware below this one is asked.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, path, resolve

from core.health import views as health
from core.metrics.views import metrics

# With and without the slash: probes follow no redirects.
urlpatterns = [
    path("health", health.health, name="health"),
    path("health/", health.health),
    path("health/live", health.live, name="health-live"),
    path("health/live/", health.live),
    path("health/ready", health.ready, name="health-ready"),
    path("health/ready/", health.ready),
    path("health/db", health.database, name="health-db"),
    path("health/db/", health.database),
    path("metrics", metrics, name="metrics"),
    path("metrics/", metrics),
]


class ProbeMiddleware:
    """Stands right below the one that gives request ids."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(("/health", "/metrics")):
            return self.get_response(request)
        try:
            match = resolve(request.path_info, "core.probes")
        except Resolver404:
            return self.get_response(request)
        return match.func(request)
