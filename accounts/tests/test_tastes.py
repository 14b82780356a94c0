"""Pages speak the language and the time zone that somebody chose."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import SignIn
from accounts.tests.factories import UserFactory, sign_in_browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("time_zone", "shown"),
    [("Asia/Kolkata", "March 2, 2026"), ("", "March 1, 2026"), ("UTC", "March 1, 2026")],
)
def test_times_are_those_of_the_person(client, time_zone, shown):
    person = UserFactory(time_zone=time_zone)
    phone = sign_in_browser(Client(), person)
    SignIn.objects.filter(pk=phone.pk).update(last_seen_at="2026-03-01T22:30:00Z")
    sign_in_browser(client, person)

    assert shown in client.get("/security/").content.decode()


def test_the_language_is_that_of_the_person_and_not_of_the_browser(client):
    sign_in_browser(client, UserFactory(locale="hi"))
    response = client.get("/dashboard/", headers={"Accept-Language": "en"})
    assert response["Content-Language"] == "hi"
    assert '<html lang="hi"' in response.content.decode()


def test_the_api_speaks_utc_to_everybody(client):
    person = UserFactory(time_zone="Asia/Kolkata")
    sign_in_browser(client, person)
    (shown,) = client.get("/api/auth/sessions/").json()["results"]
    assert shown["created_at"].endswith("Z")


def test_the_next_request_of_a_process_is_not_in_the_same_zone(client, django_user_model):
    sign_in_browser(client, UserFactory(time_zone="Asia/Kolkata"))
    client.get("/dashboard/")
    assert timezone.get_current_timezone_name() == "UTC"
