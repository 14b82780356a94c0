"""GitHub for callers: connecting an account there, and the way back from it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.entrance import user_in
from accounts.models import User
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.policies import Allows
from curriculum.actions.github_connections import begin_connecting, disconnect_account
from curriculum.connecting import CONNECT, finish_connecting, lead_back
from curriculum.errors import (
    BegunByAnother,
    ConnectingDenied,
    ConnectingFailed,
    ConnectingTooLate,
    GitHubAway,
    GitHubNotConfigured,
    GitHubTaken,
    NotConnected,
    ScopesMissing,
)
from curriculum.models import GitHubConnection

LONGEST_ANSWER = 512


class ConnectingSerializer(serializers.Serializer[Any]):
    authorize_url = serializers.URLField(help_text="Where at GitHub one says yes; open it.")


class ConnectionSerializer(serializers.ModelSerializer[GitHubConnection]):
    is_living = serializers.BooleanField(
        read_only=True, help_text="Whether GitHub still takes what it once gave us."
    )

    class Meta:
        model = GitHubConnection
        fields = ["login", "scopes", "connected_at", "is_living"]
        read_only_fields = fields


CONNECTED = OpenApiExample(
    "Connected",
    response_only=True,
    status_codes=["200"],
    value={
        "login": "asha-rao",
        "scopes": "repo",
        "connected_at": "2026-11-20T10:15:30Z",
        "is_living": True,
    },
)


class ConnectEndpoint(GenericAPIView[GitHubConnection]):
    serializer_class = ConnectingSerializer
    permission_classes = (Allows(CONNECT),)
    pagination_class = None

    @extend_schema(
        operation_id="auth_github_connect",
        summary="Begin to connect an account at GitHub",
        description="Open `authorize_url` in a browser. GitHub leads back to "
        "`/api/auth/github/callback/`, which knows by its state who began, for 30 minutes and "
        "once: so apps need no cookie. Apart from signing in with GitHub.",
        parameters=[
            OpenApiParameter(
                "next", str, description="A page of ours to come back to, such as `/projects/3/`."
            )
        ],
        examples=[
            OpenApiExample(
                "The way there",
                response_only=True,
                value={
                    "authorize_url": "https://github.com/login/oauth/authorize?client_id=Iv1.ab12"
                    "&state=kq3V&code_challenge=E9Mel&code_challenge_method=S256&scope=repo"
                },
            )
        ],
    )
    @may_raise(GitHubNotConfigured)
    def get(self, request: Request) -> Response:
        back_to = request.query_params.get("next", "")
        url = begin_connecting(user_in(request), back_to=back_to, at=now())
        return Response({"authorize_url": url})


class AnyForm(DefaultContentNegotiation):
    """A browser asks for HTML here, and is led on to a page."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class CallbackEndpoint(GenericAPIView[GitHubConnection]):
    serializer_class = ConnectionSerializer
    permission_classes = (AllowAny,)
    pagination_class = None
    content_negotiation_class = AnyForm

    @extend_schema(
        operation_id="auth_github_callback",
        summary="The way back from GitHub",
        description="Where GitHub sends the browser. A browser that is signed in is led to the "
        "page that it came from; one that is not is asked first whether the account is to be "
        "connected. Whoever does not ask for HTML gets the connection as JSON.",
        parameters=[
            OpenApiParameter("state", str, description="Good once, for 30 minutes."),
            OpenApiParameter("code", str, description="Of GitHub, where one said yes."),
            OpenApiParameter("error", str, description="Of GitHub, where one said no."),
        ],
        responses={
            HTTPStatus.OK: ConnectionSerializer,
            HTTPStatus.FOUND: OpenApiResponse(description="A browser, to a page of ours."),
        },
        examples=[CONNECTED],
    )
    @may_raise(
        ConnectingFailed,
        ConnectingTooLate,
        ConnectingDenied,
        BegunByAnother,
        GitHubTaken,
        ScopesMissing,
        GitHubAway,
        GitHubNotConfigured,
    )
    def get(self, request: Request) -> HttpResponseBase:
        answer = {
            name: request.query_params.get(name, "")[:LONGEST_ANSWER]
            for name in ("state", "code", "error")
        }
        if _wants_page(request):
            return _led_on(request._request, answer)  # noqa: SLF001
        connection = finish_connecting(request._request, **answer)  # noqa: SLF001
        return Response(self.get_serializer(connection).data)


class ConnectionEndpoint(GenericAPIView[GitHubConnection]):
    serializer_class = ConnectionSerializer
    permission_classes = (Allows(CONNECT),)
    pagination_class = None

    @extend_schema(
        operation_id="auth_github_connection",
        summary="My account at GitHub",
        examples=[CONNECTED],
    )
    @may_raise(NotConnected)
    def get(self, request: Request) -> Response:
        connection = GitHubConnection.objects.filter(user=user_in(request)).first()
        if connection is None:
            raise NotConnected
        return Response(self.get_serializer(connection).data)

    @extend_schema(
        operation_id="auth_github_disconnect",
        summary="Disconnect my account at GitHub",
        description="What we were granted is taken back at GitHub too, soon after. Repositories "
        "stay as they are.",
        request=None,
        responses={HTTPStatus.NO_CONTENT: None},
    )
    @may_raise(NotConnected)
    def delete(self, request: Request) -> Response:
        disconnect_account(user_in(request), caller=caller_of(request._request), at=now())  # noqa: SLF001
        return Response(status=HTTPStatus.NO_CONTENT)


def _led_on(request: HttpRequest, answer: dict[str, str]) -> HttpResponseBase:
    """Somebody who is not signed in here is asked first: a link from elsewhere may have brought
    them, to have their account at GitHub connected to another one's here."""
    if not isinstance(request.user, User):
        return redirect(f"{reverse('github_confirm')}?{urlencode(answer)}")
    return lead_back(request, **answer)


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "text/html" in accepted and "application/json" not in accepted
