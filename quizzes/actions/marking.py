"""Looking at answers that no machine can weigh, and giving them points."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record_audit
from accounts.models import User
from core.callers import Caller
from core.errors import Conflict, Invalid
from core.events.actions import record
from core.locking import held
from questions.actions.outcomes import Outcome, record_outcomes, replace_share
from questions.kinds import kind_of
from quizzes.actions.attempts import sum_up
from quizzes.errors import MarkedMeanwhile
from quizzes.events import AnswerMarked
from quizzes.models import Attempt, AttemptQuestion

FEEDBACK_LENGTH = 5_000


@transaction.atomic
def mark_answer(
    answer: AttemptQuestion,
    *,
    score: Decimal,
    feedback: str,
    by: User,
    at: datetime,
    based_on: datetime | None = None,
    caller: Caller | None = None,
) -> AttemptQuestion:
    """Points for an answer, and with them the score of its attempt.

    `based_on` says when what the marker saw was marked, None if it was not: whoever saw another
    state is told, with both marks.
    """
    attempt = held(Attempt.objects, answer.attempt_id)
    answer = AttemptQuestion.objects.select_related("version").get(pk=answer.pk)
    if attempt.is_open:
        raise Conflict(_("This attempt is still under way. It can be marked once it has ended."))
    if not kind_of(answer.version.type).is_graded_by_hand:
        raise Conflict(_("This answer was weighed by its key. Only what has none is marked."))
    _demand_sound(score, feedback, answer)
    if answer.marked_at != based_on:
        raise MarkedMeanwhile(
            score=str(answer.score), feedback=answer.feedback, marked_at=answer.marked_at
        )
    is_first, before = answer.marked_at is None, answer.score
    answer.score, answer.is_correct = score, score == answer.marks
    answer.feedback, answer.marked_by, answer.marked_at = feedback.strip(), by, at
    if is_first:
        _count_outcome(attempt, answer)
    elif answer.counted_rest is not None and before is not None:
        replace_share(
            answer.version_id,
            was=_share(before, answer),
            now=_share(score, answer),
            rest=answer.counted_rest,
        )
    answer.save(
        update_fields=[
            *("score", "is_correct", "feedback", "marked_by", "marked_at", "counted_rest"),
        ]
    )
    sum_up(attempt, list(attempt.questions.values_list("score", flat=True)))
    attempt.save(update_fields=["score", "pending_count"])
    said = AnswerMarked(
        attempt=attempt.pk,
        quiz_id=attempt.quiz_id,
        student_id=attempt.student_id,
        question_id=answer.question_id,
        score=str(score),
        marks=str(answer.marks),
        pending_count=attempt.pending_count,
        is_first=is_first,
    )
    record(said, by=by, at=at)
    points = {"before": None if before is None else str(before), "score": str(score)}
    record_audit(
        "quizzes.answer_marked",
        by=by,
        at=at,
        target=attempt,
        data={"question": answer.question_id, **points, "marks": str(answer.marks)},
        caller=caller,
    )
    return answer


def _demand_sound(score: Decimal, feedback: str, answer: AttemptQuestion) -> None:
    problems = {}
    if not score.is_finite() or not 0 <= score <= answer.marks or score != round(score, 2):
        most = {"most": f"{answer.marks.normalize():f}"}
        problems["score"] = [_("Give 0 to %(most)s, with two decimals at most.") % most]
    if len(feedback) > FEEDBACK_LENGTH:
        problems["feedback"] = [_("Write at most %(n)d characters.") % {"n": FEEDBACK_LENGTH}]
    if problems:
        raise Invalid(None, **problems)


def _count_outcome(attempt: Attempt, answer: AttemptQuestion) -> None:
    """How the answer fared, against all others of the attempt that have points by now.

    What they came to is kept: whoever gives other points later changes the share alone.
    """
    others = attempt.questions.exclude(pk=answer.pk).filter(score__isnull=False)
    rows = list(others.values_list("score", "marks"))
    total = sum((marks for _score, marks in rows), Decimal(0))
    if answer.response is None or not total:
        return
    won = sum((score or Decimal(0) for score, _marks in rows), Decimal(0))
    share = _share(answer.score or Decimal(0), answer)
    answer.counted_rest = float(won / total)
    record_outcomes([Outcome(answer.version_id, share, answer.counted_rest, answer.seconds)])


def _share(score: Decimal, answer: AttemptQuestion) -> float:
    return float(score / answer.marks)
