"""Reads what a form or a program asks to be played, and plays it."""

from collections.abc import Mapping
from typing import Any

from sandbox.faults import LONGEST_SECONDS, CannotPlayError, Fault
from sandbox.frame import Frame

MOST_TIMES = 1_000
LONGEST_PATH = 200


def play_asked(frame: Frame, asked: Mapping[str, Any]) -> Fault:
    service = frame.services.get(str(asked.get("service", "")))
    if service is None:
        raise CannotPlayError(f"“service” must be one of {', '.join(frame.services)}.")
    path = str(asked.get("path") or "").strip()
    if len(path) > LONGEST_PATH:
        raise CannotPlayError(f"“path” may have {LONGEST_PATH} characters.")
    count = _number(asked, "count", low=1, high=MOST_TIMES)
    retry_after = _number(asked, "retry_after", low=0, high=86_400)
    return frame.faults.play(
        service=service.name,
        kind=service.fault_kind(str(asked.get("kind", ""))),
        path=path,
        count=None if count is None else int(count),
        seconds=_number(asked, "seconds", low=0, high=LONGEST_SECONDS),
        retry_after=None if retry_after is None else int(retry_after),
    )


def _number(asked: Mapping[str, Any], name: str, *, low: int, high: int) -> float | None:
    value = asked.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1
    if not low <= number <= high:
        raise CannotPlayError(f"“{name}” must be a number from {low} to {high}.")
    return number
