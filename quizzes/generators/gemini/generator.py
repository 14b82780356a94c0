"""The generator that asks Gemini."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError
from quizzes.generators.gemini import asking
from quizzes.generators.gemini.reading import answers_in, drafts_in, sources_for
from quizzes.generators.gemini.talk import Said, Talk
from quizzes.generators.port import Draft, Faulty, Made, Watch, Wish

# More in one answer take long, and are lost together when it is cut off.
MOST_AT_ONCE = 15

logger = structlog.get_logger(__name__)


class GeminiGenerator:
    name = "gemini"
    second_opinion = True

    def __init__(self) -> None:
        self.model: str = settings.GEMINI_MODEL

    def make(self, wish: Wish, watch: Watch) -> Made:
        """By parts of fifteen. Where a later part fails, what came before it stays."""
        drafts: list[Draft] = []
        notes: list[str] = []
        with Talk(watch) as talk:
            found = self._searched(talk, wish, notes)
            while (left := wish.count - len(drafts)) > 0:
                count = min(left, MOST_AT_ONCE)
                try:
                    part, lost = self._part(talk, wish, count, drafts, found)
                except DomainError as error:
                    if not drafts:
                        raise
                    logger.warning("a part could not be made", code=error.code)
                    notes.append(str(error.message))
                    break
                drafts += part[:count]
                if lost:
                    notes.append(_("A part of the answer was cut off or broken, and is left out."))
                if len(part) < count:
                    break
        return Made(tuple(drafts), tuple(dict.fromkeys(notes)))

    def repair(self, wish: Wish, faulty: Sequence[Faulty], watch: Watch) -> Made:
        with Talk(watch) as talk:
            said = talk.ask(
                asking.repair_order(wish, faulty),
                system=asking.writer(wish),
                schema=asking.quiz_schema(wish, count=len(faulty)),
                is_readable=_has_questions,
            )
        mended, _lost = drafts_in(said)
        return Made(tuple(_with_sources(mended, faulty)))

    def answer(self, wish: Wish, asked: Sequence[Mapping[str, Any]], watch: Watch) -> list[Any]:
        answers: list[Any] = []
        with Talk(watch) as talk:
            for start in range(0, len(asked), MOST_AT_ONCE):
                part = asked[start : start + MOST_AT_ONCE]
                said = talk.ask(
                    asking.test_for(wish, part), system=asking.SOLVER, schema=asking.ANSWERS_SCHEMA
                )
                answers += answers_in(said, count=len(part))
        return answers

    def _part(
        self, talk: Talk, wish: Wish, count: int, before: Sequence[Draft], found: Said | None
    ) -> tuple[list[Draft], bool]:
        avoid = [*wish.avoid, *(str(draft.written["text"]) for draft in before)]
        said = talk.ask(
            asking.order_for(wish, count=count, avoid=avoid, notes=found.text if found else ""),
            system=asking.writer(wish),
            schema=asking.quiz_schema(wish, count=count),
            is_readable=_has_questions,
        )
        drafts, lost = drafts_in(said)
        return [_resting_on(draft, found) for draft in drafts], lost or said.is_cut

    def _searched(self, talk: Talk, wish: Wish, notes: list[str]) -> Said | None:
        """What the web says, in a request of its own: with a schema no model searches reliably."""
        if not wish.searches_web:
            return None
        found = talk.ask(asking.search_for(wish), system=asking.searcher(wish), searches_web=True)
        if not found.sources:
            notes.append(_("The web search named no sources: look at these questions with care."))
        return found


def _has_questions(said: Said) -> bool:
    return bool(drafts_in(said)[0])


def _resting_on(draft: Draft, found: Said | None) -> Draft:
    sources = sources_for(draft.span, found) if found else ()
    if not sources:
        return draft
    return replace(draft, written={**draft.written, "sources": [dict(each) for each in sources]})


def _with_sources(mended: Sequence[Draft], faulty: Sequence[Faulty]) -> list[Draft]:
    """A mended question keeps the sources of the one that it comes from."""
    kept = []
    for draft, before in zip(mended, faulty, strict=False):
        sources = before.draft.written.get("sources")
        written = {**draft.written, **({"sources": sources} if sources else {})}
        kept.append(replace(draft, written=written))
    return kept
