"""The one page on which a quiz is written, however one comes to it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.entrance import user_in
from core.clock import now
from core.keys import is_key
from core.policies import can, demand
from questions.forms.places import subjects_to_choose
from questions.models import Subject
from quizzes.actions.authoring import facts_digest, hindrances_of, list_digest
from quizzes.authoring import ListedRule, found_questions, listed_questions, listed_rules
from quizzes.authoring_forms import (
    DrawRuleForm,
    EditorForm,
    FindQuestionsForm,
    PasteForm,
    QuizForm,
)
from quizzes.generating import unsettled_in
from quizzes.models import AttemptStatus, Quiz, QuizStatus
from quizzes.pages.listed import removed_by

EDIT = "quizzes.edit"
_UNDER_WAY = Q(status=AttemptStatus.IN_PROGRESS)


def visible_quiz(request: HttpRequest, pk: int) -> Quiz:
    rows = Quiz.objects.visible_to(user_in(request))
    rows = rows.select_related("author", "edited_by", "track", "project__track")
    found: Quiz = get_object_or_404(rows, pk=pk)
    return found


def edited_quiz(request: HttpRequest, pk: int) -> Quiz:
    quiz = visible_quiz(request, pk)
    demand(request.user, EDIT, quiz)
    return quiz


def editor_page(
    request: HttpRequest,
    quiz: Quiz,
    *,
    form: QuizForm | None = None,
    rule_form: DrawRuleForm | None = None,
    change_form: DrawRuleForm | None = None,
    changing: int | None = None,
    editor_form: EditorForm | None = None,
    conflict: str = "",
    order_error: str = "",
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    """Forms that came back with errors stand in it as they were typed.

    `conflict` names the part that somebody else has changed meanwhile, `changing` the rule whose
    form stands in its place; without one it is the `rule` of the address.
    """
    user, at = user_in(request), now()
    subjects = subjects_to_choose()
    find = FindQuestionsForm(request.GET, subjects=subjects)
    found, has_more = found_questions(find, quiz=quiz, user=user)
    listed = listed_questions(quiz, user=user)
    rules = listed_rules(quiz)
    if changing is None and is_key(request.GET.get("rule", "")):
        changing = int(request.GET["rule"])
    context = {
        "quiz": quiz,
        "form": form or QuizForm(quiz=quiz, base=facts_digest(quiz)),
        "listed": listed,
        "list_base": list_digest(quiz),
        "waiting": unsettled_in(quiz, user=user),
        "total": sum((each.marks for each in listed), Decimal(0)),
        "rules": rules,
        "changing": changing,
        "change_form": change_form or _change_form(rules, changing, subjects),
        "has_short_rules": any(each.is_short for each in rules),
        "drawn": sum(each.rule.count for each in rules),
        "rule_form": rule_form or DrawRuleForm(subjects=subjects),
        "paste_form": PasteForm(subjects=subjects),
        "find_form": find,
        "found": found,
        "has_more": has_more,
        "is_narrowed": any(request.GET.get(name) for name in find.fields),
        "editors": quiz.editors.order_by("name", "pk"),
        "editor_form": editor_form or EditorForm(),
        "hindrances": hindrances_of(quiz, at=at) if quiz.status != QuizStatus.PUBLISHED else [],
        **quiz.attempts.aggregate(taken=Count("pk"), under_way=Count("pk", filter=_UNDER_WAY)),
        "may_delete": can(user, "quizzes.delete", quiz),
        "removed": removed_by(request.GET.get("removed", ""), quiz),
        "conflict": conflict,
        "order_error": order_error,
        "trail": [(_("Quizzes"), reverse("quizzes"))],
        **more,
    }
    return render(request, "quizzes/authoring/edit.html", context, status=status)


def _change_form(
    rules: Sequence[ListedRule], changing: int | None, subjects: Sequence[Subject]
) -> DrawRuleForm | None:
    rule = next((each.rule for each in rules if each.rule.pk == changing), None)
    return DrawRuleForm(subjects=subjects, rule=rule) if rule is not None else None
