"""Files of work: sent one by one while a form is open, read by whoever may see the work."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.schema import may_raise
from core.clock import now
from core.errors import Conflict, Missing, Unavailable
from core.files.api.views import BYTES, DOWNLOAD, RANGE, FileView
from core.files.models import StoredFile
from core.policies import Allows
from curriculum.actions.files import PURPOSE, drop_file, keep_files
from curriculum.api.submissions import FILE, WorkFileSerializer
from curriculum.errors import StorageFull
from curriculum.files import SUBMISSION_FILES


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)


class WorkFilesEndpoint(GenericAPIView[StoredFile]):
    serializer_class = UploadSerializer
    permission_classes = (Allows("curriculum.hand_in_files"),)
    parser_classes = (MultiPartParser,)
    filter_backends = ()
    largest_upload = SUBMISSION_FILES.max_bytes

    @extend_schema(
        summary="Send a file of one's work",
        description="Its id is handed in with the work; one that is not is forgotten after a day.",
        responses={HTTPStatus.CREATED: WorkFileSerializer},
        examples=[OpenApiExample("A file", response_only=True, value=FILE)],
    )
    @may_raise(StorageFull, Unavailable)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        upload = serializer.validated_data["file"]
        (file,) = keep_files([(upload.name, upload)], owner=user_in(request), at=now())
        answer = WorkFileSerializer(file, context=self.get_serializer_context()).data
        return Response(answer, status=HTTPStatus.CREATED)


class WorkFileEndpoint(FileView):
    """Reads as every private file; its owner takes back what was not handed in."""

    queryset = StoredFile.objects.filter(purpose=PURPOSE)

    @extend_schema(
        operation_id="curriculum_files_retrieve",
        summary="A file of somebody's work",
        description="With an `ETag`, and in parts if asked by `Range`. Whoever may not read it "
        "hears that there is none.",
        parameters=[DOWNLOAD, RANGE],
        responses={(200, "application/octet-stream"): BYTES},
    )
    @may_raise(Missing, Unavailable)
    def get(self, request: Request, file_id: UUID) -> HttpResponseBase:
        if not self.get_queryset().filter(pk=file_id).exists():
            raise Missing
        return super().get(request, file_id)

    @extend_schema(
        operation_id="curriculum_files_destroy",
        summary="Take a file back",
        description="As long as it was not handed in: what was stays with its revision.",
        responses={HTTPStatus.NO_CONTENT: OpenApiResponse(description="It is gone.")},
    )
    @may_raise(Missing, Conflict)
    def delete(self, request: Request, file_id: UUID) -> Response:
        user = user_in(request)
        own = self.get_queryset().filter(pk=file_id, owner=user).first()
        if own is None:
            raise Missing
        if not drop_file(own, by=user):
            raise Conflict
        return Response(status=HTTPStatus.NO_CONTENT)
