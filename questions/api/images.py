"""Pictures for questions, sent while one writes."""

from http import HTTPStatus
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from core.api.schema import may_raise
from core.clock import now
from core.errors import Unavailable
from core.files.api.serializers import StoredFileSerializer
from core.files.errors import FileRefused, FileTooLarge
from core.files.models import StoredFile
from core.policies import Allows
from questions.actions.images import keep_image
from questions.files import IMAGE_FILES
from questions.images import markdown_of

MARK = "2f0c8f1e-7a51-4d0c-9f61-6f2d9b3f8a10"
AN_IMAGE = {
    "id": MARK,
    "name": "plan.png",
    "size": 48213,
    "content_type": "image/png",
    "url": f"https://learn.example/api/files/{MARK}/",
    "markdown": f"![A plan with two joins](/api/files/{MARK}/?w=640&h=480)",
    "width": 640,
    "height": 480,
}


class ImageUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True)
    alt = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="What it shows, for those who do not see it.",
    )


class QuestionImageSerializer(StoredFileSerializer):
    markdown = serializers.CharField(help_text="How a text of a question shows it.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()

    class Meta(StoredFileSerializer.Meta):
        fields = [
            *("id", "name", "size", "content_type", "url", "markdown", "width", "height"),
        ]
        read_only_fields = fields


class ImagesEndpoint(GenericAPIView[StoredFile]):
    serializer_class = ImageUploadSerializer
    permission_classes = (Allows("questions.edit"),)
    parser_classes = (MultiPartParser,)
    filter_backends = ()
    largest_upload = IMAGE_FILES.max_bytes

    @extend_schema(
        operation_id="questions_images_create",
        summary="Send a picture for a question",
        description="PNG, JPEG, GIF or WebP of up to 5 MB. It is written anew, without what a "
        "camera noted, and at most 2,000 pixels long. Put `markdown` into the text; a picture that "
        "no question shows within a week is forgotten.",
        responses={HTTPStatus.CREATED: QuestionImageSerializer},
        examples=[OpenApiExample("A picture", response_only=True, value=AN_IMAGE)],
    )
    @may_raise(FileRefused, FileTooLarge, Unavailable)
    def post(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        kept = keep_image(upload=given.validated_data["file"], owner=user_in(request), at=now())
        words = given.validated_data.get("alt") or _("what the picture shows")
        path = reverse("file", args=[kept.file.pk])
        file: Any = kept.file
        file.markdown = markdown_of(path=path, picture=kept.picture, words=words)
        file.width, file.height = kept.picture.width, kept.picture.height
        answer = QuestionImageSerializer(file, context=self.get_serializer_context())
        return Response(answer.data, status=HTTPStatus.CREATED)
