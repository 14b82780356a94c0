"""What a request adds to the counters. Labels are names of routes, not paths: they stay few."""

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from prometheus_client import Counter, Gauge, Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Counter("apranova_http_requests", "Requests answered.", ["route", "method", "status"])
LATENCY = Histogram(
    "apranova_http_request_seconds",
    "Time from a request to the start of its answer.",
    ["route", "method"],
    buckets=SECONDS,
)
IN_FLIGHT = Gauge(
    "apranova_http_requests_in_flight",
    "Requests that are being answered.",
    multiprocess_mode="livesum",
)
FAILURES = Counter(
    "apranova_http_failures",
    "Requests that ended in an error of ours or of an engine, by the error's class.",
    ["error"],
)


class MetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        with IN_FLIGHT.track_inprogress():
            response = self.get_response(request)
        route, method = _route(request), _method(request)
        REQUESTS.labels(route, method, response.status_code).inc()
        LATENCY.labels(route, method).observe(time.perf_counter() - started)
        return response


def count_failure(error: BaseException) -> None:
    FAILURES.labels(type(error).__name__).inc()


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    if match is not None:
        return match.view_name if match.url_name else match.route
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"


def _method(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "OTHER"
