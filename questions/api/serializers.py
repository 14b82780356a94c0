"""Questions as staff write them, and as the schema shows them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import ByName
from questions.actions.saving import Facts
from questions.kinds.base import LONGEST_TEXT, MOST_CHOICES
from questions.models import Chapter, Difficulty, QuestionStatus, Subject
from questions.models.bank import TAG_LENGTH, QuestionType

MOST_TAGS = 20
QUESTION = {
    "id": 501,
    "question_text": "Which join keeps every row of the left table?",
    "question_type": "SINGLE",
    "order": 0,
    "answers": [
        {"id": 1, "answer_text": "LEFT JOIN", "is_correct": True, "feedback": ""},
        {"id": 2, "answer_text": "INNER JOIN", "is_correct": False, "feedback": ""},
    ],
    "key": {},
    "explanation": "What has no partner comes with NULLs.",
    "marks": 1.0,
    "difficulty": "easy",
    "tags": ["joins"],
    "subject": "sql",
    "chapter": 9,
    "sources": [],
    "version": 1,
    "status": "ready",
    "is_shared": True,
    "owner": 3,
}


class BankAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(read_only=True)
    answer_text = serializers.CharField(max_length=LONGEST_TEXT)
    is_correct = serializers.BooleanField(default=False)
    feedback = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )


class BankQuestionSerializer(serializers.Serializer[Any]):
    """What is written; what is read has the facts of `staff_shape`."""

    id = serializers.IntegerField(read_only=True)
    question_text = serializers.CharField(max_length=LONGEST_TEXT, help_text="Markdown.")
    question_type = serializers.ChoiceField(choices=QuestionType.choices)
    order = serializers.IntegerField(read_only=True)
    answers = BankAnswerSerializer(many=True, required=False)
    key = serializers.DictField(
        required=False,
        help_text="What else tells right from wrong, by type: `value`, `tolerance` and `units`; "
        "`accepted` and `pattern`; `pairs` and `distractors`; `blanks`; `scoring`; and so on.",
    )
    explanation = serializers.CharField(
        max_length=LONGEST_TEXT, required=False, allow_blank=True, default=""
    )
    marks = serializers.DecimalField(
        max_digits=6,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        default=Decimal(1),
        coerce_to_string=False,
    )
    difficulty = serializers.ChoiceField(
        choices=Difficulty.choices, required=False, default=Difficulty.MEDIUM.value
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), required=False, max_length=MOST_TAGS
    )
    subject = ByName(
        slug_field="code",
        queryset=Subject.objects.all(),
        required=False,
        allow_null=True,
        default=None,
    )
    chapter = serializers.PrimaryKeyRelatedField(
        queryset=Chapter.objects.select_related("subject"),
        required=False,
        allow_null=True,
        default=None,
    )
    status = serializers.ChoiceField(
        choices=QuestionStatus.choices, required=False, default=QuestionStatus.READY.value
    )
    is_shared = serializers.BooleanField(required=False, default=True)
    sources = serializers.ListField(child=serializers.DictField(), read_only=True)
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="The one that the change is based on."
    )
    owner = serializers.IntegerField(read_only=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chapter, subject = attrs.get("chapter"), attrs.get("subject")
        if len(attrs.get("answers", [])) > MOST_CHOICES:
            raise serializers.ValidationError(
                {"answers": [_("Write at most %(most)d answers.") % {"most": MOST_CHOICES}]}
            )
        if chapter is not None and subject is None:
            attrs["subject"] = chapter.subject
        elif chapter is not None and subject is not None and chapter.subject_id != subject.pk:
            raise serializers.ValidationError(
                {"chapter": [_("This chapter is of another subject.")]}
            )
        return attrs


def facts_of(given: Mapping[str, Any], *, sources: Sequence[dict[str, Any]] = ()) -> Facts:
    """Of what was found sound."""
    return Facts(
        explanation=given["explanation"].strip(),
        marks=given["marks"],
        difficulty=given["difficulty"],
        tags=sorted({tag.strip().lower() for tag in given.get("tags", []) if tag.strip()}),
        sources=sources,
    )
