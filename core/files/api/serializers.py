"""A private file as callers see it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from core.files.models import StoredFile


class StoredFileSerializer(serializers.ModelSerializer[StoredFile]):
    url = serializers.SerializerMethodField(help_text="Where its bytes are, for whom may read it.")

    class Meta:
        model = StoredFile
        fields = ["id", "name", "size", "content_type", "created_at", "expires_at", "url"]
        read_only_fields = fields

    @extend_schema_field(serializers.URLField())
    def get_url(self, file: StoredFile) -> str:
        return reverse("file", args=[file.pk], request=self.context.get("request"))
