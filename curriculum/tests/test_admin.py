"""Curriculum in the admin: content edited in place, access given and ended, all else read."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import admin as django_admin

from accounts.models import AuditEntry
from accounts.policies import permits_in_admin
from accounts.tests.factories import UserFactory
from core.clock import now
from core.events.models import Event
from core.registries import written_by_actions
from curriculum.actions.cohorts import join_cohort
from curriculum.actions.enrollment import grant_access
from curriculum.actions.steps import complete_step
from curriculum.cards import students_by_track, waiting_for_review, work_by_day
from curriculum.loading import load_own_content
from curriculum.models import (
    Cohort,
    Decision,
    Deliverable,
    DeliverableKind,
    GitHubConnection,
    Grant,
    GrantSource,
    Project,
    PullRequest,
    Repository,
    Step,
    Submission,
    Track,
    WebhookDelivery,
)
from curriculum.progress import tracks_of
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    in_cohort,
    make_project,
    make_step,
    make_track,
)

TOKEN = "gho_a-door-that-stays-open"

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD", projects=2, steps=3, deliverables=2)


@pytest.fixture
def project(track):
    return track.projects.get(number=1)


@pytest.fixture
def staff(client_of, admin):
    return client_of(admin)


def at(model, row=None):
    """The address of a list, or of one row."""
    name = model._meta.model_name
    return f"/admin/curriculum/{name}/" + (f"{row.pk}/change/" if row else "")


def act(client, model, action, *rows, **more):
    body = {"action": action, "_selected_action": [each.pk for each in rows], **more}
    return client.post(at(model), body, follow=True)


def said(answer):
    """The newest word: those before it were of earlier pages."""
    return [str(message) for message in answer.context["messages"]][-1]


def form_of(answer):
    """What a browser would send back, untouched."""
    context = answer.context
    forms = [context["adminform"].form]
    body = {"seen": context["seen"]} if context.get("seen") else {}
    for inline in context["inline_admin_formsets"]:
        management = inline.formset.management_form
        body.update(
            {management.add_prefix(name): management[name].value() for name in management.fields}
        )
        forms += inline.formset.forms
    for form in forms:
        for name in form.fields:
            value = form[name].value()
            if value is True:
                body[form.add_prefix(name)] = "on"
            elif value is not None and value is not False:
                body[form.add_prefix(name)] = value
    return body


def save(client, row, **changes):
    path = at(type(row), row)
    body = form_of(client.get(path)) | changes
    return client.post(path, {name: value for name, value in body.items() if value is not None})


def errors_of(answer):
    context = answer.context
    found = list(context["adminform"].form.errors.values())
    for inline in context["inline_admin_formsets"]:
        found += [errors for each in inline.formset.errors for errors in each.values()]
        found.append(inline.formset.non_form_errors())
    return " ".join(text for errors in found for text in errors)


def steps_of(project):
    return list(project.steps.living().order_by("number").values_list("title", flat=True))


def add_step(body, number, **fields):
    total = int(body["steps-TOTAL_FORMS"])
    body["steps-TOTAL_FORMS"] = total + 1
    body.update({f"steps-{total}-{name}": value for name, value in fields.items()})


# Content


def test_saving_what_nobody_touched_changes_nothing(staff, project):
    answer = save(staff, project)
    assert answer.status_code == 302, errors_of(answer)
    assert not AuditEntry.objects.filter(action__startswith="curriculum.").exists()
    project.refresh_from_db()
    assert project.edited_at is None


def test_a_project_is_edited_in_place_with_its_parts(staff, admin, project):
    answer = save(
        staff,
        project,
        title="Another title",
        goals="One thing\n\nAnother thing ",
        **{"steps-1-description": "Do **this**.", "deliverables-0-title": "The ZIP"},
    )

    assert answer.status_code == 302, errors_of(answer)
    project.refresh_from_db()
    assert (project.title, project.goals) == ("Another title", ["One thing", "Another thing"])
    assert project.edited_at is not None
    step, deliverable = project.steps.get(number=2), project.deliverables.get(number=1)
    assert (step.description, deliverable.title) == ("Do **this**.", "The ZIP")
    assert project.steps.get(number=1).edited_at is None
    entries = AuditEntry.objects.filter(action__startswith="curriculum.").order_by("pk")
    assert {entry.action: entry.data for entry in entries} == {
        "curriculum.project_edited": {"fields": ["goals", "title"]},
        "curriculum.step_edited": {"fields": ["description"]},
        "curriculum.deliverable_edited": {"fields": ["title"]},
    }
    assert {entry.actor.user for entry in entries} == {admin}
    edited = Event.objects.filter(name="curriculum.content_edited")
    assert {event.payload["kind"] for event in edited} == {"project", "step", "deliverable"}


def test_who_saves_second_is_told_and_overwrites_only_when_they_mean_it(staff, project):
    path = at(Project, project)
    first, second = form_of(staff.get(path)), form_of(staff.get(path))
    before = project.summary
    assert staff.post(path, first | {"title": "From the first"}).status_code == 302

    refused = staff.post(path, second | {"summary": "From the second"})

    assert "was saved by somebody else, or in another tab" in refused.content.decode()
    project.refresh_from_db()
    assert (project.title, project.summary) == ("From the first", before)
    again = form_of(refused)
    assert again["summary"] == "From the second"
    assert staff.post(path, again).status_code == 302
    project.refresh_from_db()
    assert project.summary == "From the second"


def test_a_part_that_another_saved_stands_in_the_way_too(staff, project):
    path = at(Project, project)
    body = form_of(staff.get(path))
    step = project.steps.first()
    assert save(staff, step, title="Renamed on its own page").status_code == 302
    assert staff.post(path, body).status_code == 200
    step.refresh_from_db()
    assert step.title == "Renamed on its own page"


def test_a_step_is_added_with_a_key_of_its_own_in_its_place(staff, project):
    body = form_of(staff.get(at(Project, project)))
    for _ in range(2):
        add_step(body, 3, title="Breathe", description="In, out.", place=2, is_required="on")
    answer = staff.post(at(Project, project), body)
    assert answer.status_code == 302, errors_of(answer)
    assert steps_of(project) == ["Step 1", "Breathe", "Breathe", "Step 2", "Step 3"]
    assert set(project.steps.filter(title="Breathe").values_list("key", flat=True)) == {
        "own-breathe",
        "own-breathe-2",
    }
    assert list(project.steps.order_by("number").values_list("number", flat=True)) == [
        1,
        2,
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({"steps-2-place": 1}, ["Step 3", "Step 1", "Step 2"]),
        ({"steps-0-place": 2, "steps-1-place": 1}, ["Step 2", "Step 1", "Step 3"]),
        ({"steps-0-place": 99}, ["Step 2", "Step 3", "Step 1"]),
        ({"steps-0-place": 3, "steps-1-place": 3}, ["Step 3", "Step 1", "Step 2"]),
    ],
)
def test_steps_change_places(staff, project, places, order):
    answer = save(staff, project, **places)
    assert answer.status_code == 302, errors_of(answer)
    assert sorted(steps_of(project)) == sorted(order)
    if len(set(places.values())) == len(places):
        assert steps_of(project) == order


def test_what_students_have_done_retires_and_is_not_deleted(staff, project):
    student, step = enrolled(project.track), project.steps.get(number=1)
    complete_step(step, by=student, at=now())

    refused = save(staff, project, **{"steps-0-DELETE": "on"})
    assert "Students have worked on it already. Retire it instead." in errors_of(refused)
    assert student.steps_done.count() == 1

    assert save(staff, project, **{"steps-0-is_retired": "on"}).status_code == 302
    assert steps_of(project) == ["Step 2", "Step 3"]
    assert student.steps_done.count() == 1
    step.refresh_from_db()
    assert (step.number, step.retired_at is None) == (3, False)
    assert save(staff, project, **{"steps-2-is_retired": None}).status_code == 302
    assert steps_of(project) == ["Step 2", "Step 3", "Step 1"]


def test_what_nobody_has_done_is_deleted(staff, project):
    assert save(staff, project, **{"steps-1-DELETE": "on"}).status_code == 302
    assert steps_of(project) == ["Step 1", "Step 3"]
    assert project.steps.get(title="Step 3").number == 2
    assert AuditEntry.objects.get(action="curriculum.step_deleted").target_label == "Step 2"


def test_what_a_file_would_bring_back_is_not_deleted(staff):
    load_own_content(now())
    project = Project.objects.get(track__code="FSD", number=1)
    answer = save(staff, project, **{"steps-0-DELETE": "on"})
    assert "Its content file would bring it back" in errors_of(answer)
    for row in (project, project.track, project.steps.first()):
        delete = at(type(row), row).replace("change/", "delete/")
        assert staff.post(delete, {"post": "yes"}).status_code == 403


def test_deletion_asks_and_is_only_for_what_nobody_uses(staff, track):
    own = make_project(track, number=3, steps=1, deliverables=1)
    enrolled(track)
    delete = at(Project, own).replace("change/", "delete/")
    assert staff.get(delete).status_code == 200
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not Project.objects.filter(pk=own.pk).exists()
    assert (
        staff.post(at(Track, track).replace("change/", "delete/"), {"post": "yes"}).status_code
        == 403
    )


def test_a_rubric_is_written_as_the_files_write_it(staff, project):
    deliverable = project.deliverables.get(number=1)
    shown = staff.get(at(Deliverable, deliverable)).context["adminform"].form["rubric"].value()
    assert shown.startswith("- key: works\n  criterion: It works\n  points: 10\n")
    rubric = (
        "- criterion: It is small\n  points: 5\n- {key: told, criterion: It is told, points: 3}\n"
    )
    answer = save(staff, deliverable, rubric=rubric)
    assert answer.status_code == 302, errors_of(answer)
    deliverable.refresh_from_db()
    assert [(each.key, each.criterion, each.points) for each in deliverable.criteria] == [
        ("it-is-small", "It is small", 5),
        ("told", "It is told", 3),
    ]


@pytest.mark.parametrize(
    ("rubric", "said"),
    [
        ("It works: 10", "Begin each criterion with a dash"),
        ("- points: 5", "Line 1: This criterion lacks `criterion`"),
        ("- criterion: A\n  points: 5\n- criterion: B\n  points: many", "Line 4: `points` of this"),
        ("- criterion: A\n  points: 0", "whole number from 1 to 100"),
        ("- criterion: A\n  points: 5\n  weight: 3", "Line 3: A criterion has no `weight`"),
        (
            "- criterion: A\n  points: 5\n- criterion: A\n  points: 5",
            "Two criteria have the same key",
        ),
        ("- criterion: [A\n  points: 5", "Line 2:"),
        ("- &a [*a]", "Line 1:"),
        ("\x07", "This cannot be read"),
        ("- criterion: A\n  points: 5\n" * 13, "at most 12"),
    ],
)
def test_a_mistake_in_a_rubric_is_named_and_kept(staff, project, rubric, said):
    deliverable = project.deliverables.get(number=1)
    answer = save(staff, deliverable, rubric=rubric)
    assert answer.status_code == 200
    assert said in errors_of(answer)
    assert answer.context["adminform"].form["rubric"].value() == rubric
    deliverable.refresh_from_db()
    assert len(deliverable.criteria) == 2


def test_only_a_pull_request_is_approved_by_a_merge(staff, project):
    deliverable = project.deliverables.get(kind=DeliverableKind.FILE)
    assert "Only a pull request can be merged." in errors_of(
        save(staff, deliverable, approves_on_merge="on")
    )


def test_lists_are_written_by_lines_with_an_end(staff, project):
    assert "at most 20 lines" in errors_of(save(staff, project, tech_stack="\n".join("x" * 21)))
    assert "at most 40 characters" in errors_of(save(staff, project, tech_stack="x" * 41))


def test_a_row_is_as_in_its_file_again(staff):
    load_own_content(now())
    project = Project.objects.get(track__code="FSD", number=1)
    title, step = project.title, project.steps.get(number=1)
    save(staff, project, title="Mine", **{"steps-0-title": "Mine too"})

    assert said(act(staff, Project, "restore", project)) == "Done for 1 project."

    project.refresh_from_db()
    assert (project.title, project.edited_at) == (title, None)
    act(staff, Step, "restore", step)
    assert Step.objects.get(pk=step.pk).title == step.title
    assert AuditEntry.objects.filter(action="curriculum.content_restored").count() == 2
    own = make_step(project, number=99, key="own-one")
    assert "made here" in said(act(staff, Step, "restore", own))


def test_an_edit_in_the_admin_outlives_the_next_start(staff):
    load_own_content(now())
    project = Project.objects.get(track__code="DP", number=1)
    titles = steps_of(project)
    save(staff, project, **{"steps-0-description": "Mine.", "steps-1-place": 1})
    load_own_content(now() + timedelta(days=1))
    assert project.steps.get(title=titles[0]).description == "Mine."
    assert steps_of(project)[:2] == [titles[1], titles[0]]


def test_markdown_is_shown_beside_what_one_writes(staff, project):
    shown = staff.get(at(Project, project)).content.decode()
    assert 'data-url="/markdown/preview/"' in shown
    assert shown.count("<markdown-look") >= 1 + 2 * 3 + 2
    assert re.search(r'<script src="/static/js/admin/markdown-look[^"]*" type="module">', shown)
    preview = staff.post("/markdown/preview/", {"text": "Do **this**.\n\n<script>x</script>"})
    assert "<strong>this</strong>" in preview.content.decode()
    assert "<script" not in preview.content.decode()


def test_a_track_shows_its_projects_in_short(staff, track):
    answer = save(staff, track, name="Full stack", **{"projects-1-title": "Second"})
    assert answer.status_code == 302, errors_of(answer)
    track.refresh_from_db()
    assert (track.name, track.code) == ("Full stack", "FSD")
    assert track.projects.get(number=2).title == "Second"


def test_a_track_and_a_project_are_added(staff):
    body = {
        "code": "OPS",
        "name": "Operations",
        "pitch": "Keep it running.",
        "description": "",
        "duration_weeks": 8,
        "position": 3,
        "is_published": "on",
        "projects-TOTAL_FORMS": 0,
        "projects-INITIAL_FORMS": 0,
    }
    assert staff.post(f"{at(Track)}add/", body).status_code == 302
    track = Track.objects.get(code="OPS")
    path = f"{at(Project)}add/"
    body = form_of(staff.get(path)) | {
        "track": track.pk,
        "number": 1,
        "title": "Watch it",
        "summary": "A board.",
        "brief": "Somebody has to know.",
    }
    answer = staff.post(path, body)
    assert answer.status_code == 302, errors_of(answer)
    again = staff.post(path, body)
    assert again.status_code == 200
    assert track.projects.count() == 1


# Access


def test_access_is_given_until_a_day_and_ended(staff, admin, track):
    student = UserFactory()
    day = (now() + timedelta(days=30)).date()
    body = {"student": student.pk, "track": track.pk, "until": day.isoformat()}
    assert staff.post("/admin/curriculum/enrollment/add/", body).status_code == 302
    (grant,) = Grant.objects.filter(enrollment__student=student)
    assert (grant.source, grant.ends_at.date()) == (GrantSource.ADMIN, day)
    assert tracks_of(student, at=now()) == [track]

    assert said(act(staff, Grant, "end", grant)) == "Done for 1 grant of access."
    assert tracks_of(student, at=now()) == []
    assert "ended already" in said(act(staff, Grant, "end", grant))
    actions = AuditEntry.objects.filter(subject__user=student).values_list("action", flat=True)
    assert list(actions.order_by("pk")) == [
        "curriculum.access_granted",
        "curriculum.access_ended",
    ]


def test_access_is_given_to_several_at_once_after_asking(staff, track):
    students = [enrolled(track) for _ in range(2)]
    enrollments = list(track.enrollments.all())
    asked = act(staff, type(enrollments[0]), "give_access", *enrollments)
    assert students[0].email in asked.content.decode()
    assert not Grant.objects.filter(source=GrantSource.ADMIN).exists()
    act(staff, type(enrollments[0]), "give_access", *enrollments, confirmed="yes", until="")
    assert Grant.objects.filter(source=GrantSource.ADMIN, ends_at=None).count() == 2


@pytest.mark.parametrize("until", ["2020-01-01", "tomorrow", "0001-01-01"])
def test_access_ends_on_a_day_to_come(staff, track, until):
    body = {"student": UserFactory().pk, "track": track.pk, "until": until}
    answer = staff.post("/admin/curriculum/enrollment/add/", body)
    assert answer.status_code == 200
    assert not Grant.objects.exists()


# All the rest is read


READ = (Cohort, Submission, Repository, PullRequest, WebhookDelivery, GitHubConnection)


def make_each(track, number):
    student, moment = enrolled(track), now()
    project = track.projects.get(number=1)
    in_cohort(track, student, starts_on=moment.date() + timedelta(days=number))
    grant_access(student, track=track, source=GrantSource.ADMIN, by=None, at=moment)
    decide(hand_in(project.deliverables.get(number=1), student), Decision.CHANGES_REQUESTED)
    GitHubConnection.objects.create(
        user=student, github_id=number, login=f"diya{number}", token=TOKEN, connected_at=moment
    )
    repository = Repository.objects.create(
        student=student,
        project=project,
        state="ready",
        github_id=number,
        full_name=f"diya{number}/shed",
        html_url="https://github.com/diya/shed",
        created_at=moment,
    )
    PullRequest.objects.create(
        repository=repository,
        number=1,
        github_id=number,
        title="One",
        html_url="https://github.com/diya/shed/pull/1",
        state="open",
        opened_at=moment,
        as_of=moment,
    )
    WebhookDelivery.objects.create(
        delivery=uuid4(),
        event="push",
        body=f"a secret of {number}".encode(),
        received_at=moment,
        due_at=moment,
        remind_at=moment,
    )


LISTS = (*READ, Track, Project, Step, Deliverable, Grant)


@pytest.mark.parametrize("model", [*LISTS, "enrollment", "review"])
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    staff, track, model, django_assert_max_num_queries
):
    path = f"/admin/curriculum/{model}/" if isinstance(model, str) else at(model)
    counted = []
    for numbers in (range(1, 2), range(2, 5)):
        for number in numbers:
            make_each(track, number)
            make_track(projects=1, steps=1, deliverables=1)
        staff.get(path)
        with django_assert_max_num_queries(13) as queries:
            assert staff.get(path).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("model", [Project, Track, Cohort, Submission])
def test_a_page_asks_as_many_questions_for_much_as_for_little(
    staff, track, model, admin, django_assert_max_num_queries
):
    def row():
        if model is Cohort:
            return Cohort.objects.order_by("pk").first()
        return {Project: track.projects.get(number=1), Track: track}.get(
            model
        ) or Submission.objects.order_by("pk").first()

    counted = []
    for numbers in (range(1, 2), range(2, 4)):
        for number in numbers:
            make_each(track, number)
            make_project(track, number=10 + number, steps=1)
            make_step(track.projects.get(number=1), number=10 + number, key=f"more-{number}")
            student = enrolled(make_track(projects=0))
            cohort = Cohort.objects.order_by("pk").first()
            join_cohort(cohort, student=student, by=admin, at=now())
        staff.get(at(model, row()))
        with django_assert_max_num_queries(25) as queries:
            assert staff.get(at(model, row())).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("model", READ)
def test_staff_read_every_row_and_write_none(staff, track, model):
    make_each(track, 1)
    row = model.objects.first()
    shown = staff.get(at(model, row))
    assert shown.status_code == 200
    assert TOKEN not in shown.content.decode()
    assert "a secret of" not in shown.content.decode()
    assert staff.get(f"{at(model)}add/").status_code == 403
    delete = at(model, row).replace("change/", "delete/")
    assert staff.post(delete, {"post": "yes"}).status_code == 403
    assert staff.post(at(model, row), {"state": "gone"}).status_code == 403
    assert staff.get(f"{at(model)}{row.pk}/history/").status_code == 200


@pytest.mark.parametrize("model", [*LISTS, "enrollment", "review"])
def test_searches_and_filters_never_fail(staff, track, model):
    make_each(track, 1)
    path = f"/admin/curriculum/{model}/" if isinstance(model, str) else at(model)
    for text in ("diya", "FSD", "%", "'", "7", str(uuid4()), "नम"):
        assert staff.get(path, {"q": text}).status_code == 200
    for spec in staff.get(path).context["cl"].filter_specs:
        for value in list(getattr(spec, "lookup_choices", ()))[:6]:
            key = value[0] if isinstance(value, tuple | list) else value
            name = getattr(spec, "parameter_name", None) or getattr(spec, "lookup_kwarg", None)
            if name:
                assert staff.get(path, {name: key}).status_code in {200, 302}


@pytest.mark.parametrize("role", ["student", "trainer"])
def test_it_is_staffs_alone(client_of, request, track, role):
    client = client_of(request.getfixturevalue(role))
    for model in LISTS:
        assert client.get(at(model)).status_code == 403
    assert client.post(at(Project, track.projects.first()), {"title": "x"}).status_code == 403


def test_what_was_handed_in_is_read_with_what_was_said(staff, track):
    make_each(track, 1)
    submission = Submission.objects.get()
    shown = staff.get(at(Submission, submission)).content.decode()
    assert "Please look at the loop first." in shown
    assert "<strong>Keep that up.</strong>" in shown
    assert f"/api/curriculum/files/{submission.revisions.get().files.get().file_id}/" in shown
    review = submission.revisions.get().review
    assert "4 of 10" in staff.get(at(type(review), review)).content.decode()


def test_a_webhook_is_applied_again(staff, admin, track):
    make_each(track, 1)
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="failed", tries=8, outcome="away", ended_at=now())
    assert said(act(staff, WebhookDelivery, "apply_again", delivery)) == (
        "Done for 1 webhook delivery."
    )
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("received", 0)
    entry = AuditEntry.objects.get(action="curriculum.webhook_applied_again")
    assert entry.actor.user == admin


def test_rows_that_actions_write_are_registered_as_such(admin, superadmin):
    """And nobody finds a way around them by the admin of another app."""
    labels = {label for _name, each in written_by_actions for label in each}
    shown = {model._meta.label_lower for model in django_admin.site._registry}
    assert {"curriculum.grant", "accounts.apikey"} <= labels
    assert {label for label in labels if label.startswith("curriculum.")} <= shown | {
        "curriculum.cohortmember"
    }
    for user in (admin, superadmin):
        for label in labels:
            app, model = label.split(".")
            assert permits_in_admin(user, f"{app}.view_{model}")
            for verb in ("add", "change", "delete"):
                assert not permits_in_admin(user, f"{app}.{verb}_{model}")
        assert permits_in_admin(user, "curriculum.change_track")


def test_cards_show_work_waiting_and_students(track):
    moment = now()
    students = [enrolled(track) for _ in range(3)]
    deliverable = track.projects.get(number=1).deliverables.get(number=1)
    for student, days in zip(students, (0, 3, 9), strict=True):
        grant_access(student, track=track, source=GrantSource.ADMIN, by=None, at=moment)
        submission = hand_in(deliverable, student)
        Submission.objects.filter(pk=submission.pk).update(
            submitted_at=moment - timedelta(days=days)
        )
    later = moment + timedelta(seconds=5)
    work, waiting, on_track = (
        card(later) for card in (work_by_day, waiting_for_review, students_by_track)
    )
    assert (work.figure, work.bars[-1].value) == (3, 3)
    assert [bar.value for bar in waiting.bars] == [1, 1, 1]
    assert (on_track.figure, [bar.value for bar in on_track.bars]) == (3, [3])


def test_the_first_page_shows_them(staff, track):
    shown = staff.get("/admin/").content.decode()
    for title in ("Work handed in", "Waits for review", "On a track"):
        assert re.search(rf'<h2>\s*<a href="/admin/[^"]+">{title}</a>', shown), title
