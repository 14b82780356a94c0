"""The pages of accounts: the way in, and the first page behind it."""

from allauth.account.views import LoginView
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.demo import DOORS, PEOPLE
from accounts.entry.joining import where_terms_stand
from accounts.entry.modes import is_registration_open
from accounts.forms import SignInForm
from accounts.models import User
from accounts.sms import are_texts_sent
from accounts.stages import sign_in_by_page
from accounts.tracks import tracks_to_choose, tracks_with_pages
from core.clock import now
from core.dashboards import dashboard_of
from core.errors import Locked, Throttled
from core.policies import requires

STATUS_BY_CODE = {Throttled.code: Throttled.status, Locked.code: Locked.status}


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    doors = DOORS if settings.DEMO else ()
    about = {
        "tracks": tracks_to_choose(),
        "have_pages": bool(tracks_with_pages()),
        "demo_doors": doors,
        "is_open": is_registration_open(),
    }
    return render(request, "accounts/landing.html", {**about, **where_terms_stand()})


@require_GET
@requires("accounts.see_dashboard")
def dashboard(request: HttpRequest) -> HttpResponse:
    cards = dashboard_of(request.user, at=now())
    return render(request, "accounts/dashboard.html", {"cards": cards})


class SignInView(LoginView):
    """allauth's, which says to machines too when one has to wait."""

    http_method_names = ("get", "head", "options", "post")

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        response = super().form_invalid(form)
        for error in form.errors.as_data().get(NON_FIELD_ERRORS, []):
            if error.code in STATUS_BY_CODE:
                response.status_code = STATUS_BY_CODE[error.code]
                response["Retry-After"] = str(error.params["retry_after"])
        return response

    def get_context_data(self, **context: object) -> dict[str, object]:
        demo = {"demo_doors": DOORS, "demo_people": PEOPLE} if settings.DEMO else {}
        phone_page = self.passthrough_next_url(reverse("phone_sign_in"))
        by_text = {"phone_page": phone_page} if are_texts_sent() else {}
        join_page = self.passthrough_next_url(reverse("account_signup"))
        joining = {"join_page": join_page} if is_registration_open() else {}
        return {**super().get_context_data(**context), **demo, **by_text, **joining}


@require_POST
def sign_in_to_demo(request: HttpRequest) -> HttpResponse:
    """One click, for the people of the demo and in the demo alone."""
    email = request.POST.get("email", "")
    if not settings.DEMO or email not in {person.email for person in PEOPLE}:
        raise Http404
    user = get_object_or_404(User.objects.active(), email=email)
    return sign_in_by_page(request, user, way="demo")
