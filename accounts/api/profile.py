"""One's own profile, with its picture."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.profiles import edit_whole_profile
from accounts.api.escalation import note_escalation
from accounts.api.serializers import ProfileSerializer
from accounts.entrance import user_in
from accounts.models import User
from core.api.parsers import JSONParser
from core.api.schema import may_raise
from core.callers import caller_of
from core.clock import now
from core.errors import TooLarge, Unavailable
from core.policies import Allows

DIYA = {
    "id": 7,
    "email": "diya@example.org",
    "role": "student",
    "name": "Diya Patel",
    "phone": "+919876543210",
    "track": "FSD",
    "avatar": None,
    "time_zone": "Asia/Kolkata",
    "locale": "en",
    "notifications": {},
}
PROFILE = OpenApiExample("A student", value=DIYA)
ABOUT = (
    "As JSON, or as a form (`multipart/form-data`) to bring a picture along: PNG, JPEG, GIF or "
    "WebP, at most 2 MB. It becomes a WebP of 256 pixels; `avatar: null` removes it. Of "
    "`notifications` what is sent is changed, and the rest stays."
)


class ProfileEndpoint(GenericAPIView[User]):
    serializer_class = ProfileSerializer
    parser_classes = (JSONParser, MultiPartParser)
    permission_classes = (Allows("accounts.use_own_profile"),)

    @extend_schema(summary="My profile", examples=[PROFILE])
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)

    @extend_schema(summary="Replace my profile", description=ABOUT, examples=[PROFILE])
    @may_raise(TooLarge, Unavailable)
    def put(self, request: Request) -> Response:
        return self._edit(request, partial=False)

    @extend_schema(summary="Change parts of my profile", description=ABOUT, examples=[PROFILE])
    @may_raise(TooLarge, Unavailable)
    def patch(self, request: Request) -> Response:
        return self._edit(request, partial=True)

    def _edit(self, request: Request, *, partial: bool) -> Response:
        serializer = self.get_serializer(request.user, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        user = user_in(request)
        note_escalation(request, user)
        edit_whole_profile(
            user, changes=serializer.validated_data, by=user, caller=caller_of(request), at=now()
        )
        return Response(self.get_serializer(user).data)
