"""An attempt: its questions while it is open, how it went afterwards; with scripts and without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.entrance import user_in
from accounts.models import User
from accounts.roles import TEACHING
from core.clock import now
from core.errors import DomainError, Missing
from core.files.models import StoredFile
from core.files.uploads import takes_uploads
from core.keys import is_key
from core.policies import can, demand, requires
from questions.answering import raw_answer, written
from questions.kinds import BadResponse, QuestionType
from questions.showing import Reviewed, Shown, asked, field_name, files_of, reviewed
from quizzes.actions.answer_files import keep_answer_file
from quizzes.actions.attempts import save_answers, submit_attempt
from quizzes.errors import AlreadySubmitted
from quizzes.files import ANSWER_FILES
from quizzes.models import Attempt, AttemptQuestion, Feedback
from quizzes.pages.taking_history import history_of
from quizzes.querysets import AttemptQuerySet
from quizzes.standing import has_passed, results_at, standing_of, tells

UNPROCESSABLE = 422
FILES_OF_A_FORM = 5
SAVE, HAND_IN, CHECK = "save", "hand-in", "check-"
NOTHING: Mapping[int, Any] = MappingProxyType({})
REVISION, NEW_FILES = "-revision", "-new"
FLAGGED, WAS_FLAGGED = "flagged", "was-flagged"


@dataclass(frozen=True)
class Line:
    """A question on the page; `shown` has its key only once that may be known."""

    asked: AttemptQuestion
    shown: Shown | Reviewed
    is_told: bool

    @property
    def is_answered(self) -> bool:
        return self.asked.response is not None

    @property
    def is_flagged(self) -> bool:
        """To come back to: there is no more to do about what was checked."""
        return self.asked.is_flagged and not self.is_told

    @property
    def check(self) -> str:
        return f"{CHECK}{self.asked.question_id}"


@takes_uploads(FILES_OF_A_FORM * ANSWER_FILES.max_bytes)
@require_http_methods(["GET", "HEAD", "POST"])
@requires("quizzes.view_attempt")
def attempt(request: HttpRequest, pk: UUID) -> HttpResponse:
    user, shown = user_in(request), _visible(request, pk)
    if request.method == "POST":
        demand(user, "quizzes.answer", shown)
        return _save(request, shown)
    if not shown.is_open:
        return render(request, "quizzes/taking/results.html", _results(user, shown))
    if shown.quiz.has_told(now()) and shown.student_id == user.pk:
        return redirect("attempt_hand_in", pk=shown.pk)
    if can(user, "quizzes.answer", shown):
        return render(request, "quizzes/taking/attempt.html", _taking(shown))
    return render(request, "quizzes/taking/under_way.html", _under_way(user, shown))


@require_safe
@requires("quizzes.answer")
def question(request: HttpRequest, pk: UUID, question_pk: int) -> HttpResponse:
    """One question as it is saved now, for a page that has to show it anew."""
    shown = get_object_or_404(_seen(request), pk=pk)
    demand(user_in(request), "quizzes.answer", shown)
    if not shown.is_open:
        raise AlreadySubmitted(attempt=str(shown.pk))
    rows = shown.questions.filter(question_id=question_pk).select_related("version")
    lines = _lines(shown, rows.prefetch_related("version__choices"))
    if not lines:
        raise Missing
    context = {**_about(shown), "line": lines[0]}
    return render(request, "quizzes/taking/question.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("quizzes.answer")
def hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asks first, with what is not answered yet."""
    shown = _visible(request, pk)
    demand(user_in(request), "quizzes.answer", shown)
    if request.method == "POST":
        submit_attempt(shown, at=now())
    if request.method == "POST" or not shown.is_open:
        return redirect("attempt", pk=shown.pk)
    context = {**_taking(shown), "is_over": shown.quiz.has_told(now())}
    return render(request, "quizzes/taking/hand_in.html", context)


def _seen(request: HttpRequest) -> AttemptQuerySet:
    return Attempt.objects.visible_to(request.user).select_related("student", "quiz__track")


def _visible(request: HttpRequest, pk: UUID) -> Attempt:
    return get_object_or_404(_seen(request).with_questions(), pk=pk)


def _save(request: HttpRequest, shown: Attempt) -> HttpResponse:
    """What the form says. With feedback at once, one answer is checked and the others wait."""
    if not shown.is_open:
        messages.info(request, _("This attempt is handed in. Here is how it went."))
        return redirect("attempt", pk=shown.pk)
    do = request.POST.get("do", SAVE)
    data, not_kept = _with_new_files(request, shown)
    answers = _answers(shown, data, do)
    try:
        saved = save_answers(
            shown, answers=answers, revisions=_revisions(data), flags=_flags(data), at=now()
        )
    except AlreadySubmitted:
        messages.info(request, _("This attempt is handed in. Here is how it went."))
        return redirect("attempt", pk=shown.pk)
    shown = _visible(request, shown.pk)
    _tell_of_stale(request, shown, saved.stale)
    refused = {**saved.refused, **not_kept}
    if refused or not _moves_on(shown, do):
        errors = {question: _words_of(error) for question, error in refused.items()}
        unsaved = {
            each.question_id: written(each.version.material, data, question=each.question_id)
            for each in shown.questions.all()
            if each.question_id not in saved.kept | saved.stale
        }
        page = render(
            request, "quizzes/taking/attempt.html", _taking(shown, unsaved=unsaved, errors=errors)
        )
        page.status_code = UNPROCESSABLE if errors else HTTPStatus.OK
        return page
    if do == HAND_IN:
        return redirect("attempt_hand_in", pk=shown.pk)
    messages.success(request, _("Saved. You can go on here, or later, on any device."))
    return redirect("attempt", pk=shown.pk)


def _moves_on(shown: Attempt, do: str) -> bool:
    """With feedback at once only what is checked is kept, until all of it is handed in."""
    return do == HAND_IN or (shown.quiz.feedback != Feedback.AT_ONCE and not do.startswith(CHECK))


def _answers(shown: Attempt, data: QueryDict, do: str) -> dict[int, object]:
    answers: dict[int, object] = {}
    for each in shown.questions.all():
        is_asked = _moves_on(shown, do) or do == f"{CHECK}{each.question_id}"
        if each.locked_at is not None or not is_asked:
            continue
        try:
            raw = raw_answer(each.version.material, data, question=each.question_id)
        except BadResponse as error:
            raw = error
        answers[each.question_id] = raw
    return answers


def _revisions(data: QueryDict) -> dict[int, int]:
    """Which revision of each answer the page knew; a page that does not say it knows the newest."""
    known = {
        name.removesuffix(REVISION)[1:]: said
        for name, said in data.items()
        if name.endswith(REVISION)
    }
    return {
        int(name): int(str(said))
        for name, said in known.items()
        if is_key(name) and is_key(str(said))
    }


def _flags(data: QueryDict) -> dict[int, bool]:
    """Those that are not as the page knew them: what another device has flagged since stays."""
    said, known = ({*filter(is_key, data.getlist(name))} for name in (FLAGGED, WAS_FLAGGED))
    return {int(name): name in said for name in said ^ known}


def _with_new_files(
    request: HttpRequest, shown: Attempt
) -> tuple[QueryDict, dict[int, DomainError]]:
    """Without scripts files come with the form: they are kept, and their ids join the answer.

    For a file that cannot be kept no other answer of the form is lost.
    """
    data, refused = request.POST.copy(), dict[int, DomainError]()
    for each in shown.questions.all():
        name = field_name(each.question_id)
        for upload in request.FILES.getlist(name + NEW_FILES):
            try:
                file = keep_answer_file(shown, content=upload, name=upload.name or "", at=now())
            except DomainError as error:
                refused[each.question_id] = error
            else:
                data.appendlist(name, str(file.pk))
    return data, refused


def _tell_of_stale(request: HttpRequest, shown: Attempt, stale: frozenset[int]) -> None:
    if not stale:
        return
    numbers = [str(each.position) for each in shown.questions.all() if each.question_id in stale]
    words = ngettext(
        "You answered question %(numbers)s elsewhere meanwhile. The newer answer stands.",
        "You answered questions %(numbers)s elsewhere meanwhile. The newer answers stand.",
        len(numbers),
    )
    messages.warning(request, words % {"numbers": ", ".join(numbers)})


def _words_of(error: DomainError) -> str:
    said = error.details.get("response") or error.details.get("file")
    return str(said[0]) if said else str(error.message)


def _about(shown: Attempt) -> dict[str, Any]:
    quiz = shown.quiz
    return {
        "attempt": shown,
        "quiz": quiz,
        "is_checked_at_once": quiz.feedback == Feedback.AT_ONCE,
    }


def _taking(
    shown: Attempt,
    *,
    unsaved: Mapping[int, Any] = NOTHING,
    errors: Mapping[int, str] = NOTHING,
) -> dict[str, Any]:
    lines = _lines(shown, shown.questions.all(), unsaved=unsaved, errors=errors)
    return {
        **_about(shown),
        "lines": lines,
        "unanswered": [each for each in lines if not each.is_answered],
        "flagged": [each for each in lines if each.is_flagged],
        "answered_count": sum(each.is_answered for each in lines),
        "errors": [each for each in lines if each.shown.error],
        "has_saved": any(each.asked.saved_at for each in lines),
        "minutes_gone": int((now() - shown.started_at).total_seconds() // 60),
        "results_at": results_at(shown.quiz),
    }


def _lines(
    shown: Attempt,
    questions: Iterable[AttemptQuestion],
    *,
    unsaved: Mapping[int, Any] = NOTHING,
    errors: Mapping[int, str] = NOTHING,
) -> list[Line]:
    questions = list(questions)
    of_files = [each for each in questions if each.version.type == QuestionType.FILE_UPLOAD]
    files = files_of(unsaved.get(each.question_id, each.response) for each in of_files)
    sends_to = reverse("attempt-files", args=[shown.pk])
    return [
        Line(
            each,
            _told(each, files)
            if each.locked_at is not None
            else asked(
                each.version,
                deal=each.dealt,
                response=unsaved.get(each.question_id, each.response),
                marks=each.marks,
                position=each.position,
                files=files,
                sends_to=sends_to,
                error=errors.get(each.question_id, ""),
            ),
            is_told=each.locked_at is not None,
        )
        for each in questions
    ]


def _told(
    each: AttemptQuestion, files: Mapping[str, StoredFile], *, is_own: bool = True
) -> Reviewed:
    return reviewed(
        each.version,
        deal=each.dealt,
        response=each.response,
        score=each.score,
        marks=each.marks,
        position=each.position,
        files=files,
        is_for_graders=not is_own,
        is_own=is_own,
    )


def _under_way(user: User, shown: Attempt) -> dict[str, Any]:
    questions = list(shown.questions.all())
    return {
        **_about(shown),
        "answered_count": sum(each.response is not None for each in questions),
        "questions_count": len(questions),
        "trail": _trail(user, shown),
    }


def _results(user: User, shown: Attempt) -> dict[str, Any]:
    """For its student what may be told by now; for those who teach all of it."""
    at, quiz = now(), shown.quiz
    is_own = shown.student_id == user.pk
    is_told = tells(shown, quiz=quiz, at=at) or (not is_own and user.role in TEACHING)
    questions = list(shown.questions.all())
    of_files = [each for each in questions if each.version.type == QuestionType.FILE_UPLOAD]
    files = files_of(each.response for each in of_files)
    standing = standing_of(quiz, student=shown.student, at=at)
    lines = [
        Line(each, _told(each, files, is_own=is_own), is_told=True)
        for each in questions
        if is_told or each.locked_at is not None
    ]
    return {
        **_about(shown),
        "is_own": is_own,
        "is_told": is_told,
        "lines": lines,
        "has_passed": is_told and has_passed(shown, quiz),
        "answered_count": sum(each.response is not None for each in questions),
        "questions_count": len(questions),
        "results_at": results_at(quiz),
        "standing": standing,
        "history": history_of(standing),
        "may_take": is_own and can(user, "quizzes.take", quiz),
        "trail": _trail(user, shown),
    }


def _trail(user: User, shown: Attempt) -> list[tuple[str, str]]:
    """A quiz that is no longer published is no place for a student to go back to."""
    trail = [(_("Quizzes"), reverse("quizzes"))]
    if can(user, "quizzes.view", shown.quiz):
        trail.append((shown.quiz.title, reverse("quiz", args=[shown.quiz_id])))
    return trail
