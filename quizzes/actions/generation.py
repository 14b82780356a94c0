"""Having quizzes made: asking, saving what came of it, vetting."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, Invalid
from core.events.actions import record
from core.files.actions import store_file
from core.files.models import StoredFile
from core.jobs.actions import start_job
from core.jobs.models import Job
from core.locking import held
from questions.actions.saving import Facts, add_question, delete_question
from questions.errors import InUse
from questions.formats.drafts import Entry
from questions.models import Chapter, Difficulty, Origin, Question, QuestionStatus, Subject
from quizzes.actions.authoring import make_quiz, note_edit
from quizzes.actions.listing import add_questions
from quizzes.errors import NoLongerListed, NotReplaceable, QuotaUsedUp
from quizzes.events import QuizGenerated
from quizzes.files import SOURCE
from quizzes.generators.languages import LANGUAGES
from quizzes.generators.port import MADE_TYPES, USUAL_TYPES
from quizzes.generators.serving import generator_for
from quizzes.models import (
    GeneratedQuestion,
    Generation,
    GenerationState,
    GenerationType,
    Quiz,
    QuizQuestion,
    QuizStatus,
)
from quizzes.models.quizzes import TITLE_LENGTH

KIND = "quizzes.generate"
MOST_QUESTIONS = 50
LONGEST_PROMPT = 10_000
LONGEST_SOURCE = 200_000
SHORTEST_SOURCE = 200
EQUAL_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Found:
    """A sound question that a generator made, with what a second look at it said."""

    entry: Entry
    span: str = ""
    resembled: int | None = None
    was_repaired: bool = False
    second_opinion: Any = None
    agrees: bool | None = None


def ask_generation(
    *,
    title: str,
    type_: str,
    by: User,
    at: datetime,
    seed: int,
    prompt: str = "",
    count: int = 10,
    difficulty: str = "",
    types: Sequence[str] = (),
    subject: Subject | None = None,
    chapter: Chapter | None = None,
    language: str = "en",
    source_text: str = "",
    upload: File[Any] | None = None,
    again: bool = False,
) -> tuple[Generation, Job]:
    """A draft with this title, and the job that fills it.

    An equal wish of the same person within a day is served from what came of it, unless `again`.
    """
    wish = {
        "prompt": prompt.strip(),
        "count": count,
        "difficulty": difficulty,
        "types": list(dict.fromkeys(types or USUAL_TYPES)),
        "subject": subject.pk if subject else chapter.subject_id if chapter else None,
        "chapter": chapter.pk if chapter else None,
        "language": language,
    }
    problems = problems_of(title, type_, wish, source_text=source_text, upload=upload)
    if chapter is not None and subject is not None and chapter.subject_id != subject.pk:
        problems["chapter"] = [_("This chapter is of another subject.")]
    if problems:
        raise Invalid(None, **problems)
    generator = generator_for(type_)
    with transaction.atomic():
        file = None
        if upload is not None and type_ == GenerationType.FILE:
            file = store_file(
                content=upload, name=upload.name or "", purpose=SOURCE, owner=by, at=at
            )
        text = source_text.strip() if type_ == GenerationType.SOURCE_TEXT else ""
        generation = Generation(
            owner=by,
            type=type_,
            wish=wish,
            source_text=text,
            source_file=file,
            seed=seed,
            digest=_digest(type_, wish, text, file, generator.name, generator.model),
            provider=generator.name,
            model=generator.model,
            asked_count=count,
            created_at=at,
        )
        generation.is_from_cache = not again and equal_to(generation, at=at) is not None
        _demand_quota(generation, at=at)
        generation.quiz = make_quiz(title=title, by=by, at=at)
        return _begin(generation, at=at)


@transaction.atomic
def ask_once_more(
    generation: Generation, *, by: User, at: datetime, seed: int
) -> tuple[Generation, Job]:
    """The same wish for the same draft, after it failed or was cancelled."""
    quiz = held(Quiz.objects, generation.quiz_id)
    is_over = generation.state in {GenerationState.FAILED, GenerationState.CANCELLED}
    is_running = quiz.generations.filter(state=GenerationState.RUNNING).exists()
    if not is_over or is_running or quiz.status != QuizStatus.DRAFT:
        raise Conflict(_("This is under way already, or done."))
    fresh = _like(
        generation,
        quiz=quiz,
        replaces=generation.replaces,
        wish=generation.wish,
        digest=generation.digest,
        by=by,
        at=at,
        seed=seed,
    )
    _demand_quota(fresh, at=at)
    return _begin(fresh, at=at)


@transaction.atomic
def ask_replacement(
    quiz: Quiz, *, question: int, by: User, at: datetime, seed: int
) -> tuple[Generation, Job]:
    """Another question of the same source in the place of this one, of its type if there is one.

    Only for those who see that source: what comes of it is theirs, and so would its text be.
    """
    quiz = held(Quiz.objects, quiz.pk)
    row = quiz.quiz_questions.select_related("question").filter(question=question).first()
    if row is None:
        raise NoLongerListed
    seen = Generation.objects.visible_to(by)
    items = GeneratedQuestion.objects.filter(question=question, generation__in=seen)
    item = items.select_related("generation").first()
    if quiz.status != QuizStatus.DRAFT or item is None:
        raise NotReplaceable
    running = quiz.generations.filter(state=GenerationState.RUNNING, replaces=question)
    if running.exists():
        raise Conflict(_("Another question is on its way already."))
    first = item.generation
    version = row.question.versions.get(number=row.question.newest)
    wish = {
        **first.wish,
        "count": 1,
        "types": [version.type],
        "spare": sorted({*first.wish["types"], *first.wish.get("spare", ())} - {version.type}),
        "difficulty": version.difficulty,
    }
    generation = _like(
        first,
        quiz=quiz,
        replaces=row.question,
        wish=wish,
        # One of its kind: it is never served from another.
        digest="",
        by=by,
        at=at,
        seed=seed,
    )
    _demand_quota(generation, at=at)
    return _begin(generation, at=at)


def used_today(user: User, *, at: datetime) -> int:
    """How much of a day's quota is gone."""
    mine = Generation.objects.filter(owner=user).counted().since(_midnight(at))
    return int(mine.count())


def equal_to(generation: Generation, *, at: datetime) -> Generation | None:
    """The newest one of the same wish whose questions are all still to be had."""
    if not generation.digest:
        return None
    found = (
        Generation.objects.filter(
            owner=generation.owner,
            digest=generation.digest,
            state=GenerationState.SUCCEEDED,
            is_from_cache=False,
        )
        .since(at - EQUAL_FOR)
        .order_by("-created_at")
        .first()
    )
    if found is None or len(questions_of(found)) < found.saved_count:
        return None
    return found


def questions_of(generation: Generation) -> list[Question]:
    """In the order in which they were made; without those that were deleted or retired since."""
    items = generation.items.select_related("question").order_by("pk")
    return [item.question for item in items if item.question.status != QuestionStatus.RETIRED]


@transaction.atomic
def serve_from(generation: Generation, *, equal: Generation, at: datetime) -> Generation:
    """The questions of an equal wish once more, in a draft of their own."""
    quiz = _draft_of(generation)
    questions = questions_of(equal)
    add_questions(quiz, questions=questions, by=generation.owner, at=at)
    generation.notes = [_("You asked for the same today, so these are the questions of that time.")]
    generation.received_count = generation.checked_count = len(questions)
    return _succeed(generation, saved=len(questions), at=at)


@transaction.atomic
def save_generated(
    generation: Generation, *, found: Sequence[Found], at: datetime, seed: int
) -> Generation:
    """All of them as drafts in the quiz, or none. Where one is to be replaced, in its place."""
    quiz = _draft_of(generation)
    chance = random.Random(seed)  # noqa: S311 (an order, not a secret)
    questions = [_save(generation, each, at=at, seed=chance.getrandbits(63)) for each in found]
    if generation.replaces is not None:
        _put_in_place(quiz, generation.replaces, questions[0], by=generation.owner, at=at)
    else:
        add_questions(quiz, questions=questions, by=generation.owner, at=at)
    return _succeed(generation, saved=len(questions), at=at)


def problems_of(
    title: str,
    type_: str,
    wish: Mapping[str, Any],
    *,
    source_text: str,
    upload: File[Any] | None,
) -> dict[str, list[str]]:
    """What is wrong with a wish, by field."""
    problems: dict[str, list[str]] = {}
    if not title.strip():
        problems["title"] = [_("Give the quiz a title.")]
    elif len(title) > TITLE_LENGTH:
        problems["title"] = [_("Write at most %d characters.") % TITLE_LENGTH]
    if type_ not in GenerationType.values:
        problems["generation_type"] = [_("Choose where the questions come from.")]
    if not 1 <= wish["count"] <= MOST_QUESTIONS:
        problems["num_questions"] = [_("Ask for 1 to %d questions.") % MOST_QUESTIONS]
    if wish["difficulty"] and wish["difficulty"] not in Difficulty.values:
        problems["difficulty"] = [_("Choose one of these.")]
    if not set(wish["types"]) <= set(MADE_TYPES):
        known = ", ".join(MADE_TYPES)
        problems["question_types"] = [_("Only these can be made: %s.") % known]
    if wish["language"] not in LANGUAGES:
        problems["language"] = [_("Choose one of these.")]
    given = problems_of_matter(type_, prompt=wish["prompt"], source_text=source_text, upload=upload)
    return problems | given


def problems_of_matter(
    type_: str, *, prompt: str, source_text: str, upload: File[Any] | None
) -> dict[str, list[str]]:
    """What is wrong with what the questions are to be made from."""
    problems: dict[str, list[str]] = {}
    source = source_text.strip()
    if type_ in {GenerationType.PROMPT, GenerationType.WEB_SEARCH} and not prompt:
        problems["prompt"] = [_("Say what the questions are to be about.")]
    elif len(prompt) > LONGEST_PROMPT:
        problems["prompt"] = [_("Write at most %d characters.") % LONGEST_PROMPT]
    if type_ == GenerationType.SOURCE_TEXT and len(source) < SHORTEST_SOURCE:
        least = _("Paste the text that is to be asked about, %d characters at least.")
        problems["source_text"] = [least % SHORTEST_SOURCE]
    elif len(source) > LONGEST_SOURCE:
        problems["source_text"] = [_("Paste at most %d characters.") % LONGEST_SOURCE]
    if type_ == GenerationType.FILE and upload is None:
        problems["file"] = [_("Choose a file.")]
    return problems


def _like(
    first: Generation,
    *,
    quiz: Quiz,
    replaces: Question | None,
    wish: dict[str, Any],
    digest: str,
    by: User,
    at: datetime,
    seed: int,
) -> Generation:
    """Of the same type and source, by the generator that serves it now."""
    generator = generator_for(first.type)
    return Generation(
        owner=by,
        quiz=quiz,
        replaces=replaces,
        type=first.type,
        wish=wish,
        source_text=first.source_text,
        source_file=first.source_file,
        seed=seed,
        digest=digest,
        provider=generator.name,
        model=generator.model,
        asked_count=wish["count"],
        created_at=at,
    )


def _begin(generation: Generation, *, at: datetime) -> tuple[Generation, Job]:
    generation.save(force_insert=True)
    job = start_job(
        kind=KIND, owner=generation.owner, payload={"generation": str(generation.pk)}, at=at
    )
    generation.job = job.pk
    generation.save(update_fields=["job"])
    return generation, job


def _demand_quota(generation: Generation, *, at: datetime) -> None:
    """Whoever asks twice at once is counted one after the other."""
    if generation.is_from_cache:
        return
    _hold(generation.owner_id)
    if used_today(generation.owner, at=at) >= settings.AI_QUOTA_DAY:
        tomorrow = _midnight(at) + timedelta(days=1)
        raise QuotaUsedUp(
            retry_after=max(1, int((tomorrow - at).total_seconds())), limit=settings.AI_QUOTA_DAY
        )


def _midnight(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _hold(owner: int) -> None:
    held(User.objects, owner, no_key=True)


def _digest(
    type_: str,
    wish: Mapping[str, Any],
    text: str,
    file: StoredFile | None,
    *maker: str,
) -> str:
    said = [type_, wish, text, file.sha256 if file else "", *maker]
    plain = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _draft_of(generation: Generation) -> Quiz:
    quiz = held(Quiz.objects, generation.quiz_id)
    if quiz.status != QuizStatus.DRAFT:
        raise Conflict(_("The quiz was published meanwhile, so nothing is put into it any more."))
    return quiz


def _save(generation: Generation, found: Found, *, at: datetime, seed: int) -> Question:
    entry, file = found.entry, generation.source_file
    question = add_question(
        outline=entry.outline,
        facts=Facts(
            explanation=entry.explanation,
            difficulty=entry.difficulty,
            tags=entry.tags,
            sources=[{"title": file.name}] if file else entry.sources,
        ),
        owner=generation.owner,
        at=at,
        seed=seed,
        subject=Subject.objects.filter(pk=generation.wish["subject"]).first(),
        chapter=Chapter.objects.filter(pk=generation.wish["chapter"]).first(),
        status=QuestionStatus.DRAFT,
        origin=Origin.AI,
    )
    GeneratedQuestion.objects.create(
        generation=generation,
        question=question,
        span=found.span,
        resembled_id=found.resembled,
        was_repaired=found.was_repaired,
        second_opinion=found.second_opinion,
        agrees=found.agrees,
    )
    return question


def _put_in_place(quiz: Quiz, old: Question, new: Question, *, by: User, at: datetime) -> None:
    """Nobody was asked the old one in this draft; where nothing else uses it, it goes."""
    changed = QuizQuestion.objects.filter(quiz=quiz, question=old).update(question=new)
    if not changed:
        raise NoLongerListed
    note_edit(quiz, by=by, at=at)
    left = Question.objects.filter(pk=old.pk, status=QuestionStatus.DRAFT, quiz_questions=None)
    unused = left.first()
    if unused is not None:
        try:
            with transaction.atomic():
                delete_question(unused, by=by, at=at)
        except InUse:
            return


def _succeed(generation: Generation, *, saved: int, at: datetime) -> Generation:
    generation.saved_count = saved
    generation.state, generation.ended_at = GenerationState.SUCCEEDED, at
    generation.save(
        update_fields=[
            *("saved_count", "received_count", "checked_count", "repaired_count"),
            *("dropped_count", "problems", "notes", "state", "ended_at"),
        ]
    )
    made = QuizGenerated(generation=generation.pk, quiz_id=generation.quiz_id, questions=saved)
    record(made, by=generation.owner, at=at)
    return generation
