"""One request to Gemini until there is an answer, or a reason why there is none.

Google's library sends; when to try again, how long to wait and when to give up is ours, so that
each request finds room first, can be cancelled while it waits, and is counted with what it cost.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import httpx
import structlog
from django.conf import settings
from google import genai
from google.genai import errors, types

from quizzes.generators.errors import (
    GeneratorAway,
    GeneratorRefused,
    UnreadableAnswer,
    WishBlocked,
)
from quizzes.generators.gemini.cleaning import cleaned
from quizzes.generators.gemini.transport import Bounded
from quizzes.generators.gemini_outcomes import note_outcome
from quizzes.generators.port import Watch

TRIES = 5
# Answers that were paid for and are of no use are asked for once more, and no more.
UNREADABLE_TRIES = 2
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
# Who is told to come again later than this says so, in place of holding a worker.
LONGEST_ASKED_WAIT = 120.0
MOST_TOKENS_OUT = 32_768
_PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_BLOCKED = frozenset(
    {
        *("SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"),
        *("IMAGE_PROHIBITED_CONTENT", "MODEL_ARMOR", "ESCALATION", "PUP_LIMITED_DISABLED"),
    }
)
_DELAY = re.compile(r"(\d{1,6}(?:\.\d+)?)s")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Support:
    """A passage of an answer, and which of its sources it rests on."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Said:
    text: str
    is_cut: bool = False
    sources: tuple[Mapping[str, str], ...] = ()
    supports: tuple[Support, ...] = ()


class Talk:
    """`with Talk(watch) as talk:`; the library's client lives as long."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._model: str = settings.GEMINI_MODEL
        # Neither proxies nor other keys of the environment: the address is the operator's own.
        self._http = httpx.Client(
            transport=Bounded(seconds=settings.GEMINI_TIMEOUT),
            timeout=settings.GEMINI_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
        self._client = genai.Client(
            vertexai=False,
            api_key=settings.GEMINI["key"],
            http_options=types.HttpOptions(
                base_url=settings.GEMINI["url"],
                api_version="v1beta",
                timeout=int(settings.GEMINI_TIMEOUT * 1000),
                httpx_client=self._http,
            ),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self._http.close()

    def ask(
        self,
        prompt: str,
        *,
        system: str,
        schema: Mapping[str, Any] | None = None,
        searches_web: bool = False,
        is_readable: Callable[[Said], bool] = lambda said: bool(said.text.strip()),
    ) -> Said:
        """The first answer that can be read."""
        config = types.GenerateContentConfig(
            system_instruction=system,
            max_output_tokens=MOST_TOKENS_OUT,
            tools=[types.Tool(google_search=types.GoogleSearch())] if searches_web else None,
            response_mime_type="application/json" if schema else None,
            response_json_schema=schema,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        )
        unreadable = 0
        for number in range(1, TRIES + 1):
            self._watch.before_request()
            try:
                answer = self._client.models.generate_content(
                    model=self._model, contents=prompt, config=config
                )
            except errors.APIError as error:
                seconds = _seconds_after(error, number)
            except (httpx.HTTPError, ValueError) as error:
                # Half an answer is no JSON, which the library lets through as it comes.
                logger.warning("gemini does not answer", reason=type(error).__name__)
                seconds = _back_off(number)
            else:
                self._count(answer)
                said = _said(answer)
                if said is not None and is_readable(said):
                    note_outcome("answered")
                    return said
                logger.warning("gemini gave what cannot be read", number=number)
                unreadable += 1
                seconds = 0.0
            if unreadable >= UNREADABLE_TRIES:
                note_outcome("answered")
                raise UnreadableAnswer
            if number < TRIES:
                self._watch.wait(seconds)
        note_outcome("away")
        raise GeneratorAway

    def _count(self, answer: types.GenerateContentResponse) -> None:
        usage = answer.usage_metadata
        if usage is None:
            return
        self._watch.spent(
            model=self._model,
            tokens_in=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
            tokens_out=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
        )


def _said(answer: types.GenerateContentResponse) -> Said | None:
    """None for nothing at all; raises where filters stopped it."""
    feedback = answer.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        raise WishBlocked
    if not answer.candidates:
        return None
    candidate = answer.candidates[0]
    reason = str(getattr(candidate.finish_reason, "value", candidate.finish_reason or ""))
    if reason in _BLOCKED:
        raise WishBlocked
    parts = (candidate.content.parts if candidate.content else None) or []
    text = cleaned("".join(part.text for part in parts if part.text and not part.thought))
    sources, supports = _grounding(candidate.grounding_metadata)
    return Said(text, is_cut=reason == "MAX_TOKENS", sources=sources, supports=supports)


def _grounding(
    told: types.GroundingMetadata | None,
) -> tuple[tuple[Mapping[str, str], ...], tuple[Support, ...]]:
    if told is None:
        return (), ()
    sources = tuple(
        {"title": cleaned(web.title or web.uri or "")[:300], "url": cleaned(web.uri or "")}
        for web in (chunk.web for chunk in told.grounding_chunks or [])
        if web is not None
    )
    supports = tuple(
        Support(
            support.segment.text or "",
            tuple(
                index
                for index in support.grounding_chunk_indices or []
                if 0 <= index < len(sources)
            ),
        )
        for support in told.grounding_supports or []
        if support.segment is not None
    )
    return sources, supports


def _seconds_after(error: errors.APIError, number: int) -> float:
    """How long to wait before the next try; raises where none is of use."""
    status = error.code
    logger.warning("gemini refused", http_status=status, status=error.status)
    if status not in _PASSING:
        note_outcome("refused")
        raise GeneratorRefused from None
    asked = _asked_delay(error.details)
    if asked is not None and asked > LONGEST_ASKED_WAIT:
        note_outcome("away")
        raise GeneratorAway(retry_after=int(asked)) from None
    return max(asked or 0.0, _back_off(number))


def _asked_delay(details: Any) -> float | None:
    """RetryInfo of Google's errors: `{"retryDelay": "17s"}`."""
    error = details.get("error", details) if isinstance(details, Mapping) else {}
    rows = error.get("details") if isinstance(error, Mapping) else None
    for row in rows if isinstance(rows, Sequence) and not isinstance(rows, str) else []:
        delay = row.get("retryDelay") if isinstance(row, Mapping) else None
        found = _DELAY.fullmatch(delay) if isinstance(delay, str) else None
        if found:
            return float(found[1])
    return None


def _back_off(number: int) -> float:
    """Twice as long each time, less up to a half, so that workers come back apart."""
    full = min(FIRST_WAIT * 2 ** (number - 1), LONGEST_WAIT)
    return full * (1 - random.random() / 2)  # noqa: S311 (spread, not a secret)
