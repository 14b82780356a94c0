"""Reading a private file."""

from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from core.api.schema import may_raise
from core.clock import now
from core.errors import Missing, Unavailable
from core.files import policies  # noqa: F401  (declares what is asked for below)
from core.files.models import StoredFile
from core.files.serving import serve
from core.policies import Allows

DOWNLOAD = OpenApiParameter(
    "download", bool, description="Given, a picture is saved too, and not shown."
)
RANGE = OpenApiParameter(
    "Range", str, OpenApiParameter.HEADER, description="One part of it, as `bytes=0-1023`."
)
BYTES = OpenApiResponse(OpenApiTypes.BINARY, description="The file as it was handed in.")


class FileView(GenericAPIView[StoredFile]):
    """Other apps serve their files below addresses of their own by it too."""

    queryset = StoredFile.objects.all()
    permission_classes = (Allows("core.read_file"),)
    throttle_scope = "files"

    @extend_schema(
        operation_id="files_retrieve",
        summary="A private file",
        description="With an `ETag`, and in parts if asked by `Range`. Whoever may not read it "
        "hears that there is none.",
        parameters=[DOWNLOAD, RANGE],
        responses={(200, "application/octet-stream"): BYTES},
        tags=["Files"],
    )
    @may_raise(Missing, Unavailable)
    def get(self, request: Request, file_id: UUID) -> HttpResponseBase:
        file = StoredFile.objects.kept(now()).filter(pk=file_id).first()
        if file is None:
            raise Missing
        self.check_object_permissions(request, file)
        return serve(request._request, file)  # noqa: SLF001
