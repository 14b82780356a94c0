"""`/metrics`: with the token where there is one, else for the local network alone."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from core.metrics.sharing import shared_folder
from core.metrics.state import StateCollector

# Whoever passes a request on says for whom, in one of these.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_CF_CONNECTING_IP")

_LOCAL = [
    ip_network(text)
    for text in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        *("::1/128", "fc00::/7"),
    )
]


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if settings.METRICS_TOKEN:
        return _page() if _has_token(request) else _ask_for_token()
    if _is_local(request):
        return _page()
    return HttpResponse(
        "Metrics are for the local network. Set METRICS_TOKEN to read them from elsewhere.\n",
        status=HTTPStatus.FORBIDDEN,
        content_type="text/plain",
    )


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")


def _ask_for_token() -> HttpResponse:
    return HttpResponse(
        "Metrics need their token.\n",
        status=HTTPStatus.UNAUTHORIZED,
        content_type="text/plain",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _is_local(request: HttpRequest) -> bool:
    """The peer and everybody whom a proxy names before it; who hides behind a word is not."""
    if "HTTP_FORWARDED" in request.META:
        return False
    return all(_is_local_address(address) for address in _addresses(request))


def _addresses(request: HttpRequest) -> Iterator[str]:
    yield request.META.get("REMOTE_ADDR", "")
    for header in _FORWARDED:
        if header in request.META:
            yield from re.split(r"\s*,\s*", request.META[header].strip())


def _is_local_address(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _LOCAL)


def _page() -> HttpResponse:
    state = CollectorRegistry()
    state.register(StateCollector())
    return HttpResponse(
        generate_latest(_counted()) + generate_latest(state), content_type=CONTENT_TYPE_LATEST
    )


def _counted() -> CollectorRegistry:
    if not shared_folder():
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together
