"""What the editor and the page of drafts share: the list as a page sends it, undoing a removal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.entrance import user_in
from core.clock import now
from core.errors import Conflict
from questions.models import Question
from quizzes.actions.authoring import Asked
from quizzes.actions.listing import put_back
from quizzes.errors import EditedMeanwhile
from quizzes.models import Quiz, QuizQuestion

PUT_BACK = "quizzes.put_back"


@dataclass(frozen=True)
class Removed:
    """A question that was taken out, and the ticket that puts it back as it was."""

    question: Question
    place: int
    marks: Decimal | None
    ticket: str


def ticket_of(quiz: Quiz, *, question: int, place: int, marks: Decimal | None) -> str:
    """Signed: one puts back what one took out, and not any question whose key one guesses."""
    kept = None if marks is None else str(marks)
    return signing.dumps([quiz.pk, question, place, kept], salt=PUT_BACK)


def removed_by(ticket: str, quiz: Quiz) -> Removed | None:
    """As long as it has not come back."""
    try:
        of, key, place, marks = signing.loads(ticket, salt=PUT_BACK)
    except signing.BadSignature:
        return None
    found = Question.objects.with_newest().filter(pk=key).exclude(quiz_questions__quiz=quiz).first()
    if of != quiz.pk or found is None:
        return None
    return Removed(found, place, None if marks is None else Decimal(marks), ticket)


def put_back_by_ticket(request: HttpRequest, quiz: Quiz) -> Question:
    """Undoes taking one out."""
    removed = removed_by(request.POST.get("ticket", ""), quiz)
    if removed is None:
        raise Conflict(_("There is nothing to put back: it is in the quiz already, or gone."))
    put_back(
        quiz,
        question=removed.question,
        place=removed.place,
        marks=removed.marks,
        by=user_in(request),
        at=now(),
    )
    return removed.question


def listed_by(
    request: HttpRequest, quiz: Quiz, *, marks: Callable[[QuizQuestion], Decimal | None]
) -> list[Asked]:
    """In the order of the page, and with one moved if a button says so.

    It speaks of all that are in the quiz, and of nothing else.
    """
    keys = request.POST.getlist("question")
    there = {str(row.question_id): row for row in quiz.quiz_questions.select_related("question")}
    if len(keys) != len(set(keys)) or set(keys) != set(there):
        raise EditedMeanwhile
    asked = [Asked(there[key].question, marks(there[key])) for key in keys]
    return _moved(_moved(asked, request.POST.get("up", ""), -1), request.POST.get("down", ""), +1)


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _moved(asked: Sequence[Asked], key: str, by: int) -> list[Asked]:
    ordered = list(asked)
    for place, each in enumerate(ordered):
        if str(each.question.pk) == key and 0 <= place + by < len(ordered):
            ordered[place], ordered[place + by] = ordered[place + by], each
            break
    return ordered
