"""What browsers are told to refuse: a strict policy everywhere, wider ones by path where needed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import structlog
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from msgspec import DecodeError, json

from core.errors import Throttled
from core.registries import Registry
from core.throttles import charge

Sources = Mapping[str, Sequence[str]]

# What an app adds to the policy of ordinary pages, by directive: the hosts of sign-in providers as
# form-action, say, or the socket's host as connect-src. The directive must stand in the strict
# policy, or nothing else would be allowed by it any more.
csp_sources: Registry[Callable[[], Sources]] = Registry("CSP sources")

LONGEST_REPORT = 16 * 1024

logger = structlog.get_logger(__name__)


class SecurityHeadersMiddleware(CSPMiddleware):
    """django-csp, with the policy of the path, and the headers that Django does not know."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only or parts.config is not None:
            return parts
        parts.config = _policy_of_path(request.path_info)
        # Below every path our own pages may come, such as a refusal: with what they need, where the
        # policy of the path has anything to say about it.
        added = _added_by_apps()
        if parts.config is not None:
            added = {name: sources for name, sources in added.items() if name in parts.config}
        parts.update = _joined(added, parts.update or {})
        return parts

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response = super().process_response(request, response)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


@method_decorator(csrf_exempt, name="dispatch")
class ViolationReports(View):
    """Where browsers tell what the policy stopped: a mistake of ours, or somebody's attempt."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            charge(request, scope="reports")
        except Throttled:
            return HttpResponse(status=429)
        report = _read_report(request)
        if report is None:
            return HttpResponse(status=400)
        logger.warning("csp violation", **report)
        return HttpResponse(status=204)


def _policy_of_path(path: str) -> dict[str, Any] | None:
    """The most exact prefix decides; None for ordinary pages."""
    policies = cast("dict[str, dict[str, Any]]", settings.CSP_BY_PATH)
    prefixes = [prefix for prefix in policies if path.startswith(prefix)]
    return policies[max(prefixes, key=len)] if prefixes else None


def _added_by_apps() -> dict[str, list[str]]:
    added = {"script-src": list(settings.CSP_SCRIPT_HASHES)}
    for _name, sources in csp_sources:
        added = _joined(added, sources())
    return added


def _joined(first: Sources, second: Sources) -> dict[str, list[str]]:
    return {
        directive: [*first.get(directive, ()), *second.get(directive, ())]
        for directive in {**first, **second}
    }


def _read_report(request: HttpRequest) -> dict[str, str] | None:
    """What the browser says, cut short and without the queries of addresses."""
    body = request.read(LONGEST_REPORT + 1)
    if len(body) > LONGEST_REPORT:
        return None
    try:
        report = json.decode(body, type=dict[str, Any]).get("csp-report")
    except (DecodeError, ValueError, RecursionError):
        return None
    if not isinstance(report, dict):
        return None
    return {name.replace("-", "_"): _shown(report[name]) for name in _REPORTED if report.get(name)}


def _shown(value: object) -> str:
    return str(value).partition("?")[0][:300]


_REPORTED = (
    "document-uri",
    "blocked-uri",
    "effective-directive",
    "violated-directive",
    "source-file",
    "line-number",
)
