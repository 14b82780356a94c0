"""Keys of outside systems: made once, shown once, good for what they say and no more."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.actions import api_keys
from accounts.actions.api_keys import find_api_key, make_api_key, revoke_api_key
from accounts.actions.audit import record_audit
from accounts.actions.people import activate_user, change_role, deactivate_user
from accounts.actions.sign_ins import start_token_sign_in
from accounts.key_text import new_key, read_key
from accounts.models import ApiKey, AuditEntry, Role, SignIn
from accounts.tests.factories import UserFactory, sign_in_browser
from core.api.docs import schema_in
from core.api.scopes import scope_needed, scopes_of
from core.callers import Caller
from core.clock import now
from core.errors import InvalidToken
from core.policies import Allows
from core.redaction import without_secrets
from core.registries import api_scopes

HERE = Caller(address="203.0.113.7")
KEYS = "/api/auth/api-keys/"
PAGE = "/security/api-keys/"
ME = "/api/auth/me/"

pytestmark = pytest.mark.django_db


@extend_schema(exclude=True)
class Scoped(APIView):
    """Reads for keys, and a write that asks for a scope which nobody registers here."""

    api_scope = {"GET": "users:read", "POST": "users:write"}
    permission_classes = (Allows("accounts.view_everybody"),)

    def get(self, request):
        return Response({"caller": request.user.pk, "via": request.auth.prefix})

    post = get


def make(owner, *, scopes=("users:read",), expires_at=None):
    return make_api_key(
        owner, name="Placement", scopes=scopes, expires_at=expires_at, caller=HERE, at=now()
    )


def by(text):
    return {"Authorization": f"Bearer {text}"}


def call(text, method="get", view=Scoped):
    request = getattr(APIRequestFactory(), method)("/", headers=by(text))
    answer = view.as_view()(request)
    answer.render()
    return answer


def bearer(user):
    tokens = start_token_sign_in(user, way="password", caller=HERE, at=now())
    return by(tokens.access)


# Making one


def test_staff_make_a_key_which_is_shown_once(api, admin):
    asked = {"name": "Placement office", "scopes": ["users:read"]}
    answer = api.post(KEYS, asked, headers=bearer(admin))
    assert answer.status_code == 201
    text = answer.json()["key"]
    assert re.fullmatch(r"apn_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}", text)
    assert text.startswith(answer.json()["prefix"] + "_")
    for path in (KEYS, f"{KEYS}{answer.json()['id']}/"):
        assert text not in api.get(path, headers=bearer(admin)).content.decode()


def test_only_a_digest_is_kept(admin):
    key, text = make(admin)
    row = ApiKey.objects.filter(pk=key.pk).values().get()
    assert text not in str(row)
    assert text.rpartition("_")[2] not in str(row)


def test_making_one_is_written_down_without_the_key(admin):
    key, text = make(admin)
    entry = AuditEntry.objects.get(action="accounts.api_key_made")
    assert (entry.actor.user, entry.target_id) == (admin, str(key.pk))
    assert entry.data["scopes"] == ["users:read"]
    assert text not in f"{entry.data} {entry.target_label}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["users:rule"]}, "scopes"),
        ({"scopes": "users:read"}, "scopes"),
        ({"scopes": [None]}, "scopes.0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(api, admin, change, field):
    asked = {"name": "Placement office", "scopes": ["users:read"], **change}
    answer = api.post(KEYS, asked, headers=bearer(admin))
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [field])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TRAINER])
def test_whoever_is_not_staff_makes_none(api, client_of, role):
    user = UserFactory(role=role)
    asked = {"name": "Mine", "scopes": ["users:read"]}
    assert api.post(KEYS, asked, headers=bearer(user)).status_code == 403
    assert client_of(user).get(PAGE).status_code == 403
    assert api.get(KEYS).status_code == 401


def test_a_stale_sign_in_makes_none(api, admin):
    headers = bearer(admin)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    answer = api.post(KEYS, {"name": "Late", "scopes": ["users:read"]}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "REAUTHENTICATION_REQUIRED"


def test_a_key_makes_no_keys(api, admin):
    _key, text = make(admin)
    answer = api.post(KEYS, {"name": "Child", "scopes": ["users:read"]}, headers=by(text))
    assert answer.status_code == 403
    assert ApiKey.objects.count() == 1


def test_nobody_sees_or_revokes_anothers(api, admin, superadmin):
    key, text = make(admin)
    headers = bearer(superadmin)
    assert api.get(KEYS, headers=headers).json()["count"] == 0
    for method in (api.get, api.delete):
        assert method(f"{KEYS}{key.pk}/", headers=headers).status_code == 404
    assert call(text).status_code == 200


def test_the_list_takes_as_many_queries_for_many_as_for_few(api, admin, django_assert_num_queries):
    headers = bearer(admin)
    for _ in range(2):
        make(admin)
        with django_assert_num_queries(3):  # who asks, how many, the page
            api.get(KEYS, headers=headers)
        for _more in range(10):
            make(admin)


# Calling with one


def test_a_key_calls_in_its_owners_name_what_its_scope_opens(admin):
    key, text = make(admin)
    answer = call(text)
    assert (answer.status_code, answer.data) == (200, {"caller": admin.pk, "via": key.prefix})


@pytest.mark.parametrize("path", [ME, KEYS, "/api/auth/sessions/", "/api/schema/"])
def test_what_names_no_scope_is_shut_to_keys(api, admin, path):
    _key, text = make(admin)
    answer = api.get(path, headers=by(text))
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "PERMISSION_DENIED"


def test_a_view_that_lets_anybody_in_does_not_let_a_key_in(admin):
    class Open(APIView):
        permission_classes = (AllowAny,)

        def get(self, request):
            return Response({})

    _key, text = make(admin)
    assert call(text, view=Open).status_code == 403


def test_a_scope_that_the_key_lacks_is_named(admin):
    _key, text = make(admin)
    answer = call(text, "post")
    assert answer.status_code == 403
    assert "users:write" in str(answer.data)


@pytest.mark.parametrize(
    ("declared", "method", "needed"),
    [
        (None, "GET", None),
        ("users:read", "GET", "users:read"),
        ("users:read", "HEAD", "users:read"),
        ("users:read", "POST", None),
        ("users:read", "DELETE", None),
        ("placement:write", "POST", "placement:write"),
        ({"GET": "users:read"}, "GET", "users:read"),
        ({"GET": "users:read"}, "PATCH", None),
        ({"GET": "users:read"}, None, None),
    ],
)
def test_a_scope_to_read_opens_no_write(declared, method, needed):
    class View:
        api_scope = declared

    assert scope_needed(View(), method) == needed


def test_a_key_may_no_more_than_its_owner(admin, monkeypatch):
    monkeypatch.setattr(Scoped, "permission_classes", (Allows("accounts.make_staff"),))
    _key, text = make(admin)
    assert call(text).status_code == 403
    _key, text = make(UserFactory(superadmin=True))
    assert call(text).status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        lambda key: revoke_api_key(key, by=key.owner, caller=HERE, at=now()),
        lambda key: ApiKey.objects.filter(pk=key.pk).update(expires_at=now()),
        lambda key: type(key.owner).objects.filter(pk=key.owner_id).update(is_active=False),
        lambda key: type(key.owner).objects.filter(pk=key.owner_id).update(role=Role.TRAINER),
        lambda key: ApiKey.objects.filter(pk=key.pk).update(digest="0" * 64),
    ],
    ids=["revoked", "run out", "owner deactivated", "owner lowered", "another secret"],
)
def test_a_key_that_is_over_is_none(admin, end):
    key, text = make(admin)
    assert call(text).status_code == 200
    end(key)
    answer = call(text)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_does_not_wake_up_with_its_owner(admin, superadmin):
    _key, text = make(admin)
    deactivate_user(admin, by=superadmin, caller=HERE, at=now())
    activate_user(admin, by=superadmin, caller=HERE, at=now())
    assert call(text).status_code == 401
    _key, text = make(admin)
    change_role(admin, role=Role.TRAINER, by=superadmin, caller=HERE, at=now())
    change_role(admin, role=Role.ADMIN, by=superadmin, caller=HERE, at=now())
    assert call(text).status_code == 401
    assert AuditEntry.objects.filter(action="accounts.api_key_revoked").count() == 2


def test_what_only_looks_like_a_key_is_none(admin):
    key, text = make(admin)
    other = new_key().whole
    mixed = f"{key.prefix}_{other.rpartition('_')[2]}"
    cut, longer, turned = text[:-1], f"{text}a", text.swapcase()
    for wrong in (other, mixed, cut, longer, turned, "apn_", "apn__", f"{text} {text}", "apn_ü"):
        assert call(wrong.encode("utf-8").decode("latin-1")).status_code == 401, wrong


def test_a_key_is_compared_in_one_time_whether_it_is_known_or_not(admin, monkeypatch):
    """The row is found by what is no secret; the digests are compared to their end, always."""
    compared = []

    def compare(left, right):
        compared.append((len(left), len(right)))
        return left == right

    monkeypatch.setattr(api_keys, "compare_digest", compare)
    key, text = make(admin)
    find_api_key(text, at=now())
    for wrong in (new_key().whole, f"{key.prefix}_{'a' * 43}"):
        with pytest.raises(InvalidToken):
            find_api_key(wrong, at=now())
    assert compared == [(64, 64)] * 3


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "authorization"])
def test_a_key_in_the_address_is_none(api, admin, name):
    _key, text = make(admin)
    assert api.get(KEYS, {name: text}).status_code == 401
    assert api.get(KEYS, {name: f"Bearer {text}"}).status_code == 401


def test_a_key_in_another_header_or_the_body_is_none(api, admin):
    _key, text = make(admin)
    assert api.get(KEYS, headers={"X-API-Key": text}).status_code == 401
    assert api.get(KEYS, headers={"Authorization": text}).status_code == 401
    assert api.get(KEYS, headers={"Authorization": f"Basic {text}"}).status_code == 401
    assert api.post(KEYS, {"key": text}).status_code == 401


def test_a_key_opens_no_page(client, admin):
    _key, text = make(admin)
    for path in ("/dashboard/", PAGE, "/admin/"):
        assert client.get(path, headers=by(text)).status_code == 302


def test_a_key_starts_no_sign_in(api, admin):
    _key, text = make(admin)
    call(text)
    assert not SignIn.objects.exists()
    assert api.post("/api/auth/token/refresh/", {"refresh": text}).status_code == 401


def test_each_key_is_counted_by_itself_though_its_owner_has_no_limit(admin, settings):
    settings.THROTTLES = {**settings.THROTTLES, "api-keys": {"account": "2/hour"}}
    settings.THROTTLE_FACTOR = 1
    _key, text = make(admin)
    _key, another = make(admin)
    assert [call(text).status_code for _ in range(3)] == [200, 200, 429]
    assert call(another).status_code == 200


def test_last_use_is_kept_roughly(admin, django_assert_num_queries):
    key, text = make(admin)
    call(text)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None
    with django_assert_num_queries(1):
        call(text)
    key.refresh_from_db()
    assert key.last_used_at == first


def test_what_a_key_did_names_the_key(admin):
    key, _text = make(admin)
    owner = key.person
    entry = record_audit("tests.did", by=owner, data={"a": 1}, at=now())
    assert entry.data == {"a": 1, "key": key.prefix}


# Where it must not be read


@pytest.mark.parametrize(
    "line",
    ["Authorization: Bearer {}", "called with {}", "GET /x?who={}&y=1", "'{}'", '{{"k": "{}"}}'],
)
def test_a_key_in_a_log_line_is_hidden(line):
    text = new_key().whole
    hidden = without_secrets(line.format(text))
    assert text.rpartition("_")[2] not in hidden
    assert "[hidden]" in hidden


def test_a_hidden_key_can_still_be_told_from_others():
    key = new_key()
    assert key.prefix in without_secrets(f"called with {key.whole}")


def test_keys_are_what_scanners_for_leaked_secrets_look_for():
    assert all(read_key(new_key().whole) for _ in range(50))
    assert len({new_key().whole for _ in range(50)}) == 50
    assert read_key("apn_short") is None


# What is told about them


def test_every_scope_that_a_view_names_is_registered_and_explained():
    known = {name for name, meaning in api_scopes if str(meaning)}
    named = set()
    for pattern in patterns_of(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", 0)
        named |= scopes_of(view)
    assert named <= known
    assert all(re.fullmatch(r"[a-z-]+:(read|write)", name) for name in known)


def patterns_of(patterns):
    for each in patterns:
        if isinstance(each, URLPattern):
            yield each
        else:
            yield from patterns_of(each.url_patterns)


def test_a_key_reads_people_and_changes_none(api, admin, student):
    _key, text = make(admin)
    assert api.get("/api/users/", headers=by(text)).json()["count"] == 2
    person = f"/api/users/{student.pk}/"
    assert api.get(person, headers=by(text)).status_code == 200
    for change in (api.put, api.patch, api.delete):
        assert change(person, {"name": "Taken over"}, headers=by(text)).status_code == 403
    student.refresh_from_db()
    assert student.name != "Taken over"


def test_the_schema_knows_keys_and_what_they_open():
    schema = schema_in("en")
    people = schema["paths"]["/api/users/"]["get"]
    assert {"key": []} in people["security"]
    assert "`users:read`" in people["description"]
    assert {"key": []} not in schema["paths"]["/api/users/{id}/"]["patch"]["security"]
    assert schema["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    profile = schema["paths"][ME]["get"]
    assert {"key": []} not in profile["security"]


def test_keys_come_first_so_that_tokens_need_not_know_them():
    first, *others = settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"]
    assert first == "accounts.api.keyed.KeyAuthentication"
    assert "accounts.api.authentication.TokenAuthentication" in others


# The pages


def test_the_page_makes_a_key_shows_it_once_and_takes_it_away(client, admin):
    sign_in_browser(client, admin)
    asked = {"name": "Placement office", "scopes": ["users:read"], "days": "90", "once": "a"}
    page = client.post(PAGE, asked)
    (text,) = set(re.findall(r"apn_\w{8}_\w{43}", page.content.decode()))
    assert "no-store" in page["Cache-Control"]
    assert text not in str(dict(client.session))
    again = client.get(PAGE).content.decode()
    assert "Placement office" in again
    assert text not in again
    key = ApiKey.objects.get()
    assert key.expires_at - key.created_at == timedelta(days=90)
    assert "nobody can bring it back" in client.get(f"{PAGE}{key.pk}/revoke/").content.decode()
    assert call(text).status_code == 200
    client.post(f"{PAGE}{key.pk}/revoke/")
    assert call(text).status_code == 401
    assert key.prefix not in client.get(PAGE).content.decode()


def test_a_page_that_is_sent_again_makes_no_second_key(client, admin):
    sign_in_browser(client, admin)
    form = client.get(PAGE).context["form"]
    asked = {"name": "Placement", "scopes": ["users:read"], "days": "30"}
    asked["once"] = form["once"].value()
    made = client.post(PAGE, asked)
    again = client.post(PAGE, asked, follow=True)
    key = ApiKey.objects.get()
    assert made.context["made"]["key"] == key
    assert "made already" in again.content.decode()
    client.post(PAGE, {**asked, "once": made.context["form"]["once"].value()})
    assert ApiKey.objects.count() == 2


def test_the_page_says_what_is_wrong_and_keeps_the_rest(client, admin):
    sign_in_browser(client, admin)
    page = client.post(PAGE, {"name": "Placement office", "days": "90", "once": "a"})
    assert "Placement office" in page.content.decode()
    assert page.context["form"].errors.keys() == {"scopes"}
    assert client.post(PAGE, {"name": "x", "scopes": ["a:b"], "days": "1"}).status_code == 200
    assert not ApiKey.objects.exists()


def test_a_key_of_the_page_may_last_until_it_is_revoked(client, admin):
    sign_in_browser(client, admin)
    asked = {"name": "Placement", "scopes": ["users:read"], "days": "ever", "once": "a"}
    client.post(PAGE, asked)
    assert ApiKey.objects.get().expires_at is None


def test_a_stale_page_asks_for_proof_and_comes_back_with_what_was_filled_in(client, admin):
    sign_in_browser(client, admin)
    SignIn.objects.update(proved_at=now() - timedelta(hours=1))
    asked = {"name": "Placement office", "scopes": ["users:read"], "days": "30"}
    answer = client.post(PAGE, {**asked, "once": "a"})
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=/security/api-keys/")
    assert not ApiKey.objects.exists()
    form = client.get(PAGE, asked).context["form"]
    assert {name: form[name].value() for name in asked} == asked


def test_a_key_of_another_is_not_revoked_by_the_page(client, admin, superadmin):
    key, text = make(admin)
    sign_in_browser(client, superadmin)
    assert client.post(f"{PAGE}{key.pk}/revoke/").status_code == 404
    assert client.get(f"{PAGE}{key.pk}/revoke/").status_code == 404
    assert call(text).status_code == 200


def test_the_admin_lists_keys_and_revokes_them(client, admin, superadmin):
    key, text = make(admin)
    listed = "/admin/accounts/apikey/"
    body = {"action": "revoke", "_selected_action": [key.pk]}
    sign_in_browser(client, UserFactory(admin=True))
    page = client.get(listed).content.decode()
    assert key.prefix in page
    assert key.digest not in page
    client.post(listed, body)
    assert call(text).status_code == 200  # theirs, not one's own
    sign_in_browser(client, superadmin)
    client.post(listed, body)
    assert call(text).status_code == 401
    assert client.get(f"{listed}?digest__startswith={key.digest[:2]}").status_code == 400
