"""One line an event, for machines as JSON or for people: with ids, and without secrets.

Plain structlog: what django-structlog adds on top writes several lines a request, with the query
string, and takes request ids over unseen.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import structlog
from celery import Task
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun
from structlog.typing import EventDict, Processor

from core.redaction import without_secrets
from core.requests import known_user_in_hand
from core.trace import current_request_id

# What libraries hang on their records that is either said elsewhere or not for a log: celery's
# `data` holds the arguments of the task.
_NOT_FOR_LOGS = ("request", "response", "data", "color_message")

# Asked for every few seconds.
_QUIET_TASKS = frozenset(
    {
        "core.health.heartbeat",
        "core.events.sweep",
        "core.jobs.reap",
        "core.mail.sweep",
        "accounts.phones.sweep",
    }
)

logger = structlog.get_logger("tasks")


def formatter(form: str) -> logging.Formatter:
    """What LOGGING names: every record, ours or a library's, becomes one line of this form."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            *_ABOUT_EVERY_RECORD,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *(_FOR_PEOPLE if form == "console" else _FOR_MACHINES),
        ],
    )


def _add_user(_logger: object, _method: str, event: EventDict) -> EventDict:
    user = known_user_in_hand()
    if user is not None:
        event.setdefault("user_id", user.pk)
        event.update(_how_they_act(user))
    return event


def _how_they_act(user: object) -> EventDict:
    """In whose hands a name is, where that is not its owner: of an impersonator, or of a key."""
    impersonator = getattr(user, "impersonator", None)
    key = getattr(user, "api_key", None)
    return {
        **({"impersonator_id": impersonator.pk} if impersonator is not None else {}),
        **({"key_prefix": key.prefix} if key is not None else {}),
    }


def _drop_what_is_not_for_logs(_logger: object, _method: str, event: EventDict) -> EventDict:
    for key in _NOT_FOR_LOGS:
        event.pop(key, None)
    return event


def _hide_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Last, so that it also sees what exceptions say."""
    hidden: EventDict = without_secrets(event)
    return hidden


def _shorten_time(_logger: object, _method: str, event: EventDict) -> EventDict:
    event["timestamp"] = event["timestamp"][11:19]
    return event


def _as_text(value: object) -> str:
    return str(without_secrets(repr(value)))


_ABOUT_EVERY_RECORD: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _add_user,
    _drop_what_is_not_for_logs,
]
_FOR_MACHINES: list[Processor] = [
    structlog.processors.format_exc_info,
    _hide_secrets,
    structlog.processors.JSONRenderer(default=_as_text, ensure_ascii=False),
]
_FOR_PEOPLE: list[Processor] = [
    structlog.processors.format_exc_info,
    _hide_secrets,
    _shorten_time,
    structlog.dev.ConsoleRenderer(
        colors=False,
        pad_event_to=0,
        pad_level=False,
        exception_formatter=structlog.dev.plain_traceback,
    ),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.PositionalArgumentsFormatter(),
        *_ABOUT_EVERY_RECORD,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Being connected is all: celery then leaves the logging that LOGGING describes alone."""


@before_task_publish.connect
def _send_request_id_along(headers: dict[str, Any], **_: object) -> None:
    request_id = current_request_id()
    if request_id:
        headers.setdefault("request_id", request_id)


@task_prerun.connect
def _take_request_id_over(task_id: str, task: Task, **_: object) -> None:
    about = {"task": task.name, "task_id": task_id}
    request_id = getattr(task.request, "request_id", None)
    if request_id:
        about["request_id"] = request_id
    task.request.log_context = structlog.contextvars.bind_contextvars(**about)  # type: ignore[attr-defined]
    task.request.log_started = time.perf_counter()  # type: ignore[attr-defined]


@task_postrun.connect
def _log_task(task: Task, state: str | None = None, **_: object) -> None:
    context: Mapping[str, Any] | None = getattr(task.request, "log_context", None)
    if context is None:
        return
    started: float = task.request.log_started  # type: ignore[attr-defined]
    ms = round((time.perf_counter() - started) * 1000, 1)
    level = logging.DEBUG if task.name in _QUIET_TASKS else logging.INFO
    logger.log(level, "task", state=(state or "").lower(), ms=ms)
    structlog.contextvars.reset_contextvars(**context)
