"""The class board: who sees whom, who is stuck, waits or is late, and what it costs."""

import csv
from datetime import date, timedelta

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from curriculum.actions.cohorts import extend
from curriculum.actions.comments import write_comment
from curriculum.actions.steps import complete_step
from curriculum.class_board import ClassBoard, ClassFilters
from curriculum.models import Decision, Extension
from curriculum.tests.factories import decide, enrolled, finish, hand_in, in_cohort, make_track

pytestmark = pytest.mark.django_db

CLASS, EXPORT = "/class/", "/class/export/"
LONG_AGO = timedelta(days=30)


@pytest.fixture
def track():
    return make_track("FSD", name="Full-Stack Developer", projects=2, steps=2, deliverables=1)


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


def learner(track, name="Diya Patel", *, of=None, since=LONG_AGO):
    student = enrolled(track, UserFactory(name=name), at=now() - since)
    if of is not None:
        assign_trainer(student, trainer=of, by=None, caller=Caller(), at=now())
    return student


def first_project(track):
    return track.projects.order_by("number").first()


def first_step(track):
    return first_project(track).steps.order_by("number").first()


def part(track):
    return first_project(track).deliverables.get()


def rows_in(client, query=""):
    answer = client.get(CLASS + query)
    assert answer.status_code == 200
    return {row.student.name: row for row in answer.context["rows"]}


def test_a_trainer_sees_their_own_and_the_pool_of_their_tracks_and_staff_everybody(
    client_of, track, trainer, admin
):
    learner(track, "Own", of=trainer)
    learner(track, "Pooled")
    learner(track, "Of another", of=UserFactory(trainer=True))
    elsewhere = make_track("DP", projects=1)
    learner(elsewhere, "Elsewhere")
    assert set(rows_in(client_of(trainer))) == {"Own", "Pooled"}
    assert set(rows_in(client_of(trainer), "?track=DP")) == set()
    assert set(rows_in(client_of(admin), "?track=FSD")) == {"Own", "Pooled", "Of another"}
    assert set(rows_in(client_of(admin), "?track=DP")) == {"Elsewhere"}


def test_it_is_not_for_students_and_strangers(client, client_of, student):
    for path in (CLASS, EXPORT, f"/class/{student.pk}/"):
        assert client_of(student).get(path).status_code == 403
        assert client.get(path).url.startswith("/accounts/login/")


def test_progress_follows_the_one_rule(client_of, track, trainer):
    student = learner(track)
    finish(first_project(track), student)
    row = rows_in(client_of(trainer))["Diya Patel"]
    assert (row.progress.done, row.progress.total, row.current.number) == (3, 6, 2)
    assert "50%" in client_of(trainer).get(CLASS).content.decode()


def test_whoever_moved_within_a_week_is_not_stuck(client_of, track, trainer):
    learner(track, "Idle")
    learner(track, "Newcomer", since=timedelta(days=6))
    ticked, commented = learner(track, "Ticked"), learner(track, "Commented")
    handed_in, done = learner(track, "Handed in"), learner(track, "Done")
    complete_step(first_step(track), by=ticked, at=now() - timedelta(days=6))
    hand_in(part(track), handed_in, at=now() - timedelta(days=1))
    said = decide(hand_in(part(track), commented, at=now() - timedelta(days=20)))
    write_comment(said, body="I go on.", by=commented, at=now() - timedelta(days=2))
    for project in track.projects.order_by("number"):
        finish(project, done, at=now() - timedelta(days=20))
    client = client_of(trainer)
    assert {name for name, row in rows_in(client).items() if row.is_stuck} == {"Idle"}
    assert set(rows_in(client, "?show=stuck")) == {"Idle"}


def test_who_waits_for_review_says_since_when(client_of, track, trainer):
    learner(track, "Calm")
    waiting = learner(track, "Waiting")
    hand_in(part(track), waiting, at=now() - timedelta(days=4))
    client = client_of(trainer)
    assert set(rows_in(client, "?show=waiting")) == {"Waiting"}
    assert "1, for 4 days" in client.get(CLASS).content.decode().replace("\xa0", " ")


def test_what_is_due_and_was_not_handed_in_is_overdue(client_of, track, trainer):
    late, on_time, extended = (learner(track, name) for name in ("Late", "On time", "Extended"))
    began = (now() - timedelta(days=10)).date()
    for student in (late, on_time, extended):
        in_cohort(track, student, starts_on=began)
        began -= timedelta(days=1)
    for step in first_project(track).steps.all().order_by("number"):
        complete_step(step, by=on_time, at=now())
    hand_in(part(track), on_time)
    extend(
        extended,
        project=first_project(track),
        due_on=(now() + timedelta(days=2)).date(),
        reason="",
        by=trainer,
        at=now(),
    )
    client = client_of(trainer)
    assert set(rows_in(client, "?show=overdue")) == {"Late"}
    assert [each.number for each in rows_in(client)["Late"].overdue] == [1]
    counts = client.get(CLASS).context["counts"]
    assert (counts.all, counts.overdue, counts.waiting) == (3, 1, 1)


def test_it_is_narrowed_by_cohort_and_name_and_sorted_by_each_column(client_of, track, admin):
    slow, quick = learner(track, "Asha Slow"), learner(track, "Bela Quick")
    cohort = in_cohort(track, quick, starts_on=date(2026, 1, 5))
    finish(first_project(track), quick)
    hand_in(part(track), slow)
    client = client_of(admin)
    assert set(rows_in(client, f"?track=FSD&cohort={cohort.pk}")) == {"Bela Quick"}
    assert set(rows_in(client, "?track=FSD&q=ash")) == {"Asha Slow"}
    for sort, first in (
        ("name", "Asha Slow"),
        ("-name", "Bela Quick"),
        ("progress", "Asha Slow"),
        ("-progress", "Bela Quick"),
        ("waits", "Asha Slow"),
        ("-waits", "Bela Quick"),
        ("moved", "Bela Quick"),
    ):
        assert next(iter(rows_in(client, f"?track=FSD&sort={sort}"))) == first, sort


@pytest.mark.parametrize(
    "query",
    [
        "?track=NOPE",
        "?cohort=999999",
        "?cohort=abc",
        "?show=asleep",
        "?view=globe",
        "?sort=password",
        "?sort=-",
        "?page=xyz",
        "?q=%00",
    ],
)
def test_what_makes_no_sense_is_as_if_it_were_not_asked(client_of, track, trainer, query):
    learner(track)
    assert set(rows_in(client_of(trainer), query)) == {"Diya Patel"}


def test_a_trainer_does_not_narrow_by_cohorts_of_others(client_of, track, trainer, admin):
    cohort = in_cohort(track, learner(track), starts_on=date(2026, 1, 5))
    learner(track, "Not in it")
    assert cohort.name not in client_of(trainer).get(CLASS).content.decode().split("<table")[0]
    assert len(rows_in(client_of(trainer), f"?cohort={cohort.pk}")) == 2
    assert len(rows_in(client_of(admin), f"?cohort={cohort.pk}")) == 1


def test_the_board_shows_who_is_at_which_project(client_of, track, trainer):
    finish(first_project(track), learner(track, "Ahead"))
    learner(track, "Behind")
    through = learner(track, "Through")
    for project in track.projects.order_by("number"):
        finish(project, through)
    columns = client_of(trainer).get(f"{CLASS}?view=board").context["columns"]
    assert [
        (project and project.number, [row.student.name for row in rows])
        for project, rows in columns
    ] == [(1, ["Behind"]), (2, ["Ahead"]), (None, ["Through"])]


@pytest.mark.parametrize("query", ["", "?view=board", "?show=overdue", "?show=stuck&sort=-waits"])
def test_many_take_as_many_queries_as_few(
    client_of, track, trainer, query, django_assert_max_num_queries
):
    client, counted = client_of(trainer), []
    for more in (2, 12):
        for number in range(more):
            student = learner(track, f"Person {more} {number}")
            began = (now() - timedelta(days=20 + number + more)).date()
            in_cohort(track, student, starts_on=began)
            hand_in(part(track), student, at=now() - timedelta(days=9))
        client.get(CLASS)
        with django_assert_max_num_queries(35) as queries:
            assert client.get(CLASS + query).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_export_holds_what_is_shown_and_no_formula(client_of, track, trainer):
    learner(track, '=HYPERLINK("http://evil.example","x")')
    waiting = learner(track, "Waiting")
    hand_in(part(track), waiting)
    answer = client_of(trainer).get(EXPORT)
    assert answer["Content-Disposition"].startswith('attachment; filename="class-fsd-')
    lines = list(csv.reader(b"".join(answer).decode("utf-8-sig").splitlines()))
    assert lines[0][:3] == ["Student", "Address", "Cohort"]
    assert {line[0] for line in lines[1:]} == {
        '\'=HYPERLINK("http://evil.example","x")',
        "Waiting",
    }
    narrowed = client_of(trainer).get(f"{EXPORT}?show=waiting")
    assert len(list(csv.reader(b"".join(narrowed).decode().splitlines()))) == 2


# One student


def test_one_student_is_shown_with_steps_work_and_days(client_of, track, trainer):
    student = learner(track, of=trainer)
    complete_step(first_step(track), by=student, at=now())
    work = decide(hand_in(part(track), student), Decision.CHANGES_REQUESTED, by=trainer)
    in_cohort(track, student, starts_on=date(2026, 1, 5))
    shown = client_of(trainer).get(f"/class/{student.pk}/").content.decode()
    for text in ("Diya Patel", "Full-Stack Developer", "Step 1", "Part 1", "Changes requested"):
        assert text in shown
    for text in ("Since 2026-01-05", "Jan. 11, 2026", "Not connected", "Ananya Iyer"):
        assert text in shown
    assert f'href="/review/{work.pk}/"' in shown


def test_whom_one_does_not_look_after_is_not_there(client_of, track, trainer, admin):
    foreign = learner(track, of=UserFactory(trainer=True))
    client = client_of(trainer)
    assert client.get(f"/class/{foreign.pk}/").status_code == 404
    assert client.post(f"/class/{foreign.pk}/extensions/").status_code == 404
    assert client.get("/class/99999999999999999999/").status_code == 404
    assert client.get(f"/class/{admin.pk}/").status_code == 404
    assert client_of(admin).get(f"/class/{foreign.pk}/").status_code == 200


def test_one_student_takes_as_many_queries_with_much_work_as_with_little(
    client_of, track, trainer, django_assert_max_num_queries
):
    student, client, counted = learner(track, of=trainer), client_of(trainer), []
    for project in track.projects.order_by("number"):
        finish(project, student)
        client.get(f"/class/{student.pk}/")
        with django_assert_max_num_queries(40) as queries:
            client.get(f"/class/{student.pk}/")
        counted.append(len(queries))
    assert counted[0] <= counted[1] + 4  # Who is through has no next step to look up.
    assert counted[1] <= counted[0]


def day(days):
    return (now() + timedelta(days=days)).date().isoformat()


def test_more_time_is_given_and_taken_back_and_given_again(client_of, track, trainer):
    student, client = learner(track, of=trainer), client_of(trainer)
    given = {"project": first_project(track).pk, "due_on": day(5), "reason": "Was ill."}
    page = f"/class/{student.pk}/"
    assert client.post(f"{page}extensions/", given).url == f"{page}#extensions"
    extension = Extension.objects.get(student=student)
    assert (extension.reason, extension.given_by) == ("Was ill.", trainer)
    assert "Take back" in client.get(page).content.decode()
    back = client.post(f"{page}extensions/{extension.pk}/remove/").url
    assert not Extension.objects.exists()
    shown = client.get(back).content.decode()
    assert f'value="{day(5)}"' in shown
    assert 'value="Was ill."' in shown
    assert AuditEntry.objects.filter(action="curriculum.extension_given").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"project": "999999"}, "not one of the available choices"),
        ({"project": ""}, "This field is required."),
        ({"due_on": "yesterday"}, "Enter a valid date."),
        ({"due_on": "2020-01-01"}, "Choose a day that is still to come."),
        ({"reason": "x" * 501}, "at most 500 characters"),
    ],
)
def test_time_that_cannot_be_given_is_explained(client_of, track, trainer, change, said):
    student = learner(track, of=trainer)
    given = {"project": first_project(track).pk, "due_on": day(5), "reason": "Was ill.", **change}
    answer = client_of(trainer).post(f"/class/{student.pk}/extensions/", given)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Extension.objects.exists()


def test_of_the_pool_a_trainer_sees_the_student_but_gives_no_time(client_of, track, trainer):
    student, client = learner(track), client_of(trainer)
    assert "Give the new day" not in client.get(f"/class/{student.pk}/").content.decode()
    given = {"project": first_project(track).pk, "due_on": day(5)}
    assert client.post(f"/class/{student.pk}/extensions/", given).status_code == 403


def test_nobody_takes_back_what_is_anothers(client_of, track, trainer):
    own, other = learner(track, of=trainer), learner(track, "Other")
    extension = extend(
        other,
        project=first_project(track),
        due_on=(now() + timedelta(days=5)).date(),
        reason="",
        by=trainer,
        at=now(),
    )
    path = f"/class/{own.pk}/extensions/{extension.pk}/remove/"
    assert client_of(trainer).post(path).status_code == 404
    assert client_of(trainer).get(path).status_code == 405
    assert Extension.objects.exists()


@pytest.mark.parametrize("show", ["", "stuck", "waiting", "overdue"])
def test_who_was_counted_for_the_tabs_is_not_counted_again(
    track, trainer, show, django_assert_num_queries
):
    learner(track)
    board = ClassBoard(trainer, ClassFilters(track=track, show=show), at=now())
    counts = board.counts

    with django_assert_num_queries(0):
        assert board.count == (getattr(counts, show) if show else counts.all)
    assert board.count == board.enrollments.count()


def test_a_closed_account_is_counted_nowhere(track, trainer):
    learner(track)
    gone = learner(track, "Zoya Khan")
    gone.is_active = False
    gone.save()

    board = ClassBoard(trainer, ClassFilters(track=track), at=now())

    assert board.counts.all == board.enrollments.count() == 1
