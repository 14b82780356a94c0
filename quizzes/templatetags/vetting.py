"""What pages of the bank say of a question that AI made: who stands for it, and what is open."""

from __future__ import annotations

from typing import Any

from django import template

from questions.models import Question, QuestionVersion
from quizzes.generating import opinion_in_words
from quizzes.models import GeneratedQuestion

register = template.Library()


@register.inclusion_tag("quizzes/vetting/in_bank.html", takes_context=True)
def vetting_of(
    context: template.Context, question: Question, version: QuestionVersion
) -> dict[str, Any]:
    made = GeneratedQuestion.objects.select_related("question", "vetted_by")
    item = made.filter(question=question).first()
    return {
        "item": item,
        "version": version,
        "answered": opinion_in_words(version, item.second_opinion) if item else (),
        "may_edit": context["may_edit"],
        "csrf_token": context["csrf_token"],
    }
