"""A job as callers see it."""

from rest_framework import serializers

from core.jobs.models import Job


class JobErrorSerializer(serializers.Serializer[dict[str, str]]):
    code = serializers.CharField()
    message = serializers.CharField()


class JobSerializer(serializers.ModelSerializer[Job]):
    error = JobErrorSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Job
        fields = ["id", "kind", "status", "progress", "message", "result", "error"]
        read_only_fields = fields
