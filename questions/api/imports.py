"""Files of questions: in, looked at first, and back again."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.filters import Ordering
from core.api.idempotent import idempotent
from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing, TooLarge, Unavailable
from core.jobs.api.answers import answer_job
from core.jobs.api.serializers import JobSerializer
from core.jobs.api.views import PREFER
from core.jobs.errors import JobUnderWay
from core.jobs.models import Job
from core.policies import Allows
from questions.actions.import_job import result_of
from questions.actions.importing import ALL, MODES, ask_to_apply, start_import, undo_import
from questions.api.questions import QuestionFilter, QuestionSearch
from questions.errors import (
    FileUnreadable,
    ImportInUse,
    NothingToApply,
    NothingToUndo,
    RowsAreWrong,
)
from questions.exporting import (
    errors_workbook,
    export_answer,
    template_csv,
    template_workbook,
    to_save,
)
from questions.formats import FORMATS, MOST_BYTES
from questions.models import ImportBatch, Question
from questions.planning import RowState

ID = "0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a22"
ROW = {
    "row": 3,
    "state": "wrong",
    "reference": "sql-joins-2",
    "type": "SINGLE",
    "text": "Which join keeps every row?",
    "question": None,
    "problems": [{"column": "choices", "message": "Mark one choice as correct, and only one."}],
    "notes": [],
}
IMPORT = {
    "id": ID,
    "file": "joins.xlsx",
    "format": "xlsx",
    "state": "checked",
    "new": 11,
    "changed": 2,
    "identical": 40,
    "wrong": 1,
    "owner": 3,
    "job": "0b5f1f3e-6a0c-4a55-9a53-0f3d0a6a7c11",
    "created_at": "2026-11-20T10:15:30Z",
    "applied_at": None,
    "undone_at": None,
}
UNDER_WAY = OpenApiExample(
    "Checked",
    response_only=True,
    status_codes=["200", "202"],
    value={
        "id": IMPORT["job"],
        "kind": "questions.import",
        "status": "succeeded",
        "progress": 100,
        "message": "Writing the report",
        "result": {
            "import": ID,
            "format": "xlsx",
            "state": "checked",
            "new": 11,
            "changed": 2,
            "identical": 40,
            "wrong": 1,
            "rows": [ROW],
        },
        "error": None,
    },
)
AN_IMPORT = OpenApiExample("Looked at", response_only=True, value=IMPORT)
A_REPORT = OpenApiExample(
    "Looked at", response_only=True, value={**IMPORT, "rows": [ROW], "undo": None}
)
XLSX = FORMATS["xlsx"].content_type
ROW_STATES = [state.value for state in RowState]
FILE = OpenApiResponse(OpenApiTypes.BINARY, description="A file to save.")


class WhateverIsAccepted(DefaultContentNegotiation):
    """`format` chooses; what a browser says that it accepts says nothing of files to save."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ImportOptionsSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    format = serializers.ChoiceField(
        choices=list(FORMATS),
        required=False,
        help_text="Else by the extension of the file, then by its bytes.",
    )
    mode = serializers.ChoiceField(
        choices=MODES,
        required=False,
        default=ALL,
        help_text="`all` takes nothing while a row is wrong, `good` takes the others.",
    )
    dry_run = serializers.BooleanField(required=False, default=False)


class ApplyingSerializer(serializers.Serializer[Any]):
    mode = serializers.ChoiceField(choices=MODES, required=False, default=ALL)


class ProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    message = serializers.CharField()


class ImportRowSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Where it stands in the file.")
    state = serializers.ChoiceField(choices=ROW_STATES)
    reference = serializers.CharField()
    type = serializers.CharField()
    text = serializers.CharField()
    question = serializers.IntegerField(allow_null=True)
    problems = ProblemSerializer(many=True)
    notes = ProblemSerializer(many=True, help_text="What was not taken over.")


class ImportUndoneSerializer(serializers.Serializer[Any]):
    removed = serializers.IntegerField()
    restored = serializers.IntegerField(help_text="Changed questions that are as before.")
    kept = serializers.IntegerField(help_text="Asked already, or edited since.")


class QuestionImportSerializer(serializers.ModelSerializer[ImportBatch]):
    file = serializers.CharField(source="file_name")
    new = serializers.IntegerField(source="new_count")
    changed = serializers.IntegerField(source="changed_count")
    identical = serializers.IntegerField(source="identical_count")
    wrong = serializers.IntegerField(source="wrong_count")

    class Meta:
        model = ImportBatch
        fields = [
            *("id", "file", "format", "state", "new", "changed", "identical", "wrong"),
            *("owner", "job", "created_at", "applied_at", "undone_at"),
        ]
        read_only_fields = fields


class WholeImportSerializer(QuestionImportSerializer):
    rows = serializers.SerializerMethodField()
    undo = serializers.SerializerMethodField()

    class Meta(QuestionImportSerializer.Meta):
        fields = [*QuestionImportSerializer.Meta.fields, "rows", "undo"]
        read_only_fields = fields

    def get_rows(self, batch: ImportBatch) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = result_of(batch)["rows"]
        return rows

    def get_undo(self, batch: ImportBatch) -> dict[str, int] | None:
        undone: dict[str, int] | None = batch.report.get("undo")
        return undone


class ImportEndpoint(GenericAPIView[ImportBatch]):
    serializer_class = ImportOptionsSerializer
    permission_classes = (Allows("questions.import"),)
    parser_classes = (MultiPartParser,)
    filter_backends = ()
    largest_upload = MOST_BYTES

    @extend_schema(
        operation_id="questions_import",
        summary="Take in a file of questions",
        description="A job, whose `result` says of each row whether it is new, changed, identical "
        "or wrong, and why. With `dry_run` nothing is taken in before `apply/`. The same file "
        "again changes nothing.",
        parameters=[
            PREFER,
            OpenApiParameter("dry_run", bool, description="Only look at it."),
        ],
        responses={HTTPStatus.ACCEPTED: JobSerializer, HTTPStatus.OK: JobSerializer},
        examples=[UNDER_WAY],
    )
    @may_raise(FileUnreadable, TooLarge, Unavailable)
    @idempotent
    def post(self, request: Request) -> Response:
        asked = {**request.query_params.dict(), **dict(request.data.items())}
        given = self.get_serializer(data=asked)
        given.is_valid(raise_exception=True)
        options = given.validated_data
        upload = options["file"]
        job = start_import(
            content=upload,
            name=upload.name,
            owner=user_in(request),
            at=now(),
            format_=options.get("format", ""),
            is_dry_run=options["dry_run"],
            mode=options["mode"],
        )
        return answer_job(request, job, finished=_as_it_is)


class _Imports(GenericAPIView[ImportBatch]):
    serializer_class: Any = QuestionImportSerializer
    permission_classes = (Allows("questions.import"),)
    filter_backends: Any = ()

    def get_queryset(self) -> QuerySet[ImportBatch]:
        if getattr(self, "swagger_fake_view", False):
            return ImportBatch.objects.none()
        return ImportBatch.objects.visible_to(self.request.user)

    def one(self, pk: UUID) -> ImportBatch:
        batch = get_object_or_404(self.get_queryset().select_related("file"), pk=pk)
        self.check_object_permissions(self.request, batch)
        return batch


class ImportsEndpoint(ListModelMixin, _Imports):
    filter_backends = (Ordering,)
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)

    @extend_schema(summary="Files of questions that were sent", examples=[AN_IMPORT])
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self) -> QuerySet[ImportBatch]:
        return super().get_queryset().defer("report")


class OneImportEndpoint(_Imports):
    serializer_class = WholeImportSerializer

    @extend_schema(
        summary="What became of each row of a file",
        responses=WholeImportSerializer,
        examples=[A_REPORT],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.get_serializer(self.one(pk)).data)


class ApplyImportEndpoint(_Imports):
    serializer_class = ApplyingSerializer

    @extend_schema(
        operation_id="questions_imports_apply",
        summary="Take in what a dry run has looked at",
        description="A job. With `mode=all` (as without) nothing is taken while a row is wrong.",
        parameters=[PREFER],
        request=ApplyingSerializer,
        responses={HTTPStatus.ACCEPTED: JobSerializer, HTTPStatus.OK: JobSerializer},
        examples=[
            UNDER_WAY,
            OpenApiExample("The good ones", request_only=True, value={"mode": "good"}),
        ],
    )
    @may_raise(Missing, RowsAreWrong, NothingToApply, JobUnderWay)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        batch = self.one(pk)
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        mode = given.validated_data["mode"]
        job = ask_to_apply(batch, mode=mode, by=user_in(request), at=now())
        return answer_job(request, job, finished=_as_it_is)


class UndoImportEndpoint(_Imports):
    serializer_class = WholeImportSerializer

    @extend_schema(
        operation_id="questions_imports_undo",
        summary="Take an import back",
        description="What it made goes, what it changed is as before. What somebody was asked, or "
        "has edited since, stays, and `undo` says how many those are.",
        request=None,
        responses=WholeImportSerializer,
        examples=[A_REPORT],
    )
    @may_raise(Missing, NothingToUndo, ImportInUse)
    @idempotent
    def post(self, request: Request, pk: UUID) -> Response:
        batch = undo_import(self.one(pk), by=user_in(request), at=now())
        return Response(self.get_serializer(batch).data)


class ImportErrorsEndpoint(_Imports):
    content_negotiation_class = WhateverIsAccepted

    @extend_schema(
        operation_id="questions_imports_errors",
        summary="The wrong rows as a workbook",
        description="As they were sent, with a column of what is wrong: mended, it is sent again.",
        responses={(200, XLSX): FILE},
    )
    @may_raise(Missing, NothingToApply, Unavailable)
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        batch = self.one(pk)
        if batch.file is None:
            raise NothingToApply
        answer = StreamingHttpResponse(errors_workbook(batch), content_type=XLSX)
        return to_save(answer, "questions-to-mend.xlsx")


class TemplateEndpoint(GenericAPIView[ImportBatch]):
    permission_classes = (Allows("questions.import"),)
    content_negotiation_class = WhateverIsAccepted
    filter_backends = ()
    pagination_class = None

    @extend_schema(
        operation_id="questions_import_template",
        summary="A sheet to begin with",
        description="With a worked example of each type; as a workbook also with lists to choose "
        "from and a word on each column.",
        parameters=[OpenApiParameter("format", str, enum=["xlsx", "csv"], default="xlsx")],
        responses={(200, XLSX): FILE},
    )
    def get(self, request: Request) -> HttpResponse:
        given = _TemplateChoice(data=request.query_params)
        given.is_valid(raise_exception=True)
        name = given.validated_data["format"]
        content = template_csv() if name == "csv" else template_workbook()
        answer = HttpResponse(content, content_type=FORMATS[name].content_type)
        return to_save(answer, f"questions-template.{name}")


class _TemplateChoice(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=["xlsx", "csv"], required=False, default="xlsx")


class _ExportChoice(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=list(FORMATS), required=False, default="xlsx")


class ExportEndpoint(GenericAPIView[Question]):
    permission_classes = (Allows("questions.export"),)
    content_negotiation_class = WhateverIsAccepted
    filter_backends = (DjangoFilterBackend, QuestionSearch)
    filterset_class = QuestionFilter
    pagination_class = None

    def get_queryset(self) -> QuerySet[Question]:
        if getattr(self, "swagger_fake_view", False):
            return Question.objects.none()
        return Question.objects.visible_to(self.request.user).order_by("pk")

    @extend_schema(
        operation_id="questions_export",
        summary="Questions as a file",
        description="Those of the bank that one sees, narrowed as the list is. What the format "
        "cannot carry is listed in the file itself: a sheet, a part, or a comment at its end.",
        parameters=[OpenApiParameter("format", str, enum=list(FORMATS), default="xlsx")],
        responses={(200, "application/octet-stream"): FILE},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        given = _ExportChoice(data=request.query_params)
        given.is_valid(raise_exception=True)
        questions = self.filter_queryset(self.get_queryset())
        return export_answer(FORMATS[given.validated_data["format"]], questions)


def _as_it_is(job: Job) -> Response:
    return Response(JobSerializer(job).data)
