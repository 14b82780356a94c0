"""All that somebody has attempted, of every kind that apps have registered, in one list."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.policies import Allows
from core.registries import attempt_sources

ATTEMPT = {
    "kind": "quiz",
    "id": "5f0c9b1e-3b67-4f0e-9a51-6f9d3f1f5a11",
    "of": 12,
    "title": "Joins, once more",
    "number": 1,
    "status": "submitted",
    "started_at": "2026-11-20T10:15:30Z",
    "submitted_at": "2026-11-20T10:30:00Z",
    "score": 8.0,
    "max_score": 10.0,
    "percentage": 80,
    "passed": True,
    "pending_count": 0,
    "results_at": None,
}


class OwnAttemptSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="What was attempted: `quiz`.")
    id = serializers.CharField()
    of = serializers.IntegerField(help_text="The id of what was attempted.")
    title = serializers.CharField()
    number = serializers.IntegerField(help_text="Which attempt at it, from 1.")
    status = serializers.CharField(help_text="`in_progress`, `submitted` or `abandoned`.")
    started_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    score = serializers.FloatField(allow_null=True, help_text="Null until it may be known.")
    max_score = serializers.FloatField()
    percentage = serializers.IntegerField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    pending_count = serializers.IntegerField(help_text="Answers that a person has to look at.")
    results_at = serializers.DateTimeField(allow_null=True, help_text="When results are told.")


class OwnAttemptsEndpoint(GenericAPIView[Any]):
    serializer_class = OwnAttemptSerializer
    permission_classes = (Allows("accounts.see_own_attempts"),)
    filter_backends = ()

    @extend_schema(
        summary="What one has attempted",
        description="Of every kind, the latest first.",
        responses=OwnAttemptSerializer(many=True),
        examples=[OpenApiExample("A quiz", response_only=True, value=ATTEMPT)],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(_keys_of(user_in(request))) or []
        told = _facts_of(page, at=now())
        return self.get_paginated_response(
            [{"kind": kind, **told[kind][key]} for kind, key, _at in page if key in told[kind]]
        )


def _keys_of(user: User) -> Any:
    """Kind, key and begin of each, in one query for all kinds."""
    parts = [
        source.of(user)
        .order_by()
        .values_list(Value(kind), Cast("pk", CharField()), F("started_at"))
        for kind, source in attempt_sources
    ]
    if not parts:
        return []
    first, *others = parts
    return (
        first.union(*others, all=True).order_by("-started_at")
        if others
        else first.order_by("-started_at", "-pk")
    )


def _facts_of(page: list[tuple[str, str, datetime]], *, at: datetime) -> Any:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, key, _started_at in page:
        by_kind[kind].append(key)
    return {kind: attempt_sources[kind].facts_of(keys, at) for kind, keys in by_kind.items()}
