"""Handing work in by the form, and handing in a new revision of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.files.models import StoredFile
from core.files.purposes import MB
from curriculum.actions.files import keep_files
from curriculum.models import Decision, DeliverableKind, Submission, SubmissionFile
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    make_deliverable,
    make_project,
    make_track,
    upload,
)
from curriculum.tests.test_track_pages import page_at, words_of

pytestmark = pytest.mark.django_db
PULL = "https://github.com/diya/shed/pull/7"


@pytest.fixture
def track():
    return make_track("SHED", projects=0)


@pytest.fixture
def project(track):
    return make_project(track, number=1, deliverables=0)


@pytest.fixture
def learner(track):
    return enrolled(track)


@pytest.fixture
def client(client_of, learner):
    return client_of(learner)


@pytest.fixture
def a(project):
    return lambda kind: make_deliverable(project, number=1, kind=kind)


def form_of(deliverable):
    return f"/projects/{deliverable.project_id}/deliverables/{deliverable.pk}/submit/"


def sent(owner, name="orders.csv", content=b"id\n1\n"):
    """As the drop zone sends it, before the form."""
    (file,) = keep_files([upload(name, content)], owner=owner, at=now())
    return file


def errors_in(answer):
    assert answer.status_code == 200
    return {
        name: [str(each) for each in errors]
        for name, errors in answer.context["form"].errors.items()
    }


def test_the_form_asks_for_what_the_kind_needs(client, project):
    fields = {}
    for number, kind in enumerate(DeliverableKind, start=1):
        deliverable = make_deliverable(project, number=number, kind=kind)
        fields[kind.value] = list(client.get(form_of(deliverable)).context["form"].fields)
    assert fields == {
        **{
            kind: ["url", "note"]
            for kind in ("link", "repository", "pull_request", "dashboard", "deployed_url")
        },
        "file": ["file", "note"],
        "text": ["note", "file"],
    }


def test_limits_and_the_rubric_are_told_before(client, a):
    words = words_of(page_at(client, form_of(a(DeliverableKind.FILE))))
    assert "At most 20 files, 25 MB each and 100 MB together" in words
    assert "By what it is judged It works" in words
    assert "What is asked for" in words


def test_an_address_is_handed_in(client, a, learner):
    deliverable = a(DeliverableKind.PULL_REQUEST)
    answer = client.post(form_of(deliverable), {"url": f" {PULL}/ ", "note": "*Ready*"})
    submission = Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/submissions/{submission.pk}/")
    revision = submission.revisions.get()
    assert (revision.url, revision.note) == (PULL, "*Ready*")


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("link", ""),
        ("link", "javascript:alert(1)"),
        ("link", "ftp://example.org/a"),
        ("link", "https://user:secret@example.org/"),
        ("link", "https://example.org/" + "a" * 500),
        ("repository", "https://github.com/diya"),
        ("pull_request", "https://github.com/diya/shed"),
    ],
)
def test_an_address_that_is_none_is_told_beside_its_field(client, a, kind, url):
    answer = client.post(form_of(a(kind)), {"url": url, "note": "Kept."})
    assert list(errors_in(answer)) == ["url"]
    assert "Kept." in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_text_cannot_be_empty(client, a):
    answer = client.post(form_of(a(DeliverableKind.TEXT)), {"note": "  "})
    assert list(errors_in(answer)) == ["note"]


def test_files_come_with_the_form_where_there_are_no_scripts(client, a):
    files = [upload("a.csv")[1], upload("b.csv", b"id\n2\n")[1]]
    client.post(form_of(a(DeliverableKind.FILE)), {"file": files, "note": ""})
    names = SubmissionFile.objects.order_by("position").values_list("file__name", flat=True)
    assert list(names) == ["a.csv", "b.csv"]


def test_files_that_were_sent_before_come_along_by_their_ids(client, a, learner):
    first, second = sent(learner, "a.csv"), sent(learner, "b.csv")
    deliverable = a(DeliverableKind.FILE)
    client.post(form_of(deliverable), {"file_ids": [second.pk, first.pk]})
    revision = Submission.objects.get().revisions.get()
    assert {each.file for each in revision.files.all()} == {first, second}


def test_a_file_is_asked_for_where_it_is_the_work(client, a):
    assert errors_in(client.post(form_of(a(DeliverableKind.FILE)), {"note": "None."})) == {
        "file": ["Choose at least one file."]
    }


def test_no_files_are_offered_to_come_along_where_none_were_sent(client, a):
    address = form_of(a(DeliverableKind.FILE))
    answer = client.post(address, {"note": "Here it is."})
    assert "Choose at least one file" in answer.content.decode()
    assert "Files that come along" not in answer.content.decode()


def test_files_are_kept_when_something_else_is_wrong(client, a, learner):
    deliverable = a(DeliverableKind.TEXT)
    answer = client.post(form_of(deliverable), {"note": "", "file": upload("a.csv")[1]})
    assert list(errors_in(answer)) == ["note"]
    kept = StoredFile.objects.get()
    assert f'value="{kept.pk}"' in answer.content.decode()
    client.post(form_of(deliverable), {"note": "Now.", "file_ids": [kept.pk]})
    assert SubmissionFile.objects.get().file == kept


@pytest.mark.parametrize("name", ["virus.exe", "orders.png"])
def test_what_is_no_file_of_ours_is_refused_by_name(client, a, name):
    answer = client.post(
        form_of(a(DeliverableKind.FILE)), {"file": upload(name, b"MZ\x00\x01program")[1]}
    )
    assert name in errors_in(answer)["file"][0]
    assert not StoredFile.objects.exists()


def test_nobody_hands_in_somebody_elses_files(client, a, student):
    theirs = sent(student)
    answer = client.post(form_of(a(DeliverableKind.FILE)), {"file_ids": [theirs.pk, "nonsense"]})
    assert "no longer there" in errors_in(answer)["file_ids"][0]
    assert not Submission.objects.exists()


def test_whoever_has_no_room_left_hears_so(client, a, settings):
    settings.STUDENT_FILES_MB = 0
    answer = client.post(form_of(a(DeliverableKind.FILE)), {"file": upload()[1]})
    assert "room for files is used up" in str(answer.context["form"].errors)


def test_a_form_that_is_too_large_is_refused_before_it_is_read(client, a):
    answer = client.post(
        form_of(a(DeliverableKind.FILE)),
        b"--x--",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(101 * MB),
    )
    assert answer.status_code == 413


def test_what_is_handed_in_already_is_shown(client, a, learner):
    deliverable = a(DeliverableKind.LINK)
    submission = hand_in(deliverable, learner)
    for answer in (client.get(form_of(deliverable)), client.post(form_of(deliverable))):
        assert (answer.status_code, answer["Location"]) == (302, f"/submissions/{submission.pk}/")
    assert submission.revisions.count() == 1


def test_a_locked_project_takes_nothing_yet(client, track, project):
    second = make_project(track, number=2)
    path = form_of(second.deliverables.get(number=1))
    answer = client.get(path, follow=True)
    assert answer.redirect_chain == [(f"/projects/{second.pk}/", 302)]
    assert "opens when the one before it is complete" in answer.content.decode()
    client.post(path, {"file": upload()[1]})
    assert not Submission.objects.exists()


def test_who_is_not_enrolled_hears_so(client_of, student, a):
    answer = client_of(student).get(form_of(a(DeliverableKind.LINK)))
    assert answer.status_code == 403
    assert "You are not on this track" in answer.content.decode()


def test_a_deliverable_belongs_to_its_project_and_to_today(client, a, track):
    deliverable = a(DeliverableKind.LINK)
    other = make_project(track, number=2)
    assert (
        client.get(
            form_of(deliverable).replace(
                f"/projects/{deliverable.project_id}/", f"/projects/{other.pk}/"
            )
        ).status_code
        == 404
    )
    deliverable.retired_at = now()
    deliverable.save()
    assert client.get(form_of(deliverable)).status_code == 404


def test_a_revision_brings_files_along_unless_they_are_dropped(client, a, learner):
    deliverable = a(DeliverableKind.FILE)
    submission = hand_in(deliverable, learner)
    old = SubmissionFile.objects.get().file
    page = page_at(client, f"/submissions/{submission.pk}/revise/")
    assert f'value="{old.pk}"' in page
    assert "checked" in page
    new = sent(learner, "new.csv", b"id\n3\n")
    answer = client.post(
        f"/submissions/{submission.pk}/revise/", {"file_ids": [old.pk, new.pk], "note": "Both."}
    )
    assert answer.status_code == 302
    client.post(f"/submissions/{submission.pk}/revise/", {"file_ids": [new.pk], "note": "One."})
    submission.refresh_from_db()
    files = [
        {each.file for each in revision.files.all()}
        for revision in submission.revisions.order_by("number")
    ]
    assert files == [{old}, {old, new}, {new}]


def test_a_file_of_the_same_name_takes_the_place_of_the_one_before(client, a, learner):
    submission = hand_in(a(DeliverableKind.FILE), learner)
    address = f"/submissions/{submission.pk}/revise/"
    old = SubmissionFile.objects.get().file
    assert "takes the place of a file from before" in page_at(client, address)
    new, other = sent(learner, old.name, b"id\n3\n"), sent(learner, "more.csv")
    client.post(address, {"file_ids": [old.pk, new.pk, other.pk]})
    newest, first = submission.revisions.order_by("-number")
    assert {each.file for each in newest.files.all()} == {new, other}
    assert {each.file for each in first.files.all()} == {old}


def test_a_revision_of_an_address_begins_with_the_last_one(client, a, learner):
    submission = hand_in(a(DeliverableKind.LINK), learner)
    decide(submission, Decision.CHANGES_REQUESTED)
    assert 'value="https://example.org/work"' in page_at(
        client, f"/submissions/{submission.pk}/revise/"
    )
    client.post(f"/submissions/{submission.pk}/revise/", {"url": "https://example.org/better"})
    submission.refresh_from_db()
    assert (submission.newest, submission.status) == (2, "pending")


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_what_is_decided_takes_no_revision(client, a, learner, decision):
    submission = decide(hand_in(a(DeliverableKind.LINK), learner), decision)
    for method in (client.get, client.post):
        answer = method(f"/submissions/{submission.pk}/revise/")
        assert (answer.status_code, answer["Location"]) == (302, f"/submissions/{submission.pk}/")
    assert submission.revisions.count() == 1


def test_nobody_revises_the_work_of_another(client_of, student, admin, superadmin, a, learner):
    submission = hand_in(a(DeliverableKind.LINK), learner)
    path = f"/submissions/{submission.pk}/revise/"
    assert client_of(student).get(path).status_code == 404
    assert client_of(admin).get(path).status_code == 403
    assert client_of(superadmin).post(path).status_code == 403


def test_the_form_costs_the_same_for_many_files(client, a, learner):
    deliverable, counted = a(DeliverableKind.FILE), []
    submission = hand_in(deliverable, learner)
    path = f"/submissions/{submission.pk}/revise/"
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_at(client, path)
        counted.append(len(queries))
        ids = [sent(learner, f"{n}.csv", f"id\n{n}\n".encode()).pk for n in range(6)]
        client.post(path, {"file_ids": ids})
    assert counted[0] == counted[1]
