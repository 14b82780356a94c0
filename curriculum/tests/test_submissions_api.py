"""Handing work in by API, again, and talking about it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.files.models import StoredFile
from core.files.purposes import MB
from core.tests.answers import error_of
from curriculum.models import Comment, Decision, DeliverableKind, Revision, Submission
from curriculum.tests.factories import decide, enrolled, finish, hand_in, make_track

SUBMISSIONS, FILES = "/api/curriculum/submissions/", "/api/curriculum/files/"
KINDS = tuple(DeliverableKind)

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return make_track("FSD", deliverables=len(KINDS), kinds=KINDS)


@pytest.fixture
def student(track):
    return enrolled(track, UserFactory(name="Diya Patel"))


@pytest.fixture
def looked_after(student, trainer, admin):
    assign_trainer(student, trainer=trainer, by=admin, caller=Caller(), at=now())
    return student


def of(track, kind, project=1):
    return track.projects.get(number=project).deliverables.get(kind=kind)


def one(submission):
    return f"{SUBMISSIONS}{submission.pk}/"


def text_file(name="page.md", content=b"# Mine\n"):
    return SimpleUploadedFile(name, content, content_type="text/markdown")


@pytest.mark.parametrize(
    ("kind", "work"),
    [
        ("link", {"url": "https://example.org/page"}),
        ("repository", {"url": "https://github.com/diya/page"}),
        ("pull_request", {"url": "https://github.com/diya/page/pull/3"}),
        ("dashboard", {"url": "https://superset.example.org/d/7"}),
        ("deployed_url", {"url": "https://diya.example.org"}),
        ("text", {"note": "What I found."}),
    ],
)
def test_each_kind_is_handed_in(api_of, track, student, kind, work):
    body = {"deliverable": of(track, kind).pk, **work}

    answer = api_of(student).post(SUBMISSIONS, body, format="json")

    assert answer.status_code == 201
    found = answer.json()
    assert {name: found[name] for name in ("status", "revision", "student", "reviews")} == {
        "status": "pending",
        "revision": 1,
        "student": student.pk,
        "reviews": [],
    }
    for name, value in work.items():
        assert found[name] == value


@pytest.mark.parametrize(
    ("kind", "work", "field"),
    [
        ("link", {}, "url"),
        ("link", {"url": "javascript:alert(1)"}, "url"),
        ("link", {"url": "ftp://example.org/x"}, "url"),
        ("link", {"url": "https://user:secret@example.org/"}, "url"),
        ("link", {"url": "https://" + "a" * 600 + ".org"}, "url"),
        ("link", {"url": "https://example.org/\x00"}, "url"),
        ("repository", {"url": "https://github.com/diya"}, "url"),
        ("pull_request", {"url": "https://github.com/diya/page"}, "url"),
        ("pull_request", {"url": "https://github.com/diya/page/pull/0"}, "url"),
        ("text", {"note": "   "}, "note"),
        ("text", {"note": "x" * 20_001}, "note"),
        ("text", {"note": {"a": 1}}, "note"),
        ("file", {"note": "none"}, "file"),
        ("file", {"files": ["not an id"]}, "files"),
        ("file", {"files": ["0b9f8a0e-58a4-4d47-a1f4-1c0f0f1d5a11"]}, "files"),
    ],
)
def test_what_is_not_work_of_its_kind_is_refused(api_of, track, student, kind, work, field):
    body = {"deliverable": of(track, kind).pk, **work}

    answer = api_of(student).post(SUBMISSIONS, body, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert field in {name.partition(".")[0] for name in answer.json()["error"]["details"]}
    assert not Submission.objects.exists()


@pytest.mark.parametrize("deliverable", [None, "", "x", 0, 10**30, True, [1]])
def test_a_deliverable_that_is_none_is_refused(api_of, track, student, deliverable):
    body = {"deliverable": deliverable, "url": "https://example.org"}

    answer = api_of(student).post(SUBMISSIONS, body, format="json")

    assert error_of(answer) == (400, "VALIDATION_ERROR")


def test_a_second_one_is_told_of_the_first(api_of, track, student):
    first = hand_in(of(track, "text"), student)

    answer = api_of(student).post(
        SUBMISSIONS, {"deliverable": first.deliverable_id, "note": "Again."}
    )

    assert error_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"] == {"submission": first.pk}


def test_the_same_key_hands_in_once(api_of, track, student):
    body = {"deliverable": of(track, "text").pk, "note": "Once."}
    headers = {"Idempotency-Key": "k-1"}

    first = api_of(student).post(SUBMISSIONS, body, format="json", headers=headers)
    again = api_of(student).post(SUBMISSIONS, body, format="json", headers=headers)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Revision.objects.count() == 1


def test_a_locked_project_takes_nothing(api_of, track, student):
    body = {"deliverable": of(track, "text", project=2).pk, "note": "Too early."}

    assert error_of(api_of(student).post(SUBMISSIONS, body)) == (409, "PROJECT_LOCKED")


def test_a_track_that_one_is_not_on_takes_nothing(api_of, student):
    other = make_track("DP", deliverables=len(KINDS), kinds=KINDS)

    answer = api_of(student).post(SUBMISSIONS, {"deliverable": of(other, "text").pk, "note": "x"})

    assert error_of(answer) == (403, "NOT_ENROLLED")


@pytest.mark.parametrize("role", ["trainer", "admin"])
def test_staff_hand_nothing_in(api_of, track, role):
    person = UserFactory(**{role: True})
    body = {"deliverable": of(track, "text").pk, "note": "Mine."}

    assert error_of(api_of(person).post(SUBMISSIONS, body)) == (403, "PERMISSION_DENIED")


# Files


def test_files_come_along_in_a_form(api_of, track, student):
    body = {
        "deliverable": of(track, "file").pk,
        "note": "Both.",
        "file": [text_file("a.md"), text_file("b.md", b"# Other\n")],
    }

    found = api_of(student).post(SUBMISSIONS, body, format="multipart").json()

    assert [file["name"] for file in found["files"]] == ["a.md", "b.md"]
    assert b"".join(api_of(student).get(found["files"][0]["url"]).streaming_content) == b"# Mine\n"


def test_files_are_sent_first_and_named_then(api_of, track, student):
    sent = api_of(student).post(FILES, {"file": text_file()}, format="multipart")
    assert sent.status_code == 201

    body = {"deliverable": of(track, "file").pk, "files": [sent.json()["id"]]}
    found = api_of(student).post(SUBMISSIONS, body, format="json")

    assert found.status_code == 201
    assert [file["id"] for file in found.json()["files"]] == [sent.json()["id"]]


def test_somebody_elses_file_is_not_there(api_of, track, student):
    other = enrolled(track)
    sent = api_of(other).post(FILES, {"file": text_file()}, format="multipart").json()
    body = {"deliverable": of(track, "file").pk, "files": [sent["id"]]}

    assert error_of(api_of(student).post(SUBMISSIONS, body, format="json"))[0] == 400
    assert api_of(student).get(f"{FILES}{sent['id']}/").status_code == 404
    assert api_of(student).delete(f"{FILES}{sent['id']}/").status_code == 404


def test_a_file_is_taken_back_until_it_is_handed_in(api_of, track, student):
    api = api_of(student)
    first = api.post(FILES, {"file": text_file()}, format="multipart").json()
    second = api.post(FILES, {"file": text_file()}, format="multipart").json()
    body = {"deliverable": of(track, "file").pk, "files": [second["id"]]}
    api.post(SUBMISSIONS, body, format="json")

    assert api.delete(f"{FILES}{first['id']}/").status_code == 204
    assert api.delete(f"{FILES}{first['id']}/").status_code == 404
    assert error_of(api.delete(f"{FILES}{second['id']}/")) == (409, "CONFLICT")
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", b"GIF89a" + b"\x00" * 20),
        ("program.exe", b"MZ" + b"\x00" * 100),
        ("empty.md", b""),
        ("picture.svg", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20),
    ],
)
def test_a_file_that_lies_or_is_not_taken_is_refused(api_of, track, student, name, content):
    upload = SimpleUploadedFile(name, content, content_type="text/markdown")

    answer = api_of(student).post(FILES, {"file": upload}, format="multipart")

    assert error_of(answer) == (400, "VALIDATION_ERROR")
    assert "file" in answer.json()["error"]["details"]
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.md", "..\\..\\boot.md", "a\r\nSet-Cookie: x=1.md", "пример\u202e.md"]
)
def test_a_name_does_no_harm(api_of, track, student, name):
    upload = SimpleUploadedFile("x.md", b"# Mine\n")
    upload._name = name

    answer = api_of(student).post(FILES, {"file": upload}, format="multipart")

    assert answer.status_code in {201, 400}
    for file in StoredFile.objects.all():
        assert not {"/", "\\", "\r", "\n", "\u202e"} & set(file.name)


def test_one_byte_too_many_is_too_large(api_of, track, student):
    upload = SimpleUploadedFile("large.md", b"x" * (25 * MB + 1))

    answer = api_of(student).post(FILES, {"file": upload}, format="multipart")

    assert answer.status_code == 413
    assert not StoredFile.objects.exists()


def test_a_submission_of_more_than_100_mb_is_too_large(api_of, track, student):
    api = api_of(student)
    sent = [
        api.post(
            FILES,
            {"file": SimpleUploadedFile(f"{n}.md", b"x" * (25 * MB))},
            format="multipart",
        ).json()["id"]
        for n in range(4)
    ]
    sent.append(api.post(FILES, {"file": text_file()}, format="multipart").json()["id"])
    body = {"deliverable": of(track, "file").pk, "files": sent}

    assert api.post(SUBMISSIONS, body, format="json").status_code == 413
    assert api.post(SUBMISSIONS, {**body, "files": sent[:4]}, format="json").status_code == 201


def test_nobody_fills_more_than_their_room(api_of, track, student, settings):
    settings.STUDENT_FILES_MB = 1
    api = api_of(student)
    half = b"x" * (MB // 2)
    answers = [
        api.post(FILES, {"file": SimpleUploadedFile(f"{n}.md", half)}, format="multipart")
        for n in range(3)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 413]
    assert answers[2].json()["error"]["details"] == {"limit_mb": 1}


# Again


def test_a_new_revision_keeps_what_was_reviewed(api_of, track, student, admin):
    submission = hand_in(of(track, "text"), student)
    decide(submission, Decision.CHANGES_REQUESTED)

    found = api_of(student).put(one(submission), {"note": "Better."}, format="json")

    assert found.status_code == 200
    assert (found.json()["status"], found.json()["revision"]) == ("pending", 2)
    assert [each["note"] for each in found.json()["revisions"]] == [
        "Better.",
        "Please look at the loop first.",
    ]
    assert found.json()["reviews"][0]["revision"] == 1


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REJECTED])
def test_what_is_decided_takes_nothing_more(api_of, track, student, admin, decision):
    submission = hand_in(of(track, "text"), student)
    decide(submission, decision)

    answer = api_of(student).put(one(submission), {"note": "More."}, format="json")

    assert error_of(answer) == (409, "CONFLICT")
    assert answer.json()["error"]["details"] == {"status": decision.value}


def test_somebody_elses_work_is_not_there(api_of, track, student):
    submission, other = hand_in(of(track, "text"), student), enrolled(track)

    assert api_of(other).get(one(submission)).status_code == 404
    assert api_of(other).put(one(submission), {"note": "Mine."}).status_code == 404


def test_whoever_reviews_it_may_not_hand_it_in(api_of, track, looked_after, trainer):
    submission = hand_in(of(track, "text"), looked_after)

    assert api_of(trainer).get(one(submission)).status_code == 200
    answer = api_of(trainer).put(one(submission), {"note": "Mine."})
    assert error_of(answer) == (403, "PERMISSION_DENIED")


# Who sees what


def test_each_sees_their_own_share(api_of, track, looked_after, trainer, admin):
    teaches = UserFactory(trainer=True, tracks=["FSD"])
    teaches_nothing = UserFactory(trainer=True)
    alone = enrolled(track)
    own, pooled = hand_in(of(track, "text"), looked_after), hand_in(of(track, "text"), alone)

    def seen_by(person):
        return {each["id"] for each in api_of(person).get(SUBMISSIONS).json()["results"]}

    assert seen_by(looked_after) == {own.pk}
    assert seen_by(trainer) == {own.pk}
    assert seen_by(teaches) == {pooled.pk}
    assert seen_by(teaches_nothing) == set()
    assert seen_by(admin) == {own.pk, pooled.pk}
    assert api_of(teaches).get(one(own)).status_code == 404
    assert api_of(teaches).get(one(pooled)).status_code == 200


def test_the_list_is_narrowed(api_of, track, student, admin):
    waiting = hand_in(of(track, "text"), student)
    decide(hand_in(of(track, "link"), student))
    api = api_of(admin)

    def ids(**wanted):
        return [each["id"] for each in api.get(SUBMISSIONS, wanted).json()["results"]]

    assert ids(status="pending") == [waiting.pk]
    assert ids(track="fsd", student=student.pk, status="pending") == [waiting.pk]
    assert ids(search="diya", status="pending") == [waiting.pk]
    assert ids(project=999) == []
    assert api.get(SUBMISSIONS, {"status": "nonsense"}).status_code == 400


def test_the_list_asks_as_many_questions_for_many_as_for_few(
    api_of, admin, django_assert_max_num_queries
):
    track, counted = make_track("DP"), []
    for _ in range(2):
        for _ in range(3):
            finish(track.projects.get(number=1), enrolled(track))
        with django_assert_max_num_queries(12) as queries:
            api_of(admin).get(SUBMISSIONS)
        counted.append(len(queries))
    assert counted[0] == counted[1]


# Talking about it


def test_student_and_trainer_talk_about_it(api_of, track, looked_after, trainer):
    submission = hand_in(of(track, "text"), looked_after)
    address = f"{one(submission)}comments/"

    first = api_of(looked_after).post(address, {"body": "Is this **right**?"})
    api_of(trainer).post(address, {"body": "Nearly."})

    assert first.status_code == 201
    said = api_of(trainer).get(address).json()["results"]
    assert [(each["author"]["id"], each["body"]) for each in said] == [
        (looked_after.pk, "Is this **right**?"),
        (trainer.pk, "Nearly."),
    ]


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001, None, ["a"]])
def test_a_comment_says_something(api_of, track, student, body):
    address = f"{one(hand_in(of(track, 'text'), student))}comments/"

    assert api_of(student).post(address, {"body": body}, format="json").status_code == 400


def test_one_changes_and_takes_back_only_what_one_said(api_of, track, looked_after, trainer):
    submission = hand_in(of(track, "text"), looked_after)
    address = f"{one(submission)}comments/"
    said = api_of(looked_after).post(address, {"body": "Is this right?"}).json()["id"]

    assert api_of(trainer).patch(f"{address}{said}/", {"body": "No."}).status_code == 404
    assert api_of(trainer).delete(f"{address}{said}/").status_code == 404
    changed = api_of(looked_after).patch(f"{address}{said}/", {"body": "It is."}).json()
    assert (changed["body"], changed["edited_at"] is not None) == ("It is.", True)
    assert api_of(looked_after).delete(f"{address}{said}/").status_code == 204
    assert not Comment.objects.exists()


def test_strangers_say_and_hear_nothing(api_of, track, student):
    address = f"{one(hand_in(of(track, 'text'), student))}comments/"
    stranger = enrolled(track)

    assert api_of(stranger).get(address).status_code == 404
    assert api_of(stranger).post(address, {"body": "Hello."}).status_code == 404
