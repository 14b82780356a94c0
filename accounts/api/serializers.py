"""People, and how they sign in, as callers see them."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import SignIn, User
from accounts.rules import PASSWORD_LENGTH, normalise_phone
from accounts.validators import validate_phone
from core.registries import track_codes


class CredentialsSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH, trim_whitespace=False, style={"input_type": "password"}
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


class ProfileSerializer(serializers.ModelSerializer[User]):
    """The one shape of a person's own profile."""

    phone = PhoneField(required=False, allow_blank=True, max_length=32, validators=[validate_phone])
    avatar = serializers.SerializerMethodField(help_text="Its address; null without a picture.")
    notifications = serializers.SerializerMethodField(
        help_text="What was chosen by kind of message; empty as long as the defaults hold."
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

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_avatar(self, user: User) -> None:
        return None

    @extend_schema_field(serializers.DictField())
    def get_notifications(self, user: User) -> dict[str, Any]:
        return {}

    def validate_track(self, code: str) -> str:
        """Until an app registers tracks, any well-formed code is one."""
        known = {each for _name, codes in track_codes for each in codes()}
        if not code or not known or code in known or code == self._present_track():
            return code
        raise ValidationError(
            gettext("There is no such track. Choose one of %(codes)s.")
            % {"codes": ", ".join(sorted(known))}
        )

    def _present_track(self) -> str:
        """Somebody's own code stays good, even when its track is gone."""
        return self.instance.track if self.instance else ""


class SignInSerializer(serializers.ModelSerializer[SignIn]):
    """A browser or an app in which one is signed in."""

    id = serializers.UUIDField(source="sid", read_only=True)
    is_current = serializers.SerializerMethodField(help_text="The one that asks.")

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
        ]

    def get_is_current(self, sign_in: SignIn) -> bool:
        return sign_in == self.context["current"]
