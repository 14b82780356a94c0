"""People, and how they sign in, as callers see them."""

import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import SkipField

from accounts.models import SignIn, User
from accounts.rules import PASSWORD_LENGTH, normalise_phone
from accounts.tracks import tracks_to_choose
from accounts.validators import validate_phone
from core.errors import Invalid
from core.notification_kinds import known_choices, read_choices


class CredentialsSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH, trim_whitespace=False, style={"input_type": "password"}
    )


class SignInWithPasswordSerializer(CredentialsSerializer):
    code = serializers.CharField(
        max_length=32,
        required=False,
        allow_blank=True,
        default="",
        help_text="The second factor in one go, where there is one; else it is not looked at.",
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4096)


class SignOutSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(
        max_length=4096,
        required=False,
        help_text="Ends the sign-in of this token; without it every sign-in of the caller ends.",
    )


class TokensSerializer(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedInUserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "email", "role", "track", "name"]


class SignedInSerializer(TokensSerializer):
    user = SignedInUserSerializer()


class PhoneField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        return normalise_phone(super().to_internal_value(data))


@extend_schema_field(serializers.URLField(allow_null=True))
class AvatarField(serializers.Field[Any, Any, Any, Any]):
    """Given as an address, taken as a file. The address that was given may come back as it is."""

    def get_attribute(self, instance: User) -> User:
        return instance

    def to_representation(self, user: User) -> str | None:
        path, request = user.avatar_url, self.context.get("request")
        return request.build_absolute_uri(path) if path and request else path or None

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, UploadedFile):
            return data
        user = self.parent.instance
        if isinstance(data, str) and user is not None and data == self.to_representation(user):
            raise SkipField
        raise ValidationError(
            gettext("A picture is sent as a file of a multipart form, or null to remove it.")
        )

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """An empty field of a form, which knows no null, removes the picture too."""
        return super().validate_empty_values(None if data == "" else data)


@extend_schema_field(serializers.DictField(child=serializers.DictField()))
class NotificationsField(serializers.Field[Any, Any, Any, Any]):
    """A JSON text, where it comes with a form."""

    def to_representation(self, choices: dict[str, Any]) -> dict[str, Any]:
        return known_choices(choices)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            given = json.loads(data) if isinstance(data, str) else data
            return read_choices(given)
        except (ValueError, RecursionError):
            raise ValidationError(gettext("This is not JSON that can be read.")) from None
        except Invalid as refusal:
            raise ValidationError(str(refusal.message)) from None


class ProfileSerializer(serializers.ModelSerializer[User]):
    """The one shape of a person's own profile."""

    phone = PhoneField(required=False, allow_blank=True, max_length=32, validators=[validate_phone])
    avatar = AvatarField(
        required=False,
        allow_null=True,
        help_text="Its address; null without a picture. To set it, a file of a multipart form.",
    )
    notifications = NotificationsField(
        source="notification_choices",
        required=False,
        help_text="What was chosen by kind of message; empty as long as the defaults hold.",
    )

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "role",
            "name",
            "phone",
            "track",
            "avatar",
            "time_zone",
            "locale",
            "notifications",
        ]
        read_only_fields = ["id", "email", "role"]
        extra_kwargs = {"name": {"required": True, "allow_blank": False}}

    def validate_track(self, code: str) -> str:
        return code if code == self._present_track() else known_track(code)

    def _present_track(self) -> str:
        """Somebody's own code stays good, even when its track is gone."""
        return self.instance.track if self.instance else ""


class SignInSerializer(serializers.ModelSerializer[SignIn]):
    """A browser or an app in which one is signed in."""

    id = serializers.UUIDField(source="sid", read_only=True)
    is_current = serializers.SerializerMethodField(help_text="The one that asks.")
    impersonated_by = serializers.SerializerMethodField(
        help_text="Who of the staff acts in one's name there; null where it is oneself."
    )

    class Meta:
        model = SignIn
        fields = [
            "id",
            "kind",
            "address",
            "user_agent",
            "created_at",
            "last_seen_at",
            "expires_at",
            "is_current",
            "impersonated_by",
        ]

    def get_is_current(self, sign_in: SignIn) -> bool:
        return sign_in == self.context["current"]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_impersonated_by(self, sign_in: SignIn) -> str | None:
        return str(sign_in.impersonator) if sign_in.impersonator else None


def known_track(code: str) -> str:
    """None, or one that there is."""
    known = [track.code for track in tracks_to_choose()]
    if code and code not in known:
        raise ValidationError(
            gettext("There is no such track. Choose one of %(codes)s.")
            % {"codes": ", ".join(sorted(known))}
        )
    return code
