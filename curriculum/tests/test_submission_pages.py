"""What somebody handed in, what was said of it, and the conversation about it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.impersonation import start_impersonation
from accounts.actions.sign_ins import start_browser_sign_in
from accounts.actions.trainers import assign_trainer
from accounts.middleware import SESSION_KEY
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.events.models import Event
from curriculum.actions.comments import write_comment
from curriculum.actions.reviews import approve_by_merge, reopen_submission
from curriculum.actions.submissions import HandedIn, revise_work
from curriculum.models import (
    ChecksState,
    Comment,
    Decision,
    DeliverableKind,
    PullRequestState,
    Track,
)
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    make_deliverable,
    make_pull_request,
    make_track,
    upload,
)
from curriculum.tests.test_track_pages import page_at, words_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
HARM = "<script>alert(1)</script>"


@pytest.fixture
def track():
    return make_track("SHED")


@pytest.fixture
def learner(track):
    return enrolled(track, UserFactory(name="Diya Patel"))


@pytest.fixture
def deliverable(track):
    return track.projects.get(number=1).deliverables.get(kind=DeliverableKind.FILE)


@pytest.fixture
def submission(deliverable, learner):
    return hand_in(deliverable, learner)


@pytest.fixture
def client(client_of, learner):
    return client_of(learner)


def of(submission, *more):
    return "/".join(["/submissions", str(submission.pk), *map(str, more), ""])


def revise(submission, note="Mended.", **more):
    work = HandedIn(note=note, uploads=[upload("new.csv", b"id\n9\n")], **more)
    return revise_work(submission, work=work, by=submission.student, at=now())


def test_a_student_sees_what_they_handed_in_and_what_happens_next(client, submission):
    page = page_at(client, of(submission))
    words = words_of(page)
    for said in ("Part 1", "Waits for review", "orders.csv", "A trainer of the track looks at it"):
        assert said in words
    file = submission.revisions.get().files.get().file
    assert f"/api/curriculum/files/{file.pk}/" in page
    assert "Hand in a new revision" in words


def test_the_trainer_is_named(client, submission, learner, admin):
    trainer = UserFactory(trainer=True, name="Ananya Iyer")
    assign_trainer(learner, trainer=trainer, by=admin, caller=Caller(), at=now())
    assert "Ananya Iyer looks at it" in words_of(page_at(client, of(submission)))


def test_a_review_is_shown_with_its_points(client, submission, trainer):
    decide(submission, Decision.CHANGES_REQUESTED, by=trainer, feedback="**Split** it.")
    page = page_at(client, of(submission))
    words = words_of(page)
    assert "Changes are asked for" in words
    assert "<strong>Split</strong>" in page
    assert "It works 4 / 10 It is clear 4 / 5 Together 8 / 15" in words
    assert trainer.get_full_name() in words


def test_approved_work_asks_for_nothing_more(client, submission):
    decide(submission)
    page = page_at(client, of(submission))
    assert "It is approved" in page
    assert "/revise/" not in page


def test_the_student_is_told_of_what_others_do_and_not_of_their_own(
    submission, learner, trainer, monkeypatch
):
    heard = []
    monkeypatch.setattr("curriculum.hints.send_hint", lambda **hint: heard.append(hint))
    write_comment(submission, body="Is it clear?", by=learner, at=now())
    assert heard == []
    write_comment(submission, body="It is.", by=trainer, at=now())
    decide(submission, by=trainer)
    reopen_submission(submission, reason="By mistake.", by=trainer, at=now())
    topic = f"submission.{submission.pk}"
    assert heard == [{"user_id": learner.pk, "topic": topic, "data": {}}] * 3


def test_the_page_listens_where_its_student_is_told(client, client_of, submission, admin):
    listening = f'data-topic="submission.{submission.pk}"'
    assert page_at(client, of(submission)).count(listening) == 2
    assert listening not in page_at(client_of(admin), of(submission))


def test_a_pull_request_is_shown_with_its_checks_and_a_merge_is_told_as_one(client, learner, track):
    project = track.projects.get(number=1)
    pull_request = make_pull_request(project, learner, checks=ChecksState.FAILED)
    deliverable = make_deliverable(project, number=9, kind=DeliverableKind.PULL_REQUEST)
    submission = hand_in(deliverable, learner)
    words = words_of(page_at(client, of(submission)))
    assert "#7 Refuse what must not be Open" in words
    assert "Checks failed" in words
    pull_request.state, pull_request.merged_at = PullRequestState.MERGED, now()
    pull_request.save()
    approve_by_merge(submission, pull_request=pull_request, at=now())
    words = words_of(page_at(client, of(submission)))
    assert "Approved by the merge" in words
    assert "A merged pull request Approved" in words


def test_rejected_work_says_what_happens_next(client, submission):
    decide(submission, Decision.REJECTED)
    page = page_at(client, of(submission))
    assert "It was rejected, and is closed" in page
    assert "until it is opened again" in page
    assert "/revise/" not in page


def test_what_was_opened_again_says_why(client, submission, admin):
    decide(submission, Decision.REJECTED)
    reopen_submission(submission, reason="Those were the wrong files.", by=admin, at=now())
    words = words_of(page_at(client, of(submission)))
    assert "It was opened again for you Those were the wrong files." in words
    assert "Hand in a new revision" in words


def test_earlier_revisions_stay_with_what_was_said_of_each(client, submission):
    decide(submission, Decision.CHANGES_REQUESTED, feedback="Too long.")
    revise(submission)
    revise(submission, note="And once more.")
    words = words_of(page_at(client, of(submission)))
    assert "Revision 3" in words
    assert "Replaced before it was reviewed" in words
    assert "Too long." in words
    assert "Earlier revisions" in words


def test_any_two_revisions_can_be_compared(client, submission):
    old = submission.revisions.get().files.get().file
    revise(submission, note="Please look at the loop first.\nAnd at the end.", file_ids=[old.pk])
    revise(submission, note="Please look at the loop first.\nAnd at the end.")
    path = of(submission)
    words = words_of(page_at(client, f"{path}?from=1&to=2"))
    assert "Added new.csv" in words
    assert "Same orders.csv" in words
    assert "And at the end." in words
    words = words_of(page_at(client, f"{path}?from=3&to=2"))
    assert "Removed orders.csv" in words


def test_two_revisions_that_are_alike_are_told_as_such(client, submission):
    first = revise(submission).revisions.get(number=2)
    ids = [each.file_id for each in first.files.all()]
    work = HandedIn(note=first.note, file_ids=ids)
    revise_work(submission, work=work, by=submission.student, at=now())
    words = words_of(page_at(client, f"{of(submission)}?from=2&to=3"))
    assert "Nothing differs between these two." in words


@pytest.mark.parametrize("query", ["from=1&to=9", "from=x&to=y", "from=1", "from=2&to=2"])
def test_a_comparison_that_makes_no_sense_is_none(client, submission, query):
    revise(submission)
    assert 'class="stack comparison"' not in page_at(client, f"{of(submission)}?{query}")


def test_whoever_looks_after_the_student_sees_the_work_and_others_do_not(
    client_of, submission, student, trainer, admin, learner
):
    own = UserFactory(trainer=True)
    assign_trainer(learner, trainer=own, by=admin, caller=Caller(), at=now())
    for who in (own, admin):
        page = page_at(client_of(who), of(submission))
        assert "Diya Patel" in page
        assert "/revise/" not in page
    for who in (student, trainer):
        assert client_of(who).get(of(submission)).status_code == 404


def test_work_stays_when_its_track_is_no_longer_published(client, submission, track):
    Track.objects.filter(pk=track.pk).update(is_published=False)
    page = page_at(client, of(submission))
    assert f"/projects/{submission.deliverable.project_id}/" not in page


def test_what_people_write_is_never_markup(client, deliverable, learner, trainer):
    submission = hand_in(
        deliverable, learner, work=HandedIn(note=HARM, uploads=[upload('"><b>.csv')])
    )
    decide(submission, Decision.CHANGES_REQUESTED, feedback=HARM)
    write_comment(submission, body=HARM, by=learner, at=now())
    page = page_at(client, of(submission))
    assert HARM not in page
    assert '"><b>' not in page


def test_a_comment_is_posted_without_scripts(client, submission, learner):
    answer = client.post(of(submission, "comments"), {"body": "Why *that*?"})
    assert answer["Location"] == f"{of(submission)}#thread"
    comment = Comment.objects.get()
    assert (comment.author, comment.submission) == (learner, submission)
    assert "Why <em>that</em>?" in page_at(client, of(submission))
    assert Event.objects.filter(name="curriculum.comment_written").count() == 1


def test_a_comment_by_htmx_renews_the_conversation(client, submission):
    answer = client.post(of(submission, "comments"), {"body": "Hello"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.lstrip().startswith('<div class="stack" id="thread"')
    assert "Hello" in page


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001])
def test_a_comment_that_cannot_be_is_refused_and_kept(client, submission, body):
    answer = client.post(of(submission, "comments"), {"body": body}, headers=HTMX)
    assert answer.status_code == 422
    assert body.strip() in answer.content.decode()
    assert client.post(of(submission, "comments"), {"body": body}).status_code == 302
    assert not Comment.objects.exists()


def test_ones_own_comment_is_written_anew(client, submission, learner):
    comment = write_comment(submission, body="Teh end", by=learner, at=now())
    path = of(submission, "comments", comment.pk)
    assert "Teh end" in page_at(client, path)
    part = client.get(path, headers=HTMX).content.decode()
    assert f'id="comment-{comment.pk}"' in part
    assert "<html" not in part
    answer = client.post(path, {f"c{comment.pk}-body": "The end"}, headers=HTMX)
    assert "The end" in answer.content.decode()
    assert "edited" in words_of(answer.content.decode())
    assert client.post(path, {f"c{comment.pk}-body": ""}, headers=HTMX).status_code == 422
    comment.refresh_from_db()
    assert (comment.body, comment.edited_at is None) == ("The end", False)


def test_ones_own_comment_goes_after_a_question(client, submission, learner):
    comment = write_comment(submission, body="Never mind", by=learner, at=now())
    path = of(submission, "comments", comment.pk, "remove")
    assert "Delete this comment?" in page_at(client, path)
    assert Comment.objects.exists()
    assert client.post(path)["Location"] == f"{of(submission)}#thread"
    assert not Comment.objects.exists()


def test_nobody_touches_what_others_said(client, client_of, submission, admin, learner):
    theirs = write_comment(submission, body="As staff", by=admin, at=now())
    mine = write_comment(submission, body="As student", by=learner, at=now())
    page = page_at(client, of(submission))
    assert re.findall(r"/comments/(\d+)/\"", page).count(str(theirs.pk)) == 0
    for who, comment in ((client, theirs), (client_of(admin), mine)):
        path = of(submission, "comments", comment.pk)
        assert who.get(path).status_code == 404
        assert who.post(f"{path}remove/").status_code == 404
    assert Comment.objects.count() == 2


def test_a_comment_belongs_to_its_submission(client, submission, learner, track):
    other = hand_in(track.projects.get(number=1).deliverables.get(number=2), learner)
    comment = write_comment(other, body="There", by=learner, at=now())
    assert client.get(of(submission, "comments", comment.pk)).status_code == 404


def test_nobody_writes_in_anothers_name(client_of, submission, learner, admin):
    client = client_of(admin)
    own = start_browser_sign_in(admin, way="password", caller=Caller(), at=now())
    started = start_impersonation(learner, own=own, caller=Caller(), at=now())
    session = client.session
    session[SESSION_KEY] = str(started.sid)
    session.save()
    assert client.get(of(submission)).status_code == 200
    assert client.post(of(submission, "comments"), {"body": "Not me"}).status_code == 403
    assert not Comment.objects.exists()


def test_the_page_costs_the_same_for_many_revisions_and_comments(client, submission, learner):
    counted = []
    decide(submission, Decision.CHANGES_REQUESTED)
    revise(submission)
    write_comment(submission, body="First", by=learner, at=now())
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_at(client, of(submission))
        counted.append(len(queries))
        for n in range(4):
            decide(submission, Decision.CHANGES_REQUESTED)
            revise(submission, note=f"Number {n}")
            write_comment(submission, body=f"Number {n}", by=UserFactory(admin=True), at=now())
    assert counted[0] == counted[1]
    assert counted[0] <= 20


def test_a_deliverable_without_a_rubric_is_fine(client, track, learner):
    bare = make_deliverable(
        track.projects.get(number=1), number=9, kind=DeliverableKind.TEXT, rubric=[], about=""
    )
    assert "By what it is judged" not in page_at(client, of(hand_in(bare, learner)))
