"""Where GitHub tells what happened: stored as it came, answered at once, applied by a worker."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.schema import may_raise
from core.clock import now
from core.errors import Invalid, TooLarge
from core.files.purposes import MB
from curriculum.actions.webhooks import receive_delivery
from curriculum.errors import SignatureWrong, WebhooksNotConfigured
from curriculum.github.reading import UnreadableError, read_json
from curriculum.github.signatures import is_signed, looks_signed
from curriculum.models import WebhookDelivery

# What GitHub sends at most.
MOST_BYTES = 25 * MB
_EVENT = re.compile(r"[a-z_]{1,64}")
HEADERS = [
    OpenApiParameter("X-GitHub-Event", str, OpenApiParameter.HEADER, description="What happened."),
    OpenApiParameter(
        "X-GitHub-Delivery",
        str,
        OpenApiParameter.HEADER,
        description="A UUID, the same when it is sent again.",
    ),
    OpenApiParameter(
        "X-Hub-Signature-256",
        str,
        OpenApiParameter.HEADER,
        description="`sha256=` and the HMAC of the raw body by one of the secrets.",
    ),
]


class RepositoryNewsSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    full_name = serializers.CharField(required=False)


class NewsSerializer(serializers.Serializer[Any]):
    """Whatever GitHub documents for the event; these are what most events have."""

    action = serializers.CharField(required=False)
    repository = RepositoryNewsSerializer(required=False)


class ReceiptSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


class GitHubWebhook(GenericAPIView[WebhookDelivery]):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = NewsSerializer
    throttle_scope = "webhooks"
    pagination_class = None

    @extend_schema(
        operation_id="webhooks_github",
        summary="Something happened at GitHub",
        description="For GitHub alone: signed with one of `GITHUB_WEBHOOK_SECRET`, 25 MB at most. "
        "Kept by its delivery id and applied soon after, in whatever order it comes; 200 for one "
        "that has come before. Events that are of no use here are taken and forgotten.",
        parameters=HEADERS,
        request=NewsSerializer,
        responses={
            HTTPStatus.ACCEPTED: ReceiptSerializer,
            HTTPStatus.OK: OpenApiResponse(ReceiptSerializer, description="It has come before."),
        },
        examples=[
            OpenApiExample(
                "A pull request",
                request_only=True,
                value={"action": "opened", "repository": {"id": 1296269}},
            ),
            OpenApiExample("Taken", response_only=True, value={"status": "ok"}),
        ],
    )
    @may_raise(SignatureWrong, WebhooksNotConfigured, TooLarge)
    def post(self, request: Request) -> Response:
        body = _signed_body(request)
        is_new = receive_delivery(
            delivery=_delivery(request),
            event=_event(request),
            data=_data(body),
            body=body,
            at=now(),
        )
        status = HTTPStatus.ACCEPTED if is_new else HTTPStatus.OK
        return Response({"status": "ok"}, status=status)


def _signed_body(request: Request) -> bytes:
    """Nothing is read of what is too long or bears no signature."""
    secrets = settings.GITHUB_WEBHOOK_SECRET
    if not secrets:
        raise WebhooksNotConfigured
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise TooLarge
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not looks_signed(signature):
        raise SignatureWrong
    body = request._request.read(MOST_BYTES + 1)  # noqa: SLF001  (`body` has a lower limit)
    if len(body) > MOST_BYTES:
        raise TooLarge
    if not is_signed(body, signature, secrets):
        raise SignatureWrong
    return body


def _event(request: Request) -> str:
    event = request.headers.get("X-GitHub-Event", "")
    if not _EVENT.fullmatch(event):
        raise Invalid(_("X-GitHub-Event says what happened, such as push."))
    return event


def _delivery(request: Request) -> UUID:
    try:
        return UUID(request.headers.get("X-GitHub-Delivery", ""))
    except ValueError:
        raise Invalid(_("X-GitHub-Delivery is the UUID of this delivery.")) from None


def _data(body: bytes) -> dict[str, Any]:
    try:
        return read_json(body)
    except UnreadableError:
        message = _("The body is a JSON object: let the webhook send application/json.")
        raise Invalid(message) from None
