"""The front page, the way in and the dashboards, as each role meets them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.actions.sign_ins import start_browser_sign_in
from accounts.demo import DOORS, make_people
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.mail.models import Mail
from core.mail.states import MailStatus
from core.registries import Registry, TrackName

LANDING, LOGIN, LOGOUT, DASHBOARD = "/", "/accounts/login/", "/accounts/logout/", "/dashboard/"
TEACHING = ["Review", "Class", "Cohorts", "Questions"]
YOU = ["Profile", "Security"]
PLATFORM = ["Admin", "API", "API keys", "Styleguide"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings):
    settings.DEMO = True
    make_people(at=now())


def page_at(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def heading_of(page):
    return re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)[1].strip()


def buttons_in(page):
    return re.findall(r'class="button button-primary.*?<span>([^<]+)', page, re.DOTALL)


def test_the_front_page_says_what_this_is(client):
    page = page_at(client, LANDING)
    assert "<title>Learn by building · ApraNova</title>" in page
    assert '<meta name="description" content="' in page
    for words in ("Data Professional", "Full-Stack Developer", "A saved answer is never lost"):
        assert words in page
    assert page.count("<h1") == 1


def test_the_front_page_leads_to_tracks_as_soon_as_they_have_pages(client, monkeypatch):
    known = Registry("tracks")
    monkeypatch.setattr("accounts.tracks.tracks", known)
    assert "/tracks/" not in page_at(client, LANDING)
    known.register("some", lambda: [TrackName("SHED", "Shed keeper", "Keep a shed.")])
    page = page_at(client, LANDING)
    assert 'href="/tracks/SHED/"' in page
    assert "Data Professional" not in page


def test_the_front_page_leads_in(client, client_of, student):
    assert buttons_in(page_at(client, LANDING)) == ["Create an account"]
    assert buttons_in(page_at(client_of(student), LANDING)) == ["Go to your dashboard"]


def test_where_one_joins_by_invitation_the_front_page_leads_to_the_sign_in(client, settings):
    settings.REGISTRATION = "invitation"
    assert buttons_in(page_at(client, LANDING)) == ["Sign in"]


def test_in_the_demo_the_front_page_opens_three_doors(client, demo):
    page = page_at(client, LANDING)
    assert [person.role.value for person in DOORS] == ["student", "trainer", "admin"]
    for person in DOORS:
        assert f'name="email" value="{person.email}"' in page
    assert 'name="csrfmiddlewaretoken"' in page


def test_elsewhere_there_are_no_such_doors(client):
    assert reverse("demo_sign_in") not in page_at(client, LANDING)


def test_the_front_page_asks_the_database_nothing(client, django_assert_num_queries):
    page_at(client, LANDING)  # Which tracks there are is known from here on.
    with django_assert_num_queries(0):
        page_at(client, LANDING)


def test_the_sign_in_form_is_one_that_browsers_can_fill(client):
    page = page_at(client, LOGIN)
    assert re.search(r'<input type="email" name="login"[^>]*autocomplete="username"', page)
    assert re.search(r'<input type="password"[^>]*autocomplete="current-password"', page)
    assert "<password-reveal" in page
    assert reverse("account_reset_password") in page


def test_a_sign_in_that_fails_puts_its_summary_first(client, student):
    page = client.post(LOGIN, {"login": student.email, "password": ""}).content.decode()
    assert "You are not signed in yet" in page
    assert 'tabindex="-1" data-error-summary' in page
    assert '<a href="#id_password">' in page
    assert 'aria-invalid="true"' in page


def test_leaving_names_who_leaves(client_of, student):
    page = page_at(client_of(student), LOGOUT)
    assert student.email in page
    assert buttons_in(page) == ["Sign out"]


def test_a_student_is_greeted_and_has_one_way_on(client_of):
    page = page_at(client_of(UserFactory(name="Zoya Khan", track="")), DASHBOARD)
    assert heading_of(page) == "Hello, Zoya"
    assert "You are on no track yet" in page
    assert buttons_in(page) == ["Choose a track"]


def test_a_trainer_hears_that_nothing_waits_and_sees_nothing_of_the_platform(client_of, trainer):
    page = page_at(client_of(trainer), DASHBOARD)
    assert "Nothing waits for you" in page
    assert buttons_in(page) == ["See the tracks"]
    assert "Sign-ins by day" not in page
    assert "/admin/" not in page


def test_an_admin_sees_the_platform_in_numbers(client_of, admin, student):
    at = now()
    start_browser_sign_in(student, way="any", caller=Caller(), at=at - timedelta(days=3))
    page = page_at(client_of(admin), DASHBOARD)
    assert "Nothing needs you" in page
    assert buttons_in(page) == ["Open the admin"]
    for title in ("Jobs", "Mails", "Events", "People", "Sign-ins by day"):
        assert title in page
    columns = re.findall(r"<title>[^<]+: (\d+)</title>", page)
    assert columns == [*["0"] * 10, "1", "0", "0", "1"]
    assert page.count('<td class="number">') == 14


def test_what_failed_comes_first_for_those_who_mend_it(client_of, admin):
    at = now()
    Mail.objects.create(
        key="a",
        to="a@example.org",
        text="",
        html="",
        created_at=at,
        due_at=at,
        remind_at=at,
        status=MailStatus.FAILED,
        failed_at=at,
    )
    page = page_at(client_of(admin), DASHBOARD)
    assert "1 mail could not be sent" in page
    assert "Nothing needs you" not in page
    assert buttons_in(page) == ["Look at it"]


def test_an_admins_dashboard_costs_the_same_whatever_it_counts(
    client_of, admin, django_assert_num_queries
):
    client = client_of(admin)
    queries = 27
    with django_assert_num_queries(queries):
        page_at(client, DASHBOARD)
    for person in UserFactory.create_batch(5):
        start_browser_sign_in(person, way="any", caller=Caller(), at=now())
    with django_assert_num_queries(queries):
        page_at(client, DASHBOARD)


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("student", ["Dashboard", "Tracks", "Quizzes", *YOU]),
        ("trainer", ["Dashboard", "Tracks", "Quizzes", *TEACHING, *YOU]),
        ("admin", ["Dashboard", "Tracks", "Quizzes", *TEACHING, *YOU, *PLATFORM]),
        ("superadmin", ["Dashboard", "Tracks", "Quizzes", *TEACHING, *YOU, *PLATFORM]),
    ],
)
def test_the_navigation_shows_what_there_is_for_a_role(client_of, request, role, places):
    page = page_at(client_of(request.getfixturevalue(role)), DASHBOARD)
    items = re.findall(r'class="side-nav-item".*?<span>([^<]+)</span>', page, re.DOTALL)
    assert items == places
