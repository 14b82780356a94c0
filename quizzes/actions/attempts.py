"""Taking a quiz: beginning, answering, handing in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import DomainError, Missing
from core.events.actions import record
from core.files.models import StoredFile
from core.locking import held
from questions.actions.outcomes import Outcome, record_outcomes
from questions.kinds import BadResponse, QuestionType, kind_of
from questions.models import QuestionVersion
from quizzes.actions.dealing import Dealt, dealt_questions
from quizzes.entry import why_none_left, why_not_on_track, why_not_open
from quizzes.errors import (
    AlreadySubmitted,
    AnswerLocked,
    NothingToAsk,
    UnusableAnswer,
)
from quizzes.events import AttemptStarted, AttemptSubmitted
from quizzes.files import ANSWER
from quizzes.models import (
    Attempt,
    AttemptQuestion,
    AttemptStatus,
    Feedback,
    Quiz,
)
from quizzes.rules import score_of
from quizzes.standing import tracks_on

KEPT = ("response", "revision", "saved_at", "locked_at", "score", "is_correct")
NO_FLAGS: Mapping[int, bool] = MappingProxyType({})


@dataclass(frozen=True)
class Saved:
    """What became of an answer. `is_stale`: a newer one was there, which stays."""

    asked: AttemptQuestion
    saved_at: datetime
    is_stale: bool = False


@dataclass(frozen=True)
class SavedAnswers:
    """What became of many, by question: which were kept, which came too late, what was refused."""

    kept: frozenset[int]
    stale: frozenset[int]
    refused: Mapping[int, DomainError]


def start_attempt(quiz: Quiz, *, by: User, at: datetime, seed: int) -> tuple[Attempt, bool]:
    """The open attempt, or a new one; says whether it is new. Two at once get the same."""
    try:
        return _start(quiz, by=by, at=at, seed=seed)
    except IntegrityError:
        # Another one began, or something that this one asks went in that moment.
        if not Quiz.objects.filter(pk=quiz.pk).exists():
            raise Missing from None
        return _start(quiz, by=by, at=at, seed=seed)


def save_answer(
    attempt: Attempt,
    *,
    question: int,
    raw: object,
    at: datetime,
    revision: int | None = None,
    seconds: int | None = None,
    is_flagged: bool | None = None,
) -> Saved:
    """Keep an answer. One of an older revision than what is kept does not, and is told so.

    Without a revision the newest arrival wins; so does a flag, also beside an answer that is older.
    """
    end_overtaken(attempt, at=at)
    return _save(
        attempt,
        question=question,
        raw=raw,
        at=at,
        revision=revision,
        seconds=seconds,
        is_flagged=is_flagged,
    )


def flag_question(attempt: Attempt, *, question: int, is_flagged: bool, at: datetime) -> Saved:
    """Keep a student's own flag. The answer and its revision stay as they are."""
    end_overtaken(attempt, at=at)
    return _flag(attempt, question=question, is_flagged=is_flagged, at=at)


def save_answers(
    attempt: Attempt,
    *,
    answers: Mapping[int, object],
    revisions: Mapping[int, int],
    at: datetime,
    flags: Mapping[int, bool] = NO_FLAGS,
) -> SavedAnswers:
    """Keep what a whole form says, by question; `revisions` are those that its page knew.

    What did not change is not written, and each answer stands for itself: one that is refused, or
    older than what another device has saved since, keeps no other from being saved. A question
    whose answer is a BadResponse is refused by its words. `flags` are those that somebody changed.
    """
    end_overtaken(attempt, at=at)
    return _save_all(attempt, answers=answers, revisions=revisions, at=at, flags=flags)


@transaction.atomic
def submit_attempt(attempt: Attempt, *, at: datetime, is_abandoned: bool = False) -> Attempt:
    """Grade everything, once: whoever comes second gets what the first one got."""
    attempt = _locked(attempt)
    if not attempt.is_open:
        return attempt
    asked = list(attempt.questions.select_related("version").prefetch_related("version__choices"))
    for each in asked:
        grade_answer(each)
    AttemptQuestion.objects.bulk_update(asked, ["score", "is_correct"])
    attempt.status = AttemptStatus.ABANDONED if is_abandoned else AttemptStatus.SUBMITTED
    attempt.ended_at = at
    sum_up(attempt, [each.score for each in asked])
    attempt.save(update_fields=["status", "ended_at", "score", "pending_count"])
    record_outcomes(outcomes_of(asked))
    submitted = AttemptSubmitted(
        attempt=attempt.pk,
        quiz_id=attempt.quiz_id,
        student_id=attempt.student_id,
        score=str(attempt.score),
        max_score=str(attempt.max_score),
        is_abandoned=is_abandoned,
    )
    record(submitted, by=None, at=at)
    return attempt


def end_overtaken(attempt: Attempt, *, at: datetime) -> bool:
    """Hands in what was under way when its quiz closed and told what is right; as it was then."""
    is_overtaken = attempt.is_open and attempt.quiz.has_told(at)
    if is_overtaken:
        submit_attempt(attempt, at=at)
    return is_overtaken


def demand_open(quiz: Quiz, *, by: User, at: datetime) -> None:
    """Raises why this person may not begin now. Those who teach may look at any published quiz."""
    refusal = why_not_open(quiz, at=at)
    if refusal is None and quiz.track_id is not None:
        refusal = why_not_on_track(quiz, on=tracks_on(by, at=at))
    if refusal is not None:
        raise refusal


def parsed(version: QuestionVersion, raw: object, *, student: int) -> Any:
    """An answer in the form in which it is kept; raises UnusableAnswer with the reason."""
    own = _files_of_student(version.type == QuestionType.FILE_UPLOAD and raw, student=student)
    return _sound(version, raw, own_files=own)


@transaction.atomic
def _start(quiz: Quiz, *, by: User, at: datetime, seed: int) -> tuple[Attempt, bool]:
    known = Attempt.objects.open().filter(quiz=quiz, student=by).first()
    if known is not None:
        return known, False
    demand_open(quiz, by=by, at=at)
    before = Attempt.objects.filter(quiz=quiz, student=by).count()
    refusal = why_none_left(quiz, used=before)
    if refusal is not None:
        raise refusal
    dealt = dealt_questions(quiz, seed=seed)
    if not dealt:
        raise NothingToAsk
    attempt = Attempt.objects.create(
        quiz=quiz,
        student=by,
        number=before + 1,
        seed=seed,
        started_at=at,
        saved_at=at,
        max_score=sum((each.marks for each in dealt), Decimal(0)),
    )
    AttemptQuestion.objects.bulk_create(asked_of(attempt, dealt))
    started = AttemptStarted(attempt=attempt.pk, quiz_id=quiz.pk, student_id=by.pk)
    record(started, by=by, at=at)
    return attempt, True


@transaction.atomic
def _save(
    attempt: Attempt,
    *,
    question: int,
    raw: object,
    at: datetime,
    revision: int | None,
    seconds: int | None,
    is_flagged: bool | None,
) -> Saved:
    attempt = _locked(attempt)
    asked = (
        attempt.questions.select_related("version")
        .prefetch_related("version__choices")
        .filter(question_id=question)
        .first()
    )
    if asked is None:
        raise Missing
    _demand_under_way(attempt, at=at)
    response = parsed(asked.version, raw, student=attempt.student_id)
    if revision is not None and revision <= asked.revision:
        if is_flagged is not None:
            _keep_flag(asked, is_flagged)
        return Saved(asked, asked.saved_at or at, is_stale=asked.response != response)
    if asked.locked_at is not None:
        raise AnswerLocked(question=question)
    _keep(asked, response, attempt=attempt, revision=revision, at=at)
    asked.seconds = seconds if seconds is not None else asked.seconds
    asked.is_flagged = is_flagged if is_flagged is not None else asked.is_flagged
    asked.save(update_fields=[*KEPT, "seconds", "is_flagged"])
    Attempt.objects.filter(pk=attempt.pk).update(saved_at=at)
    return Saved(asked, at)


@transaction.atomic
def _flag(attempt: Attempt, *, question: int, is_flagged: bool, at: datetime) -> Saved:
    attempt = _locked(attempt)
    asked = attempt.questions.filter(question_id=question).first()
    if asked is None:
        raise Missing
    _demand_under_way(attempt, at=at)
    _keep_flag(asked, is_flagged)
    Attempt.objects.filter(pk=attempt.pk).update(saved_at=at)
    return Saved(asked, at)


@transaction.atomic
def _save_all(
    attempt: Attempt,
    *,
    answers: Mapping[int, object],
    revisions: Mapping[int, int],
    at: datetime,
    flags: Mapping[int, bool],
) -> SavedAnswers:
    attempt = _locked(attempt)
    _demand_under_way(attempt, at=at)
    shown = {
        each.question_id: each
        for each in attempt.questions.select_related("version")
        .prefetch_related("version__choices")
        .filter(question_id__in={*answers, *flags})
    }
    asked = {question: each for question, each in shown.items() if question in answers}
    own = _own_files(asked.values(), answers, student=attempt.student_id)
    kept: list[AttemptQuestion] = []
    stale: set[int] = set()
    refused: dict[int, DomainError] = {}
    for question, each in asked.items():
        try:
            response = _sound(each.version, answers[question], own_files=own)
        except UnusableAnswer as error:
            refused[question] = error
            continue
        if response == each.response or each.locked_at is not None:
            continue
        if revisions.get(question, each.revision) < each.revision:
            stale.add(question)
            continue
        _keep(each, response, attempt=attempt, revision=None, at=at)
        kept.append(each)
    changed = list({each.pk: each for each in (*kept, *_flagged(shown.values(), flags))}.values())
    AttemptQuestion.objects.bulk_update(changed, [*KEPT, "is_flagged"])
    if changed:
        Attempt.objects.filter(pk=attempt.pk).update(saved_at=at)
    return SavedAnswers(frozenset(each.question_id for each in kept), frozenset(stale), refused)


def _locked(attempt: Attempt) -> Attempt:
    return held(Attempt.objects.select_related("quiz"), attempt.pk)


def _demand_under_way(attempt: Attempt, *, at: datetime) -> None:
    if not attempt.is_open or attempt.quiz.has_told(at):
        raise AlreadySubmitted(attempt=str(attempt.pk))


def _sound(version: QuestionVersion, raw: object, *, own_files: Collection[str]) -> Any:
    try:
        if isinstance(raw, BadResponse):
            raise raw
        response = kind_of(version.type).parse(version.material, raw)
    except BadResponse as error:
        raise UnusableAnswer(None, response=[str(error)]) from None
    if version.type == QuestionType.FILE_UPLOAD and not set(response or ()) <= set(own_files):
        raise UnusableAnswer(None, response=[_("One of these files is not there.")])
    return response


def _own_files(
    asked: Iterable[AttemptQuestion], answers: Mapping[int, object], *, student: int
) -> set[str]:
    """Those of this student among the files that a form names, in one query for all of them."""
    named: list[object] = []
    for each in asked:
        raw = answers[each.question_id]
        if each.version.type == QuestionType.FILE_UPLOAD and isinstance(raw, list):
            named += raw
    return _files_of_student(named, student=student)


def _files_of_student(named: object, *, student: int) -> set[str]:
    ids = {found for each in named if (found := _file_id(each))} if isinstance(named, list) else ()
    if not ids:
        return set()
    own = StoredFile.objects.filter(pk__in=ids, owner=student, purpose=ANSWER)
    return {str(pk) for pk in own.values_list("pk", flat=True)}


def _file_id(named: object) -> UUID | None:
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None


def _keep(
    asked: AttemptQuestion,
    response: Any,
    *,
    attempt: Attempt,
    revision: int | None,
    at: datetime,
) -> None:
    """As the facts `KEPT`, which are then written."""
    asked.response = response
    asked.revision = asked.revision + 1 if revision is None else revision
    asked.saved_at = at
    if attempt.quiz.feedback == Feedback.AT_ONCE and response is not None:
        asked.locked_at = at
        grade_answer(asked)


def _keep_flag(asked: AttemptQuestion, is_flagged: bool) -> None:
    asked.is_flagged = is_flagged
    asked.save(update_fields=["is_flagged"])


def _flagged(
    asked: Iterable[AttemptQuestion], flags: Mapping[int, bool]
) -> Iterator[AttemptQuestion]:
    """Those whose flag is another one now, which is then written."""
    for each in asked:
        said = flags.get(each.question_id, each.is_flagged)
        if said != each.is_flagged:
            each.is_flagged = said
            yield each


def asked_of(attempt: Attempt, dealt: Sequence[Dealt]) -> list[AttemptQuestion]:
    """What was dealt, in its order, as rows that are to be written."""
    return [
        AttemptQuestion(
            attempt=attempt,
            version=each.version,
            question_id=each.version.question_id,
            position=position,
            marks=each.marks,
            deal=asdict(each.deal),
        )
        for position, each in enumerate(dealt, start=1)
    ]


def sum_up(attempt: Attempt, scores: Sequence[Decimal | None]) -> None:
    """What has no score yet waits for a person. Whoever calls saves the attempt."""
    attempt.score = sum((each for each in scores if each is not None), Decimal(0))
    attempt.pending_count = sum(each is None for each in scores)


def grade_answer(asked: AttemptQuestion) -> None:
    grade = kind_of(asked.version.type).grade(asked.version.material, asked.response)
    asked.score, asked.is_correct = score_of(grade, asked.marks), grade.is_correct


def outcomes_of(asked: Sequence[AttemptQuestion]) -> list[Outcome]:
    """Of what was answered and graded: what nobody answered says nothing of the question."""
    graded = [each for each in asked if each.score is not None]
    total = sum((each.marks for each in graded), Decimal(0))
    won = sum((each.score or Decimal(0) for each in graded), Decimal(0))
    return [
        Outcome(
            version=each.version_id,
            share=float((each.score or Decimal(0)) / each.marks),
            rest=float((won - (each.score or Decimal(0))) / (total - each.marks)),
            seconds=each.seconds,
            choices=_chosen(each),
        )
        for each in graded
        if each.response is not None and total > each.marks
    ]


def _chosen(asked: AttemptQuestion) -> Sequence[int]:
    """Where an answer is a choice, and not an order of all of them."""
    counted = {QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE}
    return (asked.response or ()) if asked.version.type in counted else ()
