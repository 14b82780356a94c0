"""Quizzes and attempts as the schema shows them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.models import User
from core.api.fields import ByName
from curriculum.models import Project, Track
from questions.api.serializers import QUESTION
from questions.models import Chapter, Difficulty, Subject
from questions.models.bank import TAG_LENGTH, QuestionType
from questions.tags import plain_tags
from quizzes.actions.listing import MOST_RULES
from quizzes.authoring_forms import MOST_TAGS
from quizzes.models import DrawRule, Quiz
from quizzes.models.quizzes import MOST_QUESTIONS, TITLE_LENGTH

QUIZ = {
    "id": 12,
    "title": "Joins, once more",
    "description": "",
    "created_by": {"id": 3, "name": "Ananya Iyer"},
    "status": "published",
    "track": "FSD",
    "project": None,
    "is_shuffled": True,
    "attempts_allowed": None,
    "soft_minutes": 15,
    "feedback": "after_submit",
    "pass_percent": 60,
    "opens_at": None,
    "closes_at": None,
    "created_at": "2026-11-20T10:15:30Z",
    "questions_count": 10,
}
RULE = {
    "count": 5,
    "subject": "sql",
    "chapter": None,
    "difficulty": "easy",
    "types": ["SINGLE"],
    "tags": ["joins"],
    "available": 12,
}
WHOLE_QUIZ = {**QUIZ, "status": "draft", "questions": [QUESTION], "draw_rules": [RULE]}
ASKED = {
    "id": 501,
    "question_text": "Which join keeps every row of the left table?",
    "question_type": "SINGLE",
    "order": 1,
    "answers": [{"id": 2, "answer_text": "INNER JOIN"}, {"id": 1, "answer_text": "LEFT JOIN"}],
    "marks": 1.0,
}
ATTEMPT = {
    "id": "5f0c9b1e-3b67-4f0e-9a51-6f9d3f1f5a11",
    "quiz": 12,
    "title": "Joins, once more",
    "number": 1,
    "status": "in_progress",
    "started_at": "2026-11-20T10:15:30Z",
    "submitted_at": None,
    "score": None,
    "max_score": 10.0,
    "percentage": None,
    "passed": None,
    "pending_count": 0,
    "results_at": None,
    "questions": [{**ASKED, "flagged": False}],
    "saved_answers": {"501": {"response": [1], "revision": 3}},
}
RESULT = {
    **ATTEMPT,
    "status": "submitted",
    "submitted_at": "2026-11-20T10:30:00Z",
    "score": 8.0,
    "percentage": 80,
    "passed": True,
    "questions": [
        {
            **ASKED,
            "flagged": False,
            "response": [1],
            "score": 1.0,
            "is_correct": True,
            "correct": [1],
            "explanation": "What has no partner comes with NULLs.",
            "sources": [],
            "choice_feedback": {},
        }
    ],
}


class AuthorSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name"]


class QuizSerializer(serializers.ModelSerializer[Quiz]):
    """A quiz without its questions, as students find it."""

    created_by = AuthorSerializer(source="author", read_only=True, allow_null=True)
    track = ByName(slug_field="code", queryset=Track.objects.all(), required=False, allow_null=True)
    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.select_related("track"), required=False, allow_null=True
    )
    questions_count = serializers.SerializerMethodField(help_text="With those drawn by chance.")

    class Meta:
        model = Quiz
        fields = [
            *("id", "title", "description", "created_by", "status", "track", "project"),
            *("is_shuffled", "attempts_allowed", "soft_minutes", "feedback", "pass_percent"),
            *("opens_at", "closes_at", "created_at", "questions_count"),
        ]
        read_only_fields = ["id", "status", "created_at"]
        extra_kwargs = {
            "attempts_allowed": {"min_value": 1, "max_value": 1000},
            "soft_minutes": {"min_value": 1, "max_value": 1000},
        }

    def get_questions_count(self, quiz: Any) -> int:
        return quiz.listed_count + sum(rule.count for rule in quiz.draw_rules.all())


def demand_whole(each: serializers.Serializer[Any], given: dict[str, Any]) -> None:
    """What stands in a list is whole, also where only parts of a quiz are changed."""
    missing = {
        name: [field.error_messages["required"]]
        for name, field in each.fields.items()
        if field.required and name not in given
    }
    if missing:
        raise serializers.ValidationError(missing)


class ListedQuestionSerializer(serializers.Serializer[Any]):
    """A question of the bank in a quiz."""

    id = serializers.IntegerField(min_value=1)
    marks = serializers.DecimalField(
        max_digits=6, decimal_places=2, min_value=Decimal("0.01"), required=False, allow_null=True
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        demand_whole(self, given)
        return given


class DrawRuleSerializer(serializers.ModelSerializer[DrawRule]):
    """So many questions by chance from a part of the bank, for each attempt anew."""

    subject = ByName(slug_field="code", queryset=Subject.objects.all())
    chapter = serializers.PrimaryKeyRelatedField(
        queryset=Chapter.objects.all(), required=False, allow_null=True
    )
    difficulty = serializers.ChoiceField(
        choices=Difficulty.choices, required=False, allow_blank=True
    )
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=QuestionType.choices),
        required=False,
        max_length=len(QuestionType.choices),
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), required=False, max_length=MOST_TAGS
    )

    class Meta:
        model = DrawRule
        fields = ["count", "subject", "chapter", "difficulty", "types", "tags"]

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        demand_whole(self, given)
        chapter = given.get("chapter")
        if chapter is not None and chapter.subject_id != given["subject"].pk:
            raise serializers.ValidationError(
                {"chapter": [_("This chapter is of another subject.")]}
            )
        return {**given, "tags": plain_tags(given.get("tags", ()))}


class WrittenQuizSerializer(QuizSerializer):
    """What staff write: questions of the bank by id, in their order, and rules for drawing."""

    questions = ListedQuestionSerializer(many=True, required=False, write_only=True)
    draw_rules = serializers.ListField(
        child=DrawRuleSerializer(), required=False, write_only=True, max_length=MOST_RULES
    )

    class Meta(QuizSerializer.Meta):
        fields = [*QuizSerializer.Meta.fields, "questions", "draw_rules"]


class WholeQuizSerializer(QuizSerializer):
    """For the schema: what staff are answered."""

    questions = serializers.ListField(child=serializers.DictField())
    draw_rules = serializers.ListField(
        child=serializers.DictField(),
        help_text="As they are written; `available` says how many questions fit each now.",
    )

    class Meta(QuizSerializer.Meta):
        fields = [*QuizSerializer.Meta.fields, "questions", "draw_rules"]


class PublishedSerializer(serializers.Serializer[Any]):
    accept = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=MOST_QUESTIONS,
        required=False,
        default=list,
        help_text="Questions whose keys you stand for although a second look disagrees.",
    )


class SavedAnswerSerializer(serializers.Serializer[Any]):
    question = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    selected = serializers.ListField(child=serializers.JSONField(), required=False)
    response = serializers.JSONField(required=False, allow_null=True)
    revision = serializers.IntegerField(required=False, min_value=1, max_value=2**53)
    seconds = serializers.IntegerField(required=False, min_value=0, max_value=86_400)
    flagged = serializers.BooleanField(
        required=False,
        help_text="To come back to it. Without `selected` and `response` the answer is left alone.",
    )


class AnswerKeptSerializer(serializers.Serializer[Any]):
    saved_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    stale = serializers.BooleanField(required=False)
    result = serializers.DictField(
        required=False, help_text="Where feedback comes at once: what is right, and why."
    )
    flagged = serializers.BooleanField(required=False, help_text="Where a flag was sent.")


class AttemptSerializer(serializers.Serializer[Any]):
    """For the schema: an attempt with its questions."""

    id = serializers.UUIDField()
    quiz = serializers.IntegerField()
    title = serializers.CharField(max_length=TITLE_LENGTH)
    number = serializers.IntegerField()
    status = serializers.CharField(help_text="`in_progress`, `submitted` or `abandoned`.")
    started_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    max_score = serializers.FloatField()
    percentage = serializers.IntegerField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    pending_count = serializers.IntegerField()
    results_at = serializers.DateTimeField(allow_null=True)
    questions = serializers.ListField(child=serializers.DictField())
    saved_answers = serializers.DictField(child=serializers.DictField())


class ListedAttemptSerializer(AttemptSerializer):
    questions = None  # type: ignore[assignment]
    saved_answers = None  # type: ignore[assignment]
