"""Cohorts by page: staff make and change them, those who lead one read it."""

from datetime import date, timedelta

import pytest

from accounts.tests.factories import UserFactory
from curriculum.models import Cohort, CohortMember, DueDate, Enrollment
from curriculum.tests.factories import enrolled, in_cohort, make_track

COHORTS = "/cohorts/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD")


@pytest.fixture
def cohort(track):
    return in_cohort(track, enrolled(track), starts_on=date(2026, 11, 2))


def at(cohort, what=""):
    return f"{COHORTS}{cohort.pk}/{what}"


def text_of(answer):
    return answer.content.decode()


def test_an_admin_makes_a_cohort(client_of, admin, track, trainer):
    facts = {
        "name": "Autumn",
        "track": track.pk,
        "starts_on": "2026-11-02",
        "time_zone": "Asia/Kolkata",
        "trainers": [trainer.pk],
    }

    answer = client_of(admin).post(f"{COHORTS}new/", facts)

    made = Cohort.objects.get()
    assert answer.headers["Location"] == at(made)
    assert (made.name, made.starts_on, made.time_zone) == (
        "Autumn",
        date(2026, 11, 2),
        "Asia/Kolkata",
    )
    assert list(made.trainers.all()) == [trainer]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone"),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"track": "0"}, "Select a valid choice."),
        ({"trainers": ["0"]}, "is not one of the available choices"),
        ({"name": "Since 2026-11-02"}, "There is a cohort of this name"),
    ],
)
def test_what_is_no_cohort_is_told_at_its_field(client_of, admin, track, cohort, change, words):
    facts = {"name": "Autumn", "track": track.pk, "starts_on": "2026-11-02", "time_zone": "UTC"}

    answer = client_of(admin).post(f"{COHORTS}new/", {**facts, **change})

    assert answer.status_code == 200
    assert words in text_of(answer)
    assert Cohort.objects.count() == 1


def test_a_cohort_is_changed_and_stays_on_its_track(client_of, admin, cohort):
    facts = {"name": "Winter", "starts_on": "2026-12-01", "time_zone": "UTC", "track": 999}

    assert client_of(admin).post(at(cohort, "change/"), facts).status_code == 302

    before, cohort = cohort, Cohort.objects.get()
    assert (cohort.name, cohort.starts_on) == ("Winter", date(2026, 12, 1))
    assert cohort.track_id == before.track_id


def test_several_join_at_once_and_each_refusal_has_its_reason(client_of, admin, track, cohort):
    first, second = UserFactory(), UserFactory()
    elsewhere = enrolled(track)
    in_cohort(track, elsewhere, starts_on=date(2026, 1, 5))
    staff = UserFactory(trainer=True)
    addresses = f"{first.email.upper()}, {second.email}\nnobody@example.org {elsewhere.email};" + (
        staff.email
    )

    answer = client_of(admin).post(at(cohort, "members/"), {"addresses": addresses})

    assert answer.status_code == 200
    words = text_of(answer)
    assert "Nobody has this address here." in words
    assert "another cohort already" in words
    assert "Choose somebody who is a student" in words
    assert "2 students are in." in words
    present = CohortMember.objects.filter(cohort=cohort, left_at=None)
    assert {first.pk, second.pk} < set(present.values_list("student_id", flat=True))
    assert Enrollment.objects.filter(student__in=[first, second]).count() == 2


def test_who_is_removed_can_be_brought_back(client_of, admin, cohort):
    member = cohort.members.get()

    gone = client_of(admin).post(at(cohort, f"members/{member.pk}/remove/"), follow=True)

    assert "Bring them back" in text_of(gone)
    assert not cohort.members.filter(left_at=None).exists()
    client_of(admin).post(at(cohort, f"members/back/{member.student_id}/"))
    assert cohort.members.get(left_at=None).student_id == member.student_id


def test_nobody_is_brought_back_who_was_never_in_it(client_of, admin, cohort, student):
    answer = client_of(admin).post(at(cohort, f"members/back/{student.pk}/"))

    assert answer.status_code == 404


def test_own_due_dates_are_set_and_given_back(client_of, admin, cohort, track):
    client = client_of(admin)
    own = cohort.starts_on + timedelta(days=20)

    client.post(at(cohort, "due-dates/"), {"project_2": own.isoformat()})
    assert DueDate.objects.get().due_on == own
    assert "set for this cohort" in text_of(client.get(at(cohort)))

    client.post(at(cohort, "due-dates/"), {"project_2": ""})
    assert not DueDate.objects.exists()
    refused = client.post(at(cohort, "due-dates/"), {"project_2": "soon"})
    assert "Enter a valid date." in text_of(refused)


def test_closing_asks_first(client_of, admin, cohort):
    client = client_of(admin)

    assert "Close this cohort?" in text_of(client.get(at(cohort, "close/")))
    cohort.refresh_from_db()
    assert cohort.closed_at is None

    client.post(at(cohort, "close/"))
    cohort.refresh_from_db()
    assert cohort.closed_at is not None
    assert "Closed" in text_of(client.get(COHORTS))
    assert "Add students" not in text_of(client.get(at(cohort)))


def test_a_trainer_reads_the_cohorts_that_they_lead(client_of, trainer, cohort):
    client = client_of(trainer)
    assert "No cohorts are running" in text_of(client.get(COHORTS))
    assert client.get(at(cohort)).status_code == 404

    cohort.trainers.add(trainer)

    assert cohort.name in text_of(client.get(COHORTS))
    page = text_of(client.get(at(cohort)))
    assert cohort.members.get().student.name in page
    assert "Add students" not in page


@pytest.mark.parametrize(
    "what", ["change/", "close/", "due-dates/", "members/", "members/1/remove/", "members/back/1/"]
)
def test_trainers_and_students_change_nothing(client_of, trainer, student, cohort, what):
    cohort.trainers.add(trainer)

    for person in (trainer, student):
        assert client_of(person).post(at(cohort, what), {}).status_code == 403
    assert client_of(student).get(COHORTS).status_code == 403


def test_pages_ask_as_many_questions_for_many_as_for_few(
    client_of, admin, track, cohort, django_assert_max_num_queries
):
    client = client_of(admin)
    days = (date(2024, 1, 1) + timedelta(days=each) for each in range(9))
    for path in (COHORTS, at(cohort)):
        counted = []
        for _ in range(2):
            in_cohort(track, enrolled(track), starts_on=next(days))
            students = [UserFactory() for _ in range(5)]
            addresses = "\n".join(each.email for each in students)
            client.post(at(cohort, "members/"), {"addresses": addresses})
            client.get(path)
            with django_assert_max_num_queries(30) as queries:
                assert client.get(path).status_code == 200
            counted.append(len(queries))
        assert counted[0] == counted[1], path
