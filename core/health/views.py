"""What probes are answered: anyone, at once, without session, sign-in or throttle."""

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.clock import now
from core.health.board import board, overall
from core.health.findings import Status
from core.health.readiness import readiness


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    findings = board.findings()
    status = overall(findings)
    body = {
        "status": status,
        "timestamp": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "checks": {
            name: {"status": finding.status, "detail": finding.detail}
            for name, finding in findings.items()
        },
    }
    return JsonResponse(body, status=_code(status is not Status.UNHEALTHY))


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    missing = readiness.missing()
    if missing:
        return JsonResponse({"status": "not_ready", "detail": missing}, status=_code(False))
    return JsonResponse({"status": "ready"})


@never_cache
@require_safe
def database(request: HttpRequest) -> JsonResponse:
    status = board.findings(["database"])["database"].status
    connected = "connected" if status is Status.HEALTHY else "disconnected"
    return JsonResponse(
        {"status": status, "database": connected}, status=_code(status is Status.HEALTHY)
    )


def _code(is_fine: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_fine else HTTPStatus.SERVICE_UNAVAILABLE
