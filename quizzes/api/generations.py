"""Having a quiz made, and following how that goes."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.fields import ByName
from core.api.idempotent import idempotent
from core.api.parsers import JSONParser
from core.api.schema import may_raise
from core.clock import new_seed, now
from core.errors import Conflict, Missing, TooLarge, Unavailable
from core.jobs.api.answers import answer_job, applied, await_job
from core.jobs.api.serializers import JobSerializer
from core.jobs.api.views import PREFER
from core.jobs.models import Job
from core.policies import Allows
from questions.models import Chapter, Difficulty, Subject
from quizzes.actions.generation import (
    LONGEST_PROMPT,
    LONGEST_SOURCE,
    MOST_QUESTIONS,
    ask_generation,
    ask_replacement,
)
from quizzes.api.quizzes import shown_quiz
from quizzes.api.serializers import WHOLE_QUIZ, WholeQuizSerializer
from quizzes.errors import AINotConfigured, NotReplaceable, QuotaUsedUp
from quizzes.files import SOURCE_FILES
from quizzes.generators.languages import LANGUAGES
from quizzes.generators.port import MADE_TYPES
from quizzes.models import Generation, GenerationType, Quiz
from quizzes.models.quizzes import TITLE_LENGTH

JOB = {
    "id": "0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11",
    "kind": "quizzes.generate",
    "status": "running",
    "progress": 55,
    "message": "Received 10",
    "result": None,
    "error": None,
}
UNDER_WAY = OpenApiExample(
    "Under way",
    response_only=True,
    status_codes=["202"],
    value={"job": JOB, "quiz": {"id": 12, "title": "Joins, once more", "status": "draft"}},
)
THE_JOB = OpenApiExample("Under way", response_only=True, status_codes=["200", "202"], value=JOB)
THE_QUIZ = OpenApiExample(
    "Awaited",
    response_only=True,
    status_codes=["200", "201"],
    value={**WHOLE_QUIZ, "status": "draft"},
)
WISH = OpenApiExample(
    "From a text",
    request_only=True,
    value={
        "title": "Joins, once more",
        "prompt": "",
        "generation_type": "SOURCE_TEXT",
        "num_questions": 10,
        "question_types": ["SINGLE", "TRUE_FALSE"],
        "difficulty": "medium",
        "subject": "sql",
        "language": "en",
        "source_text": "An inner join keeps the rows that have a partner. …",
    },
)


class WishSerializer(serializers.Serializer[Any]):
    """What a quiz is to be made of. With a file, send a form."""

    title = serializers.CharField(max_length=TITLE_LENGTH)
    prompt = serializers.CharField(
        max_length=LONGEST_PROMPT, required=False, allow_blank=True, default=""
    )
    generation_type = serializers.ChoiceField(choices=GenerationType.choices)
    num_questions = serializers.IntegerField(min_value=1, max_value=MOST_QUESTIONS)
    difficulty = serializers.ChoiceField(
        choices=Difficulty.choices, required=False, allow_blank=True, default=""
    )
    question_types = serializers.ListField(
        child=serializers.ChoiceField(choices=[each.value for each in MADE_TYPES]),
        required=False,
        max_length=len(MADE_TYPES),
    )
    subject = ByName(
        slug_field="code", queryset=Subject.objects.all(), required=False, allow_null=True
    )
    chapter = serializers.PrimaryKeyRelatedField(
        queryset=Chapter.objects.select_related("subject"), required=False, allow_null=True
    )
    language = serializers.ChoiceField(
        choices=[(code, names[0]) for code, names in LANGUAGES.items()],
        required=False,
        default="en",
    )
    source_text = serializers.CharField(
        max_length=LONGEST_SOURCE, required=False, allow_blank=True, default=""
    )
    file = serializers.FileField(required=False, allow_empty_file=True)
    again = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Else an equal wish of the same day is served from what came of it.",
    )


class DraftQuizSerializer(serializers.ModelSerializer[Quiz]):
    class Meta:
        model = Quiz
        fields = ["id", "title", "status"]


class GenerationStartedSerializer(serializers.Serializer[Any]):
    job = JobSerializer()
    quiz = DraftQuizSerializer()


class GenerateEndpoint(GenericAPIView[Quiz]):
    serializer_class: Any = WishSerializer
    permission_classes = (Allows("quizzes.make"),)
    parser_classes = (JSONParser, MultiPartParser)
    filter_backends = ()
    largest_upload = SOURCE_FILES.max_bytes

    @extend_schema(
        operation_id="quiz_quizzes_generate",
        summary="Have a quiz made",
        description="A draft and the job that fills it: from a prompt, with web search, from a "
        "text or from a file (PDF, Word, slides, Markdown, text). Nothing of it reaches a student "
        "before somebody publishes it.",
        parameters=[PREFER],
        responses={
            HTTPStatus.ACCEPTED: GenerationStartedSerializer,
            HTTPStatus.CREATED: OpenApiResponse(
                WholeQuizSerializer, description="The quiz with its questions, when awaited."
            ),
        },
        examples=[WISH, UNDER_WAY, THE_QUIZ],
    )
    @may_raise(AINotConfigured, QuotaUsedUp, TooLarge, Unavailable)
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        generation, job = ask_generation(
            title=given["title"],
            type_=given["generation_type"],
            prompt=given["prompt"],
            count=given["num_questions"],
            difficulty=given["difficulty"],
            types=given.get("question_types", ()),
            subject=given.get("subject"),
            chapter=given.get("chapter"),
            language=given["language"],
            source_text=given["source_text"],
            upload=given.get("file"),
            again=given["again"],
            by=user_in(request),
            at=now(),
            seed=new_seed(),
        )

        def finished(_job: Job) -> Response:
            return Response(shown_quiz(generation.quiz), status=HTTPStatus.CREATED)

        def accepted(job: Job) -> dict[str, Any]:
            quiz = DraftQuizSerializer(generation.quiz).data
            return {"job": JobSerializer(job).data, "quiz": quiz}

        return answer_job(request, job, finished=finished, accepted=accepted)


class GenerationEndpoint(GenericAPIView[Generation]):
    serializer_class: Any = JobSerializer
    permission_classes = (Allows("quizzes.view_generation"),)
    filter_backends = ()
    throttle_scope = "poll"

    def get_queryset(self) -> QuerySet[Generation]:
        if getattr(self, "swagger_fake_view", False):
            return Generation.objects.none()
        return Generation.objects.visible_to(self.request.user)

    @extend_schema(
        operation_id="quiz_generations_retrieve",
        summary="How far the making of a quiz is",
        description="The job, by its id. Once it succeeded, `result` says how many questions were "
        "asked for, received, found sound, mended, dropped and saved, and why any was dropped.",
        parameters=[PREFER],
        responses=JobSerializer,
        examples=[THE_JOB],
    )
    @may_raise(Missing)
    def get(self, request: Request, generation: UUID) -> Response:
        known = self.get_queryset().filter(Q(job=generation) | Q(pk=generation)).first()
        if known is None:
            raise Missing
        self.check_object_permissions(request, known)
        job = Job.objects.filter(pk=known.job).first() if known.job else None
        if job is None:
            raise Missing
        return applied(request, Response(JobSerializer(await_job(request, job)).data))


class ReplaceEndpoint(GenericAPIView[Quiz]):
    serializer_class: Any = WholeQuizSerializer
    permission_classes = (Allows("quizzes.edit"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Quiz]:
        if getattr(self, "swagger_fake_view", False):
            return Quiz.objects.none()
        return Quiz.objects.visible_to(self.request.user)

    @extend_schema(
        operation_id="quiz_quizzes_questions_replace",
        summary="Have another question made in the place of this one",
        description="Of the same type, from the same source, unlike those that are there. Until it "
        "is done the old one stays.",
        request=None,
        parameters=[PREFER],
        responses={
            HTTPStatus.ACCEPTED: GenerationStartedSerializer,
            HTTPStatus.OK: OpenApiResponse(
                WholeQuizSerializer, description="The quiz with its questions, when awaited."
            ),
        },
        examples=[UNDER_WAY, THE_QUIZ],
    )
    @may_raise(Missing, NotReplaceable, Conflict, AINotConfigured, QuotaUsedUp)
    @idempotent
    def post(self, request: Request, pk: int, question: int) -> Response:
        quiz = self.get_object()
        if not quiz.quiz_questions.filter(question=question).exists():
            raise Missing
        generation, job = ask_replacement(
            quiz, question=question, by=user_in(request), at=now(), seed=new_seed()
        )

        def finished(_job: Job) -> Response:
            return Response(shown_quiz(quiz))

        def accepted(job: Job) -> dict[str, Any]:
            facts = DraftQuizSerializer(generation.quiz).data
            return {"job": JobSerializer(job).data, "quiz": facts}

        return answer_job(request, job, finished=finished, accepted=accepted)
