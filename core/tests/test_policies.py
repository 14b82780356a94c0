"""Policies: named once, asked alike by pages, API and templates, and loud about typing mistakes."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.views import View
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from core import policies
from core.errors import Denied, Missing, NotForRole, NotSignedIn
from core.policies import (
    Allows,
    UnknownPolicy,
    can,
    demand,
    every_policy,
    policy,
    requires,
    to_sign_in,
)

NOBODY = AnonymousUser()


class Person:
    is_authenticated = True
    is_active = True
    is_staff = False
    pk = 1

    def __init__(self, **traits):
        self.__dict__.update(traits)


READER = Person()
WRITER = Person(writes=True)
STRANGER = Person(is_stranger=True)


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    """Notes that strangers may not see, that all others may, and that writers may edit."""
    monkeypatch.setattr(policies, "_policies", dict(policies._policies))

    @policy("notes.view_note")
    def view_note(user, note):
        """See notes

        And more that no table needs.
        """
        return note is None or not hasattr(user, "is_stranger")

    @policy("notes.edit_note", seen_by="notes.view_note")
    def edit_note(user, note):
        return hasattr(user, "writes") and note != "locked"

    @policy("notes.read_news", for_anyone=True)
    def read_news(user, news):
        return news != "secret"


def heard(user, name, obj=None):
    try:
        demand(user, name, obj)
    except (NotSignedIn, Denied, Missing) as error:
        return type(error)
    return None


def test_a_policy_answers_for_role_and_object():
    assert can(READER, "notes.view_note")
    assert can(READER, "notes.view_note", "a note")
    assert not can(STRANGER, "notes.view_note", "a note")
    assert not can(READER, "notes.edit_note")
    assert can(WRITER, "notes.edit_note", "a note")


def test_nobody_is_asked_about_only_where_anyone_may():
    assert not can(NOBODY, "notes.view_note")
    assert can(NOBODY, "notes.read_news")


def test_a_closed_account_may_nothing():
    closed = Person(is_active=False)
    assert not can(closed, "notes.view_note")
    assert not can(closed, "notes.read_news")


@pytest.mark.parametrize(
    ("user", "name", "obj", "answer"),
    [
        (NOBODY, "notes.view_note", None, NotSignedIn),
        (NOBODY, "notes.edit_note", "a note", NotSignedIn),
        (NOBODY, "notes.read_news", None, None),
        (NOBODY, "notes.read_news", "secret", Missing),
        (READER, "notes.view_note", "a note", None),
        (READER, "notes.edit_note", None, NotForRole),
        (READER, "notes.edit_note", "a note", NotForRole),
        (WRITER, "notes.edit_note", "a note", None),
        (WRITER, "notes.edit_note", "locked", Denied),
        (Person(writes=1, is_stranger=1), "notes.edit_note", "locked", Missing),
        (STRANGER, "notes.view_note", "a note", Missing),
    ],
)
def test_one_hears_the_first_thing_that_is_in_the_way(user, name, obj, answer):
    assert heard(user, name, obj) is answer


def test_an_unknown_policy_is_a_mistake_and_never_a_refusal():
    for ask in (
        lambda: can(READER, "notes.veiw_note"),
        lambda: demand(READER, "notes.veiw_note"),
        lambda: Allows("notes.veiw_note"),
        lambda: requires("notes.veiw_note"),
        lambda: rendered(READER, "{% can 'notes.veiw_note' as ok %}"),
    ):
        with pytest.raises(UnknownPolicy, match=r"notes\.veiw_note"):
            ask()


def test_a_policy_is_declared_once():
    with pytest.raises(ValueError, match="declared already"):
        policy("notes.view_note")(can)


def test_every_policy_says_what_it_allows_in_a_line():
    meaning = {each.name: each.meaning for each in every_policy()}
    assert meaning["notes.view_note"] == "See notes"
    ours = {name: line for name, line in meaning.items() if not name.startswith("notes.")}
    assert all(ours.values()), "a policy without a docstring has no line in docs/permissions.md"


def rendered(user, text, **context):
    template = Template("{% load policies %}" + text)
    return template.render(Context({"user": user, **context}))


@pytest.mark.parametrize(("user", "shown"), [(READER, "no"), (WRITER, "yes"), (NOBODY, "no")])
def test_templates_ask_too(user, shown):
    text = "{% can 'notes.edit_note' note as may %}{{ may|yesno }}"
    assert rendered(user, text, note="a note") == shown


def test_a_misspelt_variable_in_a_template_never_asks_about_the_role_instead():
    text = "{% can 'notes.view_note' nte as may %}{{ may|yesno }}"
    assert rendered(READER, text, note="a note") == "no"


def a_page():
    @requires("notes.edit_note")
    def edit(request):
        return HttpResponse("edited")

    return edit


def a_page_made_of_a_class():
    @requires("notes.edit_note")
    class Edit(View):
        def get(self, request):
            return HttpResponse("edited")

    return Edit.as_view()


@pytest.mark.parametrize("make", [a_page, a_page_made_of_a_class])
def test_a_page_is_guarded_by_what_the_role_may_do(make):
    page = make()
    assert ask_page(WRITER, page).content == b"edited"
    for user, refusal in ((READER, Denied), (NOBODY, NotSignedIn)):
        with pytest.raises(refusal):
            ask_page(user, page)


def ask_page(user, page):
    request = RequestFactory().get("/notes/")
    request.user = user
    return page(request)


@pytest.mark.parametrize(
    ("method", "there"),
    [("get", "/accounts/login/?next=/notes/%3Fpage%3D2"), ("post", "/accounts/login/")],
)
def test_one_comes_back_from_the_sign_in_to_what_can_be_asked_for_again(method, there):
    request = getattr(RequestFactory(), method)("/notes/?page=2")
    assert to_sign_in(request)["Location"] == there


def an_endpoint():
    class Notes(APIView):
        throttle_classes = ()
        permission_classes = (Allows("notes.edit_note"),)

        def get(self, request, note):
            self.check_object_permissions(request, note)
            return Response("edited")

    return Notes.as_view()


@pytest.mark.parametrize(
    ("user", "note", "status"),
    [
        (None, "a note", 401),
        (READER, "a note", 403),
        (WRITER, "a note", 200),
        (WRITER, "locked", 403),
        (Person(writes=1, is_stranger=1), "locked", 404),
    ],
)
def test_an_endpoint_is_guarded_by_role_and_object(user, note, status):
    request = APIRequestFactory().get("/api/notes/")
    if user is not None:
        force_authenticate(request, user)
    assert an_endpoint()(request, note).status_code == status
