"""Errors reported to Sentry: only with a DSN, and never with what people typed."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from core.redaction import HIDDEN, without_secrets
from core.trace import current_request_id
from core.version import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Event

# The keys of mailed links; a UUID stays, since it says which object it was about.
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY_IN_PATH = re.compile(rf"(?<=/)(?!{_UUID}(?:/|$))[\w:.=-]{{20,}}")
_KEPT_OF_REQUEST = ("method", "url")
_KEPT_OF_USER = ("id",)
_NOT_EXTRA = ("event", "level", "logger", "timestamp", "request_id")


def start_monitoring(**options: Any) -> None:
    """Without a DSN the SDK is not even imported: it could send nothing."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk  # noqa: PLC0415  (a tenth of a second of every start)
    from sentry_sdk.integrations.logging import ignore_logger  # noqa: PLC0415

    ignore_logger("core.requests")  # it logs what the SDK has caught itself

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"apranova@{VERSION}",
        environment=settings.SENTRY_ENVIRONMENT,
        sample_rate=settings.SENTRY_SAMPLE_RATE,
        traces_sample_rate=settings.SENTRY_TRACES_RATE,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        before_send=_scrub,
        before_send_transaction=_scrub,
        **options,
    )


def _scrub(event: "Event", hint: dict[str, Any]) -> "Event":
    scrubbed: Any = without_secrets({**event, **_as_message(hint)})
    request_id = current_request_id()
    if request_id:
        scrubbed["tags"] = {**scrubbed.get("tags", {}), "request_id": request_id}
    if "request" in scrubbed:
        scrubbed["request"] = _only(scrubbed["request"], _KEPT_OF_REQUEST)
        scrubbed["request"]["url"] = _shown_url(scrubbed["request"].get("url", ""))
    if "user" in scrubbed:
        scrubbed["user"] = _only(scrubbed["user"], _KEPT_OF_USER)
    return scrubbed


def _as_message(hint: Mapping[str, Any]) -> dict[str, Any]:
    """A record of structlog's is one mapping: as text, no two of them would count as the same."""
    said = getattr(hint.get("log_record"), "msg", None)
    if not isinstance(said, Mapping):
        return {}
    extra = {key: value for key, value in said.items() if key not in _NOT_EXTRA}
    return {"logentry": {"message": str(said.get("event"))}, "extra": extra}


def _only(parts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: parts[name] for name in names if name in parts}


def _shown_url(url: str) -> str:
    parts = urlsplit(url)
    path = _KEY_IN_PATH.sub(HIDDEN, parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
