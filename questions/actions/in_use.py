"""Which questions something holds that would not let them go, of whatever floor it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import models

from questions.models import Question, QuestionVersion


def used_among(keys: Sequence[int]) -> set[int]:
    """Those that something holds, by themselves or by one of their versions."""
    versions = dict(QuestionVersion.objects.filter(question__in=keys).values_list("pk", "question"))
    held = held_among(QuestionVersion, list(versions))
    return held_among(Question, keys) | {versions[key] for key in held}


def without_what_is_used(questions: models.QuerySet[Any]) -> list[Question]:
    """Those that nothing holds, locked until the transaction ends."""
    locked = list(questions.select_for_update(of=("self",)).order_by("pk"))
    used = used_among([question.pk for question in locked])
    return [question for question in locked if question.pk not in used]


def held_among(model: type[models.Model], keys: Sequence[int]) -> set[int]:
    """Those that something holds which would not let them go."""
    held: set[int] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        if relation.on_delete not in {models.PROTECT, models.RESTRICT}:
            continue
        name, holder = relation.field.name, cast("Any", relation.related_model)
        rows = holder._base_manager.filter(**{f"{name}__in": keys})  # noqa: SLF001
        held.update(rows.values_list(name, flat=True).distinct())
    return held
