"""The pages of accounts: the way in, and the first page behind it."""

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_login_redirect_url
from allauth.account.views import LoginView
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.demo import DOORS, PEOPLE
from accounts.forms import SignInForm
from accounts.models import User
from accounts.tracks import TRACKS
from core.clock import now
from core.dashboards import dashboard_of
from core.errors import Locked, Throttled
from core.policies import requires

STATUS_BY_CODE = {Throttled.code: Throttled.status, Locked.code: Locked.status}


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    doors = DOORS if settings.DEMO else ()
    return render(request, "accounts/landing.html", {"tracks": TRACKS, "demo_doors": doors})


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
        return {**super().get_context_data(**context), **demo}


@require_POST
def sign_in_to_demo(request: HttpRequest) -> HttpResponse:
    """One click, for the people of the demo and in the demo alone."""
    email = request.POST.get("email", "")
    if not settings.DEMO or email not in {person.email for person in PEOPLE}:
        raise Http404
    user = get_object_or_404(User.objects.active(), email=email)
    get_adapter(request).login(request, user, way="demo")
    return HttpResponseRedirect(get_login_redirect_url(request))
