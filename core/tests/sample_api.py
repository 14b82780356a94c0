"""A small API of every temperament: the routes that tests of the plumbing call."""

from typing import Any

import django_filters
from django.contrib.auth import get_user_model
from django.core import exceptions as django_errors
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from redis.exceptions import ConnectionError as RedisConnectionError
from rest_framework import exceptions as drf
from rest_framework import generics, serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import errors
from core.api.conditional import conditional, conditional_on
from core.api.idempotent import idempotent
from core.api.parsers import JSONParser
from core.security import ViolationReports

User = get_user_model()
SECRET = "the inside of the house"

RAISED: dict[str, Exception] = {
    "drf-denied": drf.PermissionDenied(),
    "drf-validation-list": drf.ValidationError(["This and that do not go together."]),
    "drf-busy": drf.Throttled(wait=7),
    "django-missing": Http404("No User matches the given query."),
    "django-denied": django_errors.PermissionDenied(),
    "django-suspicious": django_errors.SuspiciousOperation(SECRET),
    "django-validation": django_errors.ValidationError({"email": ["Taken."]}),
    "too-big": django_errors.RequestDataTooBig(),
    "domain": errors.Conflict("It has moved on.", submission=7),
    "domain-locked": errors.Locked(minutes=5),
    "domain-not-signed-in": errors.NotSignedIn(),
    "domain-throttled": errors.Throttled(retry_after=30),
    "domain-away": errors.Unavailable(),
    "database-away": OperationalError(f"connection refused: {SECRET}"),
    "connection-lost": InterfaceError("connection already closed"),
    "cache-away": RedisConnectionError(f"refused: {SECRET}"),
    "disk-full": OSError(28, "No space left on device"),
    "fault": RuntimeError(SECRET),
}


class Answer(serializers.Serializer[Any]):
    question = serializers.IntegerField()
    text = serializers.CharField(max_length=5)


class Sheet(serializers.Serializer[Any]):
    email = serializers.EmailField()
    answers = Answer(many=True)
    tags = serializers.ListField(child=serializers.IntegerField(), required=False)
    due_at = serializers.DateTimeField(required=False)
    level = serializers.ChoiceField(choices=["easy", "hard"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["email"].startswith("no@"):
            raise serializers.ValidationError("These do not go together.")
        return attrs


class SheetView(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        sheet = Sheet(data=request.data)
        sheet.is_valid(raise_exception=True)
        return Response(sheet.data)


class OwnView(APIView):
    def get(self, request: Request) -> Response:
        return Response({"id": request.user.pk})

    post = get


class PublicView(APIView):
    permission_classes = [AllowAny]
    public_reads = True

    def get(self, request: Request) -> Response:
        return Response({"open": True})

    post = get


class StaffView(OwnView):
    permission_classes = [IsAdminUser]


class PollView(OwnView):
    throttle_scope = "poll"


class SignInView(APIView):
    permission_classes = [AllowAny]
    throttle_scope = "login"

    def throttle_account(self, request: Request) -> str:
        return str(request.data.get("email", ""))

    def post(self, request: Request) -> Response:
        return Response({"email": request.data["email"]})


class OwnCountView(APIView):
    permission_classes = [AllowAny]
    throttle_classes = ()

    def post(self, request: Request) -> Response:
        raise errors.Invalid


class RaisingView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request, name: str) -> Response:
        raise RAISED[name]


class RaisingPage(View):
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        raise RAISED[name]


class OnlyGetPage(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("as it should be")


class LinkPage(View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        return HttpResponse("confirmed")


class Person(serializers.ModelSerializer[Any]):
    class Meta:
        model = User
        fields = ["id", "email", "name", "role", "joined_at"]


class PeopleFilter(django_filters.FilterSet):
    class Meta:
        model = User
        fields = ["role", "is_active"]


class PeopleView(generics.ListAPIView[Any]):
    permission_classes = [AllowAny]
    serializer_class = Person
    queryset = User.objects.all()
    filterset_class = PeopleFilter
    search_fields = ["name", "email"]
    ordering_fields = ["name", "email"]


class PublishedView(APIView):
    permission_classes = [AllowAny]
    content = {"title": "Data Professional"}

    @conditional
    def get(self, request: Request) -> Response:
        return Response(self.content)


class VersionedView(APIView):
    permission_classes = [AllowAny]
    version = 1
    calls = 0

    @conditional_on(lambda view, _request: view.version)
    def get(self, request: Request) -> Response:
        type(self).calls += 1
        return Response({"version": self.version})


class OrderView(APIView):
    """Does what `handlers` says, once for each call that gets through."""

    permission_classes = [AllowAny]
    parser_classes = [JSONParser, MultiPartParser]
    done: list[Any] = []
    behave: Any = None

    @idempotent
    def post(self, request: Request, order: str) -> Response:
        type(self).done.append(order)
        if self.behave is not None:
            return type(self).behave(request)
        number = len(self.done)
        return Response({"number": number}, status=201, headers={"Location": f"/orders/{number}/"})


class RawView(View):
    """No DRF view, and still below /api/."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("x" * 1000)


api = [
    path("sheets/", SheetView.as_view()),
    path("own/", OwnView.as_view()),
    path("public/", PublicView.as_view()),
    path("staff/", StaffView.as_view()),
    path("poll/", PollView.as_view()),
    path("sign-in/", SignInView.as_view()),
    path("own-count/", OwnCountView.as_view()),
    path("raise/<str:name>/", RaisingView.as_view()),
    path("people/", PeopleView.as_view()),
    path("published/", PublishedView.as_view()),
    path("versioned/", VersionedView.as_view()),
    path("orders/<str:order>/", OrderView.as_view()),
    path("raw/", RawView.as_view()),
]

urlpatterns = [
    path("api/", include(api)),
    path("api/v1/", include((api, "v1"))),
    path("raise/<str:name>/", csrf_exempt(RaisingPage.as_view())),
    path("only-get/", csrf_exempt(OnlyGetPage.as_view())),
    path("form/", OnlyGetPage.as_view()),
    path("confirm/<str:key>/", LinkPage.as_view()),
    path("csp-report/", ViolationReports.as_view()),
    path("sign-in/", OnlyGetPage.as_view(), name="account_login"),
    path("admin/", OnlyGetPage.as_view()),
]

handler400 = "core.pages.bad_request"
handler403 = "core.pages.permission_denied"
handler404 = "core.pages.not_found"
handler500 = "core.pages.server_error"
