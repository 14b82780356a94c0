"""Lists: pages, search, order, filters, and times."""

import datetime

import pytest

from accounts.tests.factories import UserFactory
from core.api.renderers import JSONRenderer

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]

URL = "/api/people/"


@pytest.fixture
def people(db):
    return UserFactory.create_batch(25, name="Same Name")


def test_a_list_comes_by_page(api, people):
    body = api.get(URL).json()
    assert set(body) == {"count", "next", "previous", "results"}
    assert (body["count"], len(body["results"]), body["previous"]) == (25, 20, None)
    last = api.get(body["next"]).json()
    assert (len(last["results"]), last["next"]) == (5, None)


@pytest.mark.parametrize(
    ("asked", "given"), [("7", 7), ("100", 25), ("5000", 25), ("0", 20), ("many", 20)]
)
def test_a_caller_chooses_the_size_of_pages(api, people, asked, given):
    assert len(api.get(URL, {"page_size": asked}).json()["results"]) == given


def test_no_page_has_more_than_a_hundred(api):
    UserFactory.create_batch(101)
    assert len(api.get(URL, {"page_size": 5000}).json()["results"]) == 100


@pytest.mark.parametrize("page", ["99", "0", "x", "-1"])
def test_a_page_that_is_not_there_is_not_found(api, people, page):
    response = api.get(URL, {"page": page})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "NOT_FOUND"


def test_pages_never_overlap_however_many_are_alike(api, people):
    found = [
        person["id"]
        for page in range(1, 6)
        for person in api.get(URL, {"ordering": "name", "page_size": 5, "page": page}).json()[
            "results"
        ]
    ]
    assert sorted(found) == sorted({each.pk for each in people})


def test_a_list_takes_the_same_queries_at_any_size(api, django_assert_num_queries):
    UserFactory.create_batch(2)
    with django_assert_num_queries(2):
        api.get(URL)
    UserFactory.create_batch(50)
    with django_assert_num_queries(2):
        api.get(URL)


def test_a_list_can_be_searched_ordered_and_filtered(api):
    for name, role in [("Zoe Ray", "student"), ("Amy Ray", "student"), ("Ray Ames", "trainer")]:
        UserFactory(name=name, role=role)
    asked = {"search": "ray", "role": "student", "ordering": "-name"}
    assert [each["name"] for each in api.get(URL, asked).json()["results"]] == [
        "Zoe Ray",
        "Amy Ray",
    ]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"role": "emperor"}, "role"),
        ({"ordering": "password"}, "ordering"),
        ({"ordering": "name,-nothing"}, "ordering"),
    ],
)
def test_what_a_list_does_not_know_is_refused_and_not_ignored(api, asked, field):
    response = api.get(URL, asked)
    assert response.status_code == 400
    assert set(response.json()["error"]["details"]) == {field}


def test_an_order_that_is_not_there_is_answered_with_those_that_are(api):
    response = api.get(URL, {"ordering": "password"})
    assert response.json()["error"]["details"]["ordering"] == [
        "This list cannot be ordered by password, only by name, email."
    ]


def test_times_are_utc_wherever_the_platform_stands(api, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    moment = datetime.datetime(2026, 11, 20, 10, 15, 30, 999, tzinfo=datetime.UTC)
    person = UserFactory()
    type(person).objects.filter(pk=person.pk).update(joined_at=moment)
    assert api.get(URL).json()["results"][0]["joined_at"] == "2026-11-20T10:15:30Z"


def test_a_time_without_a_zone_is_taken_as_utc(api, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    sheet = {"email": "a@example.test", "answers": [], "due_at": "2026-11-20T10:15:30"}
    assert api.post("/api/sheets/", sheet).json()["due_at"] == "2026-11-20T10:15:30Z"


def test_times_that_no_serializer_wrote_look_the_same():
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    moment = datetime.datetime(2026, 11, 20, 15, 45, 30, tzinfo=zone)
    assert JSONRenderer().render({"at": moment}) == b'{"at":"2026-11-20T10:15:30Z"}'
