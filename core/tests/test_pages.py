"""When a page cannot be shown."""

import re

import pytest
from django import forms
from django.test import Client

from core import errors
from core.pages import errors_on, explain
from core.tests import sample_api

pytestmark = pytest.mark.urls("core.tests.sample_api")


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing/", 404, "There is nothing here"),
        ("/raise/django-missing/", 404, "There is nothing here"),
        ("/raise/django-denied/", 403, "not for you"),
        ("/raise/django-suspicious/", 400, "cannot be read"),
        ("/raise/too-big/", 413, "too large"),
        ("/raise/domain/", 409, "It has moved on."),
        ("/raise/domain-locked/", 423, "locked"),
        ("/raise/domain-throttled/", 429, "too often"),
        ("/raise/domain-away/", 503, "Nothing was lost"),
        ("/raise/database-away/", 503, "Nothing was lost"),
        ("/raise/fault/", 500, "Something went wrong on our side"),
    ],
)
def test_each_refusal_is_a_page_for_people_that_needs_no_database(client, path, status, words):
    answer = client.get(path, headers={"X-Request-ID": "call-7"})
    page = answer.content.decode()
    assert answer.status_code == status
    assert words in page
    assert "<h1>" in page
    assert "the inside of the house" not in page
    assert ("call-7" in page) == (status >= 500)


def test_a_page_of_refusal_holds_nothing_that_the_policy_forbids(client):
    page = client.get("/raise/fault/").content.decode()
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert "style=" not in page
    assert 'href="/static/css/app.css"' in page


def test_what_passes_by_itself_says_when_to_come_again(client):
    assert client.get("/raise/domain-throttled/")["Retry-After"] == "30"
    assert client.get("/raise/database-away/")["Retry-After"] == "5"


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client):
    answer = client.get("/raise/domain-not-signed-in/?page=2")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/raise/domain-not-signed-in/%3Fpage%3D2"


def test_a_method_that_a_page_lacks_is_answered_by_a_page(client):
    answer = client.post("/only-get/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "<h1>" in answer.content.decode()


def test_a_form_that_was_open_for_too_long_says_that_nothing_was_changed():
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/form/")
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_from_an_aged_page_one_goes_back_to_where_one_was_but_nowhere_else():
    strict = Client(enforce_csrf_checks=True)
    here, there = "http://testserver/quizzes/?q=a", "http://elsewhere.example/quizzes/"
    mine = strict.post("/form/", headers={"referer": here}).content.decode()
    theirs = strict.post("/form/", headers={"referer": there}).content.decode()
    assert f'href="{here}"' in mine
    assert "Back to the page" not in theirs
    assert "elsewhere.example" not in theirs


def test_words_of_users_are_escaped(client, monkeypatch):
    monkeypatch.setitem(sample_api.RAISED, "domain", errors.Conflict("<b>bold</b>"))
    assert "&lt;b&gt;bold" in client.get("/raise/domain/").content.decode()


class Work(forms.Form):
    url = forms.CharField(required=False)


def refused(error):
    form = Work({"url": "https://example.org"})
    assert form.is_valid()
    with errors_on(form):
        raise error
    return form.errors


def test_an_error_of_a_field_stands_at_the_field():
    found = refused(errors.Invalid(url=["We cannot reach this address."]))
    assert found == {"url": ["We cannot reach this address."]}


def test_another_refusal_stands_above_the_form():
    assert refused(errors.Conflict("Somebody was faster.", submission=7)) == {
        "__all__": ["Somebody was faster."]
    }


@pytest.mark.parametrize("error", [errors.NotSignedIn(), errors.Denied(), errors.Missing()])
def test_what_is_not_about_the_form_is_no_error_of_it(error):
    with pytest.raises(type(error)), errors_on(Work({})):
        raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.Throttled(retry_after=1), "That was a little too often. Try again in 1 second."),
        (errors.Throttled(retry_after=99), "That was a little too often. Try again in 99 seconds."),
        (errors.Locked(retry_after=861), "This is locked for a while. Try again in 15 minutes."),
        (errors.Throttled("In a minute.", retry_after=60), "In a minute."),
        (errors.Locked(), "This is locked for a while. Please try again later."),
    ],
)
def test_whoever_has_to_wait_hears_for_how_long(error, words):
    assert explain(error) == words


def test_what_the_block_returns_is_returned_when_all_went_well():
    def view():
        with errors_on(Work({})):
            return "done"

    assert view() == "done"
