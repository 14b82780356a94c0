"""What goes wrong with Gemini: chosen on the page of faults, or by a mark in a prompt.

A mark is `[[gemini: 503]]`, and with a number only so often: `[[gemini: 503 2]]`."""

import json
import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.faults import KINDS, Family, Fault, FaultKind
from sandbox.frame import Frame
from sandbox.services.gemini.names import NAME
from sandbox.services.gemini.questions import text_key

GENERATES = "*:*generatecontent"
MARK = re.compile(r"\[\[\s*gemini:\s*([a-z0-9_]+)(?:\s+(\d{1,3}))?\s*\]\]", re.IGNORECASE)
TYPES_URL = "type.googleapis.com/google.rpc"


def _kind(name: str, title: str, about: str) -> FaultKind:
    return FaultKind(name=name, family=Family.HTTP, title=title, about=about, reach=GENERATES)


REFUSED = (
    _kind("503", "503 Overloaded", "Says that the model has too much to do."),
    _kind("invalid_key", "400 Invalid key", "Says that the API key is not valid."),
    _kind("forbidden", "403 Forbidden", "Says that the project may not use the API."),
)
SPOILT = (
    _kind("blocked_prompt", "Prompt blocked", "Stops the prompt for safety; no candidates."),
    _kind("blocked_answer", "Answer blocked", "Stops its own answer for safety."),
    _kind("recitation", "Recitation", "Stops because it would repeat a text word for word."),
    _kind("no_candidates", "No candidates", "Answers with nothing at all."),
    _kind("cut_off", "Cut off", "The JSON ends in the middle: MAX_TOKENS."),
    _kind("malformed_json", "Malformed JSON", "What should be JSON is none."),
    _kind("wrong_schema", "Wrong schema", "JSON, but of another shape than was asked for."),
    _kind("duplicates", "Duplicates", "The last question is the first one again."),
    _kind("two_keys", "Two keys", "Single choice with two right answers."),
    _kind("obeys_injection", "Obeys an injection", "Questions full of HTML, scripts and images."),
    _kind("disagrees", "Disagrees", "Answers questions that it is given wrongly."),
)
FAULTS = (*REFUSED, *SPOILT)
# Played in place of an answer, before the service is asked.
BEFORE = frozenset({kind.name for kind in KINDS if kind.family is Family.HTTP}) | {
    kind.name for kind in REFUSED
}


def error_body(status: int, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    """As Google tells an error."""
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": STATUSES.get(status, "UNKNOWN"),
    }
    if details:
        error["details"] = list(details)
    return {"error": error}


STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def key_refused() -> Response:
    detail = {
        "@type": f"{TYPES_URL}.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    message = "API key not valid. Please pass a valid API key."
    return JSONResponse(error_body(400, message, detail), 400)


def _refuse_for_quota(fault: Fault) -> Response:
    """With `retry_after` Google says in the body when to come again."""
    message = "You exceeded your current quota, please check your plan and billing details."
    quota = {
        "@type": f"{TYPES_URL}.QuotaFailure",
        "violations": [
            {
                "quotaMetric": "generativelanguage.googleapis.com/generate_content_requests",
                "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
            }
        ],
    }
    if fault.retry_after is None:
        return JSONResponse(error_body(429, message, quota), 429)
    retry = {"@type": f"{TYPES_URL}.RetryInfo", "retryDelay": f"{fault.retry_after}s"}
    return JSONResponse(error_body(429, message, quota, retry), 429)


def _refuse_for_load(fault: Fault) -> Response:
    message = "The model is overloaded. Please try again later."
    return JSONResponse(error_body(503, message), 503)


def _refuse_inside(fault: Fault) -> Response:
    message = "An internal error has occurred. Please retry."
    return JSONResponse(error_body(500, message), 500)


def _refuse_key(fault: Fault) -> Response:
    return key_refused()


def _refuse_project(fault: Fault) -> Response:
    message = "Generative Language API has not been used in this project before or it is disabled."
    return JSONResponse(error_body(403, message), 403)


REFUSALS = {
    "429": _refuse_for_quota,
    "500": _refuse_inside,
    "503": _refuse_for_load,
    "invalid_key": _refuse_key,
    "forbidden": _refuse_project,
}


def marked_before(frame: Frame, path: str, body: bytes) -> Fault | None:
    """The fault that a prompt asks for in place of its answer."""
    if b"[[" not in body or not path.endswith("enerateContent"):
        return None
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return None
    for name in _marks(frame, text, BEFORE):
        kind = frame.services[NAME].fault_kind(name)
        return Fault(
            id=0,
            service=NAME,
            kind=kind,
            path="",
            left=None,
            seconds=kind.seconds,
            retry_after=None,
        )
    return None


def plays_mark(frame: Frame, prompt: str, name: str) -> bool:
    return name in _marks(frame, prompt, {name})


def is_marked(prompt: str, name: str) -> bool:
    """Whether it is asked for at all, however often that was played."""
    return any(mark[1].lower() == name for mark in MARK.finditer(prompt))


def _marks(frame: Frame, text: str, names: frozenset[str] | set[str]) -> Iterator[str]:
    for mark in MARK.finditer(text):
        name, most = mark[1].lower(), mark[2]
        if name not in names:
            continue
        key = text_key(f"{mark[0]} {name}")
        played = (frame.records.get(NAME, "mark", key) or {"played": 0})["played"]
        if most and played >= int(most):
            continue
        frame.records.put(NAME, "mark", key, {"played": played + 1})
        yield name
