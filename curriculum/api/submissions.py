"""Work that is handed in: making it, handing it in again, talking about it."""

from http import HTTPStatus
from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
)
from rest_framework import serializers
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.entrance import user_in
from accounts.models import User
from core.api.filters import Ordering
from core.api.idempotent import idempotent
from core.api.parsers import JSONParser
from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing
from core.files.models import StoredFile
from core.policies import Allows, demand, reading_or_writing
from curriculum.actions.comments import delete_comment, edit_comment, write_comment
from curriculum.actions.submissions import HandedIn, revise_work, submit_work
from curriculum.errors import (
    AlreadySubmitted,
    NotEnrolled,
    ProjectLocked,
    StorageFull,
    SubmissionClosed,
)
from curriculum.files import SUBMISSION_FILES
from curriculum.models import (
    Comment,
    Deliverable,
    Review,
    Revision,
    RubricPoint,
    Submission,
    SubmissionStatus,
)
from curriculum.models.reviews import COMMENT_LENGTH
from curriculum.models.submissions import NOTE_LENGTH, URL_LENGTH

FILE = {
    "id": "0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11",
    "name": "page.zip",
    "size": 48213,
    "content_type": "application/zip",
    "url": "/api/curriculum/files/0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11/",
}
REVIEW = {
    "id": 71,
    "revision": 1,
    "decision": "changes_requested",
    "feedback": "Nearly there. What happens with an empty file?",
    "reviewer": {"id": 3, "name": "Ananya Iyer"},
    "is_by_merge": False,
    "decided_at": "2026-11-21T09:00:00Z",
    "rubric": [
        {
            "criterion": "The markup says what things are",
            "points": 6,
            "most_points": 10,
            "comment": "",
        }
    ],
}
SUBMISSION = {
    "id": 41,
    "deliverable": 31,
    "title": "The page as a ZIP",
    "project": 11,
    "track": "FSD",
    "student": 7,
    "student_name": "Diya Patel",
    "status": "pending",
    "revision": 2,
    "url": "",
    "note": "With the two things that you asked for.",
    "files": [FILE],
    "reviews": [REVIEW],
    "created_at": "2026-11-20T10:15:30Z",
    "submitted_at": "2026-11-22T18:02:11Z",
}
A_SUBMISSION = OpenApiExample("A second revision", response_only=True, value=SUBMISSION)
HANDED_IN = OpenApiExample(
    "A link",
    request_only=True,
    value={"deliverable": 32, "url": "https://github.com/diya/page", "note": "It is on main."},
)
COMMENT = {
    "id": 91,
    "author": {"id": 7, "name": "Diya Patel"},
    "body": "Do you mean the check at the beginning?",
    "created_at": "2026-11-21T10:00:00Z",
    "edited_at": None,
}


class WhoSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name"]


class WorkFileSerializer(serializers.ModelSerializer[StoredFile]):
    url = serializers.SerializerMethodField(help_text="For whoever may see the work.")

    class Meta:
        model = StoredFile
        fields = ["id", "name", "size", "content_type", "url"]

    @extend_schema_field(serializers.URLField())
    def get_url(self, file: StoredFile) -> str:
        return reverse("curriculum-file", args=[file.pk], request=self.context.get("request"))


class RubricPointSerializer(serializers.ModelSerializer[RubricPoint]):
    class Meta:
        model = RubricPoint
        fields = ["criterion", "points", "most_points", "comment"]


class ReviewSerializer(serializers.ModelSerializer[Review]):
    revision = serializers.IntegerField(source="revision.number")
    reviewer = WhoSerializer(
        allow_null=True, help_text="Null where a merge approved it, and for a former member."
    )
    rubric = RubricPointSerializer(source="rubric_points", many=True)

    class Meta:
        model = Review
        fields = [
            *("id", "revision", "decision", "feedback", "reviewer"),
            *("is_by_merge", "decided_at", "rubric"),
        ]


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    files = serializers.SerializerMethodField()

    class Meta:
        model = Revision
        fields = ["number", "url", "note", "files", "submitted_at"]

    @extend_schema_field(WorkFileSerializer(many=True))
    def get_files(self, revision: Revision) -> Any:
        files = [each.file for each in revision.files.all()]
        return WorkFileSerializer(files, many=True, context=self.context).data


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    """Its newest revision, and what was said of each."""

    title = serializers.CharField(source="deliverable.title", read_only=True)
    project = serializers.IntegerField(source="deliverable.project_id", read_only=True)
    track = serializers.CharField(source="deliverable.project.track.code", read_only=True)
    student_name = serializers.CharField(source="student.name", read_only=True)
    revision = serializers.IntegerField(source="newest", read_only=True)
    url = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = [
            *("id", "deliverable", "title", "project", "track", "student", "student_name"),
            *("status", "revision", "url", "note", "files", "reviews"),
            *("created_at", "submitted_at"),
        ]
        read_only_fields = fields

    def get_url(self, submission: Submission) -> str:
        return _newest(submission).url

    def get_note(self, submission: Submission) -> str:
        return _newest(submission).note

    @extend_schema_field(WorkFileSerializer(many=True))
    def get_files(self, submission: Submission) -> Any:
        return RevisionSerializer(_newest(submission), context=self.context).data["files"]

    @extend_schema_field(ReviewSerializer(many=True))
    def get_reviews(self, submission: Submission) -> Any:
        """The newest first, as revisions are."""
        said = [each.review for each in submission.revisions.all() if hasattr(each, "review")]
        return ReviewSerializer(said, many=True, context=self.context).data


class WholeSubmissionSerializer(SubmissionSerializer):
    revisions = RevisionSerializer(many=True, read_only=True)

    class Meta(SubmissionSerializer.Meta):
        fields = [*SubmissionSerializer.Meta.fields, "revisions"]
        read_only_fields = fields


class WorkSerializer(serializers.Serializer[Any]):
    """What is handed in; which of it is needed, the kind of the deliverable says."""

    url = serializers.CharField(max_length=URL_LENGTH, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE_LENGTH, required=False, allow_blank=True)
    files = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=SUBMISSION_FILES.max_files,
        help_text="Ids of files that were sent before, of an earlier revision too.",
    )
    file = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        write_only=True,
        help_text="Files that come along, in a form (`multipart/form-data`).",
    )

    def work(self) -> HandedIn:
        given = self.validated_data
        return HandedIn(
            url=given.get("url", ""),
            note=given.get("note", ""),
            uploads=[(each.name, each) for each in given.get("file", [])],
            file_ids=given.get("files", []),
        )


class FirstWorkSerializer(WorkSerializer):
    deliverable = serializers.PrimaryKeyRelatedField(queryset=Deliverable.objects.none())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            visible = Deliverable.objects.living().visible_to(request.user)
            fields["deliverable"].queryset = visible.select_related("project__track")  # type: ignore[attr-defined]
        return fields


class SubmissionFilter(FilterSet):
    status = django_filters.ChoiceFilter(choices=SubmissionStatus)
    track = django_filters.CharFilter(
        field_name="deliverable__project__track__code", lookup_expr="iexact", max_length=12
    )
    project = django_filters.NumberFilter(field_name="deliverable__project", min_value=1)
    deliverable = django_filters.NumberFilter(field_name="deliverable", min_value=1)
    student = django_filters.NumberFilter(field_name="student", min_value=1)


class SubmissionsEndpoint(ListModelMixin, GenericAPIView[Submission]):
    serializer_class = SubmissionSerializer
    filter_backends = (DjangoFilterBackend, SearchFilter, Ordering)
    filterset_class = SubmissionFilter
    search_fields = ("student__name", "deliverable__title")
    ordering_fields = ("submitted_at", "created_at")
    ordering = ("-submitted_at",)
    parser_classes = (JSONParser, MultiPartParser)
    largest_upload = SUBMISSION_FILES.max_total_bytes

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(
            self.request, "curriculum.view_submission", "curriculum.submit_work"
        )

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        return Submission.objects.visible_to(self.request.user).with_everything()

    @extend_schema(
        summary="Work that was handed in",
        description="One's own; as a trainer that of one's students and of the pool, as staff all.",
        examples=[A_SUBMISSION],
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Hand in work",
        description="Once for each deliverable: after that, hand in a new revision by `PUT`.",
        request=FirstWorkSerializer,
        responses={HTTPStatus.CREATED: WholeSubmissionSerializer},
        examples=[HANDED_IN, A_SUBMISSION],
    )
    @may_raise(NotEnrolled, ProjectLocked, AlreadySubmitted, StorageFull)
    @idempotent
    def post(self, request: Request) -> Response:
        serializer = FirstWorkSerializer(
            data=_as_work(request), context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        submission = submit_work(
            serializer.validated_data["deliverable"],
            work=serializer.work(),
            by=user_in(request),
            at=now(),
        )
        whole = _whole(self, submission)
        return Response(whole, status=HTTPStatus.CREATED)


class SubmissionEndpoint(GenericAPIView[Submission]):
    serializer_class = WholeSubmissionSerializer
    filter_backends = ()
    parser_classes = (JSONParser, MultiPartParser)
    largest_upload = SUBMISSION_FILES.max_total_bytes

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(
            self.request, "curriculum.view_submission", "curriculum.revise_work"
        )

    def get_queryset(self) -> QuerySet[Submission]:
        if getattr(self, "swagger_fake_view", False):
            return Submission.objects.none()
        return Submission.objects.visible_to(self.request.user).with_everything()

    @extend_schema(summary="One submission with its revisions", examples=[A_SUBMISSION])
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Hand in a new revision",
        description="While it waits, or when changes were requested. Earlier ones stay as they "
        "are; files of an earlier one are kept by naming their ids.",
        request=WorkSerializer,
        examples=[HANDED_IN, A_SUBMISSION],
    )
    @may_raise(Missing, NotEnrolled, SubmissionClosed, StorageFull)
    @idempotent
    def put(self, request: Request, pk: int) -> Response:
        submission = self.get_object()
        serializer = WorkSerializer(data=_as_work(request), context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        revise_work(submission, work=serializer.work(), by=user_in(request), at=now())
        return Response(_whole(self, submission))


class CommentSerializer(serializers.ModelSerializer[Comment]):
    author = WhoSerializer(read_only=True, allow_null=True)
    body = serializers.CharField(max_length=COMMENT_LENGTH, help_text="Markdown.")

    class Meta:
        model = Comment
        fields = ["id", "author", "body", "created_at", "edited_at"]
        read_only_fields = ["id", "author", "created_at", "edited_at"]


class CommentsEndpoint(ListModelMixin, GenericAPIView[Comment]):
    serializer_class = CommentSerializer
    filter_backends = (Ordering,)
    ordering_fields = ("created_at",)
    ordering = ("created_at",)

    def get_permissions(self) -> list[Any]:
        return reading_or_writing(self.request, "curriculum.view_submission", "curriculum.comment")

    def get_queryset(self) -> QuerySet[Comment]:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        return Comment.objects.filter(submission=self._submission()).with_authors()

    @extend_schema(
        summary="What was said about it",
        examples=[OpenApiExample("A question", response_only=True, value=COMMENT)],
    )
    @may_raise(Missing)
    def get(self, request: Request, pk: int) -> Response:
        return self.list(request)

    @extend_schema(
        summary="Say something about it",
        examples=[
            OpenApiExample("A question", response_only=True, value=COMMENT),
            OpenApiExample(
                "A question", request_only=True, value={"body": "Do you mean the check?"}
            ),
        ],
    )
    @may_raise(Missing)
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        submission = self._submission()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        comment = write_comment(
            submission, body=serializer.validated_data["body"], by=user_in(request), at=now()
        )
        return Response(self.get_serializer(comment).data, status=HTTPStatus.CREATED)

    def _submission(self) -> Submission:
        visible = Submission.objects.visible_to(self.request.user).with_what_for()
        submission = get_object_or_404(visible, pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, submission)
        return submission


class CommentEndpoint(GenericAPIView[Comment]):
    """One's own, of a submission that one sees."""

    serializer_class = CommentSerializer
    permission_classes = (Allows("curriculum.edit_comment"),)
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Comment]:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        visible = Submission.objects.visible_to(self.request.user)
        return Comment.objects.filter(
            submission=self.kwargs["pk"], submission__in=visible
        ).with_authors()

    def get_object(self) -> Comment:
        comment = get_object_or_404(self.get_queryset(), pk=self.kwargs["comment"])
        demand(self.request.user, "curriculum.edit_comment", comment)
        return comment

    @extend_schema(
        summary="Change what one said",
        examples=[OpenApiExample("In other words", value={**COMMENT, "body": "The one above?"})],
    )
    @may_raise(Missing)
    def patch(self, request: Request, pk: int, comment: int) -> Response:
        said = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        edit_comment(said, body=serializer.validated_data["body"], at=now())
        return Response(self.get_serializer(said).data)

    @extend_schema(
        summary="Take back what one said",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It is gone.")},
    )
    @may_raise(Missing)
    def delete(self, request: Request, pk: int, comment: int) -> Response:
        delete_comment(self.get_object())
        return Response(status=HTTPStatus.NO_CONTENT)


def _newest(submission: Submission) -> Revision:
    """Revisions are fetched with the newest first."""
    return submission.revisions.all()[0]


def _whole(view: GenericAPIView[Submission], submission: Submission) -> Any:
    fresh = Submission.objects.with_everything().get(pk=submission.pk)
    return WholeSubmissionSerializer(fresh, context=view.get_serializer_context()).data


def _as_work(request: Request) -> Any:
    """A form repeats its fields where JSON has lists."""
    data = request.data
    if not hasattr(data, "getlist"):
        return data
    work: dict[str, Any] = {name: data.get(name) for name in data}
    for name in ("file", "files"):
        if name in data:
            work[name] = data.getlist(name)
    return work
