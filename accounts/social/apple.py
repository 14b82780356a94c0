"""Apple: ID tokens and codes. A browser comes back by a form from Apple, without our cookies."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.apple.client import AppleOAuth2Client
from allauth.socialaccount.providers.apple.provider import AppleProvider as AllauthAppleProvider
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.social.id_tokens import Trust, claims_of
from accounts.social.provider import NAME_LENGTH, Account, Adapter, OurProvider, text_in

ISSUERS = ("https://appleid.apple.com",)
NAME_COOKIE = "apple_name"
NAME_SECONDS = 600
LONGEST = 4096


class AppleAdapter(Adapter):
    provider_id = "apple"
    client_class = AppleOAuth2Client
    login_cancelled_error = "user_cancelled_authorize"

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **kwargs: Any
    ) -> SocialLogin:
        said = {**kwargs["response"], "name": name_told(request)}
        return self.get_provider().verify_token(request, said)


class AppleProvider(OurProvider, AllauthAppleProvider):
    account_class = Account
    oauth2_adapter_class = AppleAdapter
    # Apple knows no PKCE: what ties the answer to this browser is the nonce.
    pkce_enabled_default = False

    def verify_token(self, request: HttpRequest, token: Mapping[str, Any]) -> SocialLogin:
        """The name is not Apple's word but that of whoever sends it: it is only shown."""
        trust = Trust(self.address("keys"), ISSUERS, self.client_ids)
        claims = claims_of(text_in(token, "id_token"), trust)
        return self.sociallogin_from_response(request, {**claims, "name": token.get("name")})


@csrf_exempt
@require_POST
def carry_over(request: HttpRequest) -> HttpResponse:
    """Turns Apple's form, which browsers send without our session, into a request that has it.

    Nothing is believed here: the state is looked up there. The name, which Apple tells once and
    only in this form, goes along in a signed cookie.
    """
    given = {name: request.POST.get(name, "")[:LONGEST] for name in ("code", "state", "error")}
    kept = {name: text for name, text in given.items() if text}
    finish = reverse("apple_finish_callback")
    response = HttpResponseRedirect(f"{finish}?{urlencode(kept)}")
    if name := _name_in(request.POST.get("user", "")):
        response.set_cookie(
            NAME_COOKIE,
            signing.dumps([given["state"], name], salt=NAME_COOKIE),
            max_age=NAME_SECONDS,
            path=finish,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def name_told(request: HttpRequest) -> str:
    """The one that came with the same state."""
    try:
        state, name = signing.loads(
            request.COOKIES.get(NAME_COOKIE, ""), salt=NAME_COOKIE, max_age=NAME_SECONDS
        )
    except signing.BadSignature:
        return ""
    return str(name) if state == request.GET.get("state") else ""


def _name_in(user: str) -> str:
    try:
        told = json.loads(user[:LONGEST])["name"]
        parts = (told.get("firstName"), told.get("lastName"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ""
    return " ".join(part.strip() for part in parts if isinstance(part, str))[:NAME_LENGTH].strip()
