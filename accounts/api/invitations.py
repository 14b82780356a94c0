"""Inviting people by the API."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.invitations import invite
from accounts.entrance import user_in
from accounts.errors import EmailTaken
from accounts.freshness import demand_fresh
from accounts.models import Invitation
from accounts.roles import STAFF, Role
from accounts.tracks import tracks_to_choose
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import Denied, ProofNeeded
from core.policies import Allows, demand


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    tracks = serializers.ListField(
        child=serializers.CharField(max_length=12),
        required=False,
        default=list,
        max_length=20,
        help_text="What a trainer teaches; a student is on the first.",
    )

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "tracks", "created_at", "expires_at"]
        read_only_fields = ["id", "created_at", "expires_at"]

    def validate_tracks(self, codes: list[str]) -> list[str]:
        known = {each.code for each in tracks_to_choose()}
        if set(codes) - known:
            raise serializers.ValidationError(
                _("There is no such track. Choose from %(codes)s.")
                % {"codes": ", ".join(sorted(known))}
            )
        return codes


class InviteEndpoint(GenericAPIView[Invitation]):
    serializer_class = InvitationSerializer
    permission_classes = (Allows("accounts.invite"),)

    @extend_schema(
        summary="Invite somebody",
        description="They get a mail with a link to choose a name and a password by, good once "
        "and for a week. Inviting the same address again withdraws the link before. Admins are "
        "invited by superadmins alone.",
        responses={HTTPStatus.CREATED: InvitationSerializer},
        examples=[
            OpenApiExample(
                "A trainer",
                request_only=True,
                value={"email": "ananya@example.org", "role": "trainer", "tracks": ["FSD"]},
            ),
            OpenApiExample(
                "Invited",
                response_only=True,
                status_codes=["201"],
                value={
                    "id": 5,
                    "email": "ananya@example.org",
                    "role": "trainer",
                    "tracks": ["FSD"],
                    "created_at": "2026-11-20T10:15:30Z",
                    "expires_at": "2026-11-27T10:15:30Z",
                },
            ),
        ],
    )
    @may_raise(Denied, EmailTaken, ProofNeeded)
    def post(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        role = Role(serializer.validated_data["role"])
        if role in STAFF:
            demand(request.user, "accounts.make_staff")
            demand_fresh(request)
        invitation = invite(
            email=serializer.validated_data["email"],
            role=role,
            tracks=serializer.validated_data["tracks"],
            by=user_in(request),
            caller=caller_of(request),
            at=now(),
        )
        return Response(self.get_serializer(invitation).data, HTTPStatus.CREATED)
