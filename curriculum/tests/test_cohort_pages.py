"""Cohorts by page: made, changed, filled, timed and closed by staff, read by who leads them."""

from datetime import date, timedelta

import pytest

from accounts.tests.factories import UserFactory
from core.clock import now
from curriculum.actions.cohorts import join_cohort, make_cohort
from curriculum.models import Cohort, CohortMember, DueDate, Enrollment
from curriculum.tests.factories import make_track

pytestmark = pytest.mark.django_db

COHORTS = "/cohorts/"


@pytest.fixture
def track():
    return make_track("FSD", name="Full-Stack Developer", projects=2)


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


def cohort_of(track, admin, *, name="Autumn", trainers=(), starts_on=date(2026, 1, 5)):
    return make_cohort(
        name=name,
        track=track,
        starts_on=starts_on,
        time_zone="Asia/Kolkata",
        trainers=trainers,
        by=admin,
        at=now(),
    )


def at(cohort, part=""):
    return f"{COHORTS}{cohort.pk}/{part}"


def text_at(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def facts(**changes):
    given = {
        "name": "Autumn",
        "track": "FSD",
        "starts_on": "2026-10-19",
        "time_zone": "Asia/Kolkata",
    }
    return {**given, **changes}


def test_staff_see_all_and_trainers_those_that_they_lead(client_of, track, admin, trainer):
    led = cohort_of(track, admin, name="Led", trainers=[trainer])
    other = cohort_of(track, admin, name="Other")
    shown = text_at(client_of(trainer), COHORTS)
    assert "Led" in shown
    assert "Other" not in shown
    assert "New cohort" not in shown
    assert {"Led", "Other"} == {
        name for name in ("Led", "Other") if name in text_at(client_of(admin), COHORTS)
    }
    assert client_of(trainer).get(at(led)).status_code == 200
    assert client_of(trainer).get(at(other)).status_code == 404


def test_they_are_not_for_students_and_strangers(client, client_of, student, track, admin):
    path = at(cohort_of(track, admin))
    for each in (COHORTS, path):
        assert client_of(student).get(each).status_code == 403
        assert client.get(each).url.startswith("/accounts/login/")


def test_who_leads_one_reads_it_and_changes_nothing(client_of, track, admin, trainer):
    cohort = cohort_of(track, admin, trainers=[trainer])
    client = client_of(trainer)
    shown = text_at(client, at(cohort))
    assert "Add by address" not in shown
    assert "Jan. 11, 2026" in shown
    for part in ("change/", "close/"):
        assert client.get(at(cohort, part)).status_code == 403
    for part in ("change/", "close/", "members/", "members/1/remove/", "due-dates/"):
        assert client.post(at(cohort, part)).status_code == 403
    assert client.get(f"{COHORTS}new/").status_code == 403


def test_a_cohort_is_made_and_changed(client_of, track, admin, trainer):
    client = client_of(admin)
    made = client.post(f"{COHORTS}new/", facts(trainers=[trainer.pk]))
    cohort = Cohort.objects.get()
    assert made.url == at(cohort)
    assert (cohort.name, cohort.track, list(cohort.trainers.all())) == ("Autumn", track, [trainer])
    changed = facts(name="Late autumn", starts_on="2026-11-02")
    assert client.post(at(cohort, "change/"), changed).url == at(cohort)
    cohort.refresh_from_db()
    assert (cohort.name, cohort.starts_on) == ("Late autumn", date(2026, 11, 2))
    assert not cohort.trainers.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "  "}, "This field is required."),
        ({"name": "Taken"}, "There is a cohort of this name on this track already."),
        ({"track": "NOPE"}, "Select a valid choice."),
        ({"starts_on": "some day"}, "Enter a valid date."),
        ({"time_zone": "Middle/Earth"}, "Choose a time zone such as Asia/Kolkata."),
        ({"trainers": ["999999"]}, "Select a valid choice."),
        ({"trainers": ["abc"]}, "is not a valid value"),
    ],
)
def test_what_makes_no_cohort_is_explained(client_of, track, admin, change, said):
    cohort_of(track, admin, name="Taken")
    answer = client_of(admin).post(f"{COHORTS}new/", facts(**change))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert Cohort.objects.count() == 1


def test_among_very_many_trainers_one_is_named_by_address(client_of, track, admin):
    for number in range(61):
        UserFactory(trainer=True, name=f"Trainer {number:02}")
    last = UserFactory(trainer=True, name="Zz Last", email="last@example.test")
    client = client_of(admin)
    wrong = client.post(f"{COHORTS}new/", facts(more_trainers="nobody@example.test"))
    assert "No trainer has this address: nobody@example.test." in wrong.content.decode()
    client.post(f"{COHORTS}new/", facts(more_trainers="Last@example.test\n"))
    assert list(Cohort.objects.get().trainers.all()) == [last]


def test_pasted_addresses_are_answered_line_by_line(client_of, track, admin):
    cohort, other = cohort_of(track, admin), cohort_of(track, admin, name="Other")
    diya = UserFactory(name="Diya Patel", email="diya@example.test")
    kabir = UserFactory(email="kabir@example.test")
    elsewhere = UserFactory(email="elsewhere@example.test")
    closed = UserFactory(email="closed@example.test", is_active=False)
    join_cohort(cohort, student=kabir, by=admin, at=now())
    join_cohort(other, student=elsewhere, by=admin, at=now())
    pasted = "\n".join(
        [
            "Diya Patel <Diya@Example.test>;",
            "kabir@example.test",
            "elsewhere@example.test",
            closed.email,
            admin.email,
            "nobody@example.test",
            "just a name",
            "",
        ]
    )
    answer = client_of(admin).post(at(cohort, "members/"), {"addresses": pasted})
    report = [(each.text, each.outcome.value) for each in answer.context["report"]]
    assert report == [
        ("Diya Patel <Diya@Example.test>;", "added"),
        ("kabir@example.test", "there"),
        ("elsewhere@example.test", "elsewhere"),
        ("closed@example.test", "no_student"),
        (admin.email, "no_student"),
        ("nobody@example.test", "unknown"),
        ("just a name", "unreadable"),
    ]
    assert "1 student is added" in answer.content.decode()
    assert set(cohort.members.values_list("student", flat=True)) == {diya.pk, kabir.pk}
    assert Enrollment.objects.with_access(now()).filter(student=diya, track=track).exists()


@pytest.mark.parametrize(
    ("addresses", "said"),
    [("", "This field is required."), ("a@example.test\n" * 201, "Add at most 200 at once")],
)
def test_a_list_that_is_none_or_too_long_is_not_taken(client_of, track, admin, addresses, said):
    cohort = cohort_of(track, admin)
    answer = client_of(admin).post(at(cohort, "members/"), {"addresses": addresses})
    assert said in answer.content.decode()
    assert not CohortMember.objects.exists()


def test_students_are_found_by_name_and_added(client_of, track, admin):
    cohort, client = cohort_of(track, admin), client_of(admin)
    diya, dinesh = UserFactory(name="Diya Patel"), UserFactory(name="Dinesh Rao")
    UserFactory(trainer=True, name="Dilip Trainer")
    assert {each.pk for each in client.get(f"{at(cohort)}?find=di").context["found"]} == {
        diya.pk,
        dinesh.pk,
    }
    chosen = [diya.pk, dinesh.pk, "abc", "999999999", "9" * 30]
    answer = client.post(at(cohort, "members/"), {"student": chosen})
    assert "2 students are added" in answer.content.decode()
    assert client.get(f"{at(cohort)}?find=di").context["found"] == []


def test_who_adds_nobody_of_those_found_hears_so_and_keeps_the_search(client_of, track, admin):
    cohort, client = cohort_of(track, admin), client_of(admin)
    UserFactory(name="Diya Patel")
    assert 'name="found" value="di"' in client.get(f"{at(cohort)}?find=di").content.decode()
    answer = client.post(at(cohort, "members/"), {"found": "di"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{at(cohort)}?find=di"
    assert "Nobody was added" in answer.content.decode()
    assert "Diya Patel" in answer.content.decode()


def test_taking_somebody_out_can_be_undone(client_of, track, admin):
    cohort, client = cohort_of(track, admin), client_of(admin)
    student = UserFactory(name="Diya Patel")
    member = join_cohort(cohort, student=student, by=admin, at=now())
    gone = client.post(at(cohort, f"members/{member.pk}/remove/")).url
    assert not cohort.members.filter(left_at=None).exists()
    shown = text_at(client, gone)
    assert "Diya Patel is no longer in this cohort" in shown
    client.post(at(cohort, "members/"), {"student": student.pk})
    assert cohort.members.get(left_at=None).student == student
    assert "is no longer in this cohort" not in text_at(client, gone)
    assert "is no longer" not in text_at(client, f"{at(cohort)}?left=abc")


def test_nobody_is_taken_out_by_another_cohorts_address(client_of, track, admin):
    cohort, other = cohort_of(track, admin), cohort_of(track, admin, name="Other")
    member = join_cohort(other, student=UserFactory(), by=admin, at=now())
    path = at(cohort, f"members/{member.pk}/remove/")
    assert client_of(admin).post(path).status_code == 404
    assert client_of(admin).get(path).status_code == 405
    assert other.members.filter(left_at=None).exists()


def test_days_follow_from_weeks_and_can_be_a_projects_own(client_of, track, admin):
    cohort, client = cohort_of(track, admin), client_of(admin)
    first, second = track.projects.order_by("number")
    given = {f"day-{first.pk}": "2026-01-11", f"day-{second.pk}": "2026-02-01"}
    assert client.post(at(cohort, "due-dates/"), given).url == f"{at(cohort)}#days"
    assert [(each.project, each.due_on) for each in DueDate.objects.all()] == [
        (second, date(2026, 2, 1))
    ]
    assert 'name="reset"' in text_at(client, at(cohort))
    client.post(at(cohort, "due-dates/"), {**given, "reset": second.pk})
    assert not DueDate.objects.exists()
    client.post(at(cohort, "due-dates/"), {f"day-{first.pk}": "", f"day-{second.pk}": ""})
    assert not DueDate.objects.exists()
    wrong = client.post(at(cohort, "due-dates/"), {**given, f"day-{first.pk}": "soon"})
    assert "Enter a valid date." in wrong.content.decode()
    assert not DueDate.objects.exists()


def test_closing_asks_first_and_then_takes_nothing_more(client_of, track, admin):
    cohort, client = cohort_of(track, admin), client_of(admin)
    student = UserFactory()
    join_cohort(cohort, student=student, by=admin, at=now())
    assert "1 student leaves it" in text_at(client, at(cohort, "close/"))
    assert client.post(at(cohort, "close/")).url == at(cohort)
    cohort.refresh_from_db()
    assert cohort.closed_at is not None
    assert "Add by address" not in text_at(client, at(cohort))
    assert "Autumn" in text_at(client, f"{COHORTS}?state=closed")
    for part in ("members/", "due-dates/", "change/", "close/"):
        refused = client.post(at(cohort, part), {"addresses": student.email})
        assert refused.status_code == 409
        assert "This cohort is closed" in refused.content.decode()
    assert not cohort.members.filter(left_at=None).exists()


def test_lists_take_as_many_queries_for_many_as_for_few(
    client_of, track, admin, django_assert_max_num_queries
):
    client, counted = client_of(admin), []
    whole = cohort_of(track, admin, name="Whole")
    for size in (2, 12):
        for number in range(size):
            trainers = [UserFactory(trainer=True)]
            cohort_of(track, admin, name=f"Cohort {size} {number}", trainers=trainers)
            join_cohort(whole, student=UserFactory(), by=admin, at=now())
        client.get(COHORTS)
        with django_assert_max_num_queries(30) as queries:
            client.get(COHORTS)
            client.get(at(whole))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_first_page_tells_trainers_what_waits_who_is_stuck_and_what_is_due(
    client_of, track, admin, trainer
):
    starts_on = (now() - timedelta(days=3)).date()
    cohort = cohort_of(track, admin, trainers=[trainer], starts_on=starts_on)
    join_cohort(cohort, student=UserFactory(), by=admin, at=now())
    for who in (trainer, admin):
        shown = text_at(client_of(who), "/dashboard/")
        assert "Due next" in shown
        assert "1. Project 1 of FSD" in shown
    assert "Due next" not in text_at(client_of(UserFactory(trainer=True)), "/dashboard/")
