"""Reviewing one submission: deciding, conflicts, claims, presence, phrases, comments, reopening."""

from datetime import timedelta

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from accounts.tests.races import Meeting, at_once, take_locks_off
from core.callers import Caller
from core.clock import now
from curriculum.actions import reviews
from curriculum.actions.comments import save_phrase
from curriculum.actions.reviews import claim_submission, note_visit
from curriculum.actions.submissions import revise_work
from curriculum.models import Comment, Decision, Review, ReviewVisit, SavedPhrase, SubmissionStatus
from curriculum.tests.factories import decide, enrolled, hand_in, make_track, work_for

pytestmark = pytest.mark.django_db

GIVEN = {"points-works": "8", "points-clear": "4", "word-clear": "Good names."}


@pytest.fixture
def track(db):
    return make_track("FSD", projects=1, deliverables=2)


@pytest.fixture
def trainer(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


@pytest.fixture
def student(track):
    return enrolled(track, UserFactory(name="Diya Patel"))


@pytest.fixture
def work(track, student, trainer):
    """Of a student whom the trainer looks after."""
    assign_trainer(student, trainer=trainer, by=None, caller=Caller(), at=now())
    return hand_in(first_part(track), student)


@pytest.fixture
def pooled(track):
    return hand_in(first_part(track), enrolled(track, UserFactory(name="Kabir Singh")))


def first_part(track):
    return track.projects.get().deliverables.order_by("number").first()


def at(submission, part=""):
    return f"/review/{submission.pk}/{part}"


def send(client, submission, query="", **given):
    asked = {"revision": submission.newest, "decision": "approved", "feedback": "Well done."}
    return client.post(at(submission) + query, {**asked, **given})


def page(client, submission):
    answer = client.get(at(submission))
    assert answer.status_code == 200
    return answer.content.decode()


# Looking


def test_the_page_shows_the_work_and_by_what_it_is_judged(client_of, work, trainer):
    shown = page(client_of(trainer), work)
    for text in (
        "Diya Patel",
        "Part 1",
        "orders.csv",
        "Please look at the loop first.",
        "It works",
    ):
        assert text in shown
    assert f'href="/api/curriculum/files/{work.revisions.get().files.get().file_id}/"' in shown


def test_pictures_are_shown_small_and_other_files_named(client_of, work, trainer):
    file = work.revisions.get().files.get().file
    assert f'<img src="/api/curriculum/files/{file.pk}/"' not in page(client_of(trainer), work)
    type(file).objects.filter(pk=file.pk).update(content_type="image/png", name="sketch.png")
    assert f'<img src="/api/curriculum/files/{file.pk}/" alt="sketch.png"' in page(
        client_of(trainer), work
    )


def test_who_may_not_see_it_hears_that_there_is_none(client, client_of, work, student):
    stranger = UserFactory(trainer=True, tracks=["FSD"])
    for method in ("get", "post"):
        assert getattr(client_of(stranger), method)(at(work)).status_code == 404
        assert getattr(client_of(student), method)(at(work)).status_code == 403
    for part in ("presence/", "release/", "reopen/", "comments/", "phrases/"):
        assert client_of(stranger).post(at(work, part)).status_code == 404
        assert client_of(stranger).get(at(work, part)).status_code == 405
    assert client.get(at(work)).url.startswith("/accounts/login/")
    assert client_of(stranger).get("/review/99999999999999999999999/").status_code == 404


def test_nobody_decides_on_their_own_work(client_of, track):
    owner = UserFactory(superadmin=True)
    own = hand_in(first_part(track), enrolled(track, owner))
    client = client_of(owner)
    assert "This is your own work." in page(client, own)
    assert 'value="approved"' not in page(client, own)
    assert send(client, own).status_code == 403
    assert not Review.objects.exists()


def test_a_page_takes_as_many_queries_for_much_as_for_little(
    client_of, track, work, trainer, django_assert_max_num_queries
):
    client, counted = client_of(trainer), []
    for _ in range(2):
        page(client, work)
        with django_assert_max_num_queries(60) as queries:
            page(client, work)
        counted.append(len(queries))
        for number in range(6):
            decide(work, Decision.CHANGES_REQUESTED, by=trainer)
            revise_work(work, work=work_for(work.deliverable), by=work.student, at=now())
            work.refresh_from_db()
            Comment.objects.create(submission=work, author=trainer, body="Hm.", created_at=now())
            save_phrase(trainer, label=f"Phrase {number}", text="Mend it.", at=now())
            hand_in(first_part(track), enrolled(track))
    # Earlier revisions, their files and their points come once there are any.
    assert counted[1] <= counted[0] + 4, counted


# Deciding


def test_a_decision_is_kept_with_its_points_and_leads_to_the_next(client_of, work, pooled, trainer):
    client = client_of(trainer)
    answer = send(client, work, **GIVEN)
    assert answer.url == at(pooled)
    review = Review.objects.get()
    assert (review.decision, review.feedback, review.reviewer) == (
        "approved",
        "Well done.",
        trainer,
    )
    assert list(review.rubric_points.values_list("key", "points", "comment")) == [
        ("works", 8, ""),
        ("clear", 4, "Good names."),
    ]
    assert "Approved: Part 1 of Diya Patel." in client.get(answer.url).content.decode()


def test_the_last_one_leads_back_to_the_queue_with_its_filters(client_of, work, pooled, trainer):
    client = client_of(trainer)
    answer = send(client, work, query="?whose=mine", **GIVEN)
    assert answer.url == "/review/?whose=mine"
    assert "That was the last one here." in client.get(answer.url).content.decode()


def test_one_can_stay(client_of, work, pooled, trainer):
    assert send(client_of(trainer), work, stays="on").url == at(work)


def test_the_next_is_never_in_somebody_elses_hands(client_of, track, work, pooled, trainer):
    claim_submission(pooled, by=UserFactory(admin=True), at=now())
    free = hand_in(first_part(track), enrolled(track))
    assert send(client_of(trainer), work).url == at(free)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"points-works": "11"}, "less than or equal to 10"),
        ({"points-works": "-1"}, "greater than or equal to 0"),
        ({"points-works": "many"}, "Enter a whole number"),
        ({"points-works": "", "word-works": "Hm."}, "Give points too"),
        ({"decision": "praised"}, "is not one of the available choices"),
        ({"decision": ""}, "Choose what you decide."),
        ({"decision": "rejected", "feedback": " "}, "Say what is missing"),
        ({"decision": "changes_requested", "feedback": ""}, "Say what is missing"),
        ({"revision": "first"}, "Enter a whole number"),
        ({"feedback": "x" * 20_001}, "at most 20000 characters"),
        ({"feedback": "a\x00b"}, "Null characters"),
    ],
)
def test_what_cannot_be_taken_is_explained_and_all_that_was_typed_stays(
    client_of, work, trainer, given, said
):
    answer = send(client_of(trainer), work, **{**GIVEN, "feedback": "My own words", **given})
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert said in shown
    assert "Good names." in shown
    if "feedback" not in given:
        assert "My own words" in shown
    assert not Review.objects.exists()


def test_rejecting_says_before_what_it_means(client_of, work, trainer):
    shown = page(client_of(trainer), work)
    assert "Rejecting closes it" in shown
    assert send(client_of(trainer), work, decision="rejected", stays="on").status_code == 302
    work.refresh_from_db()
    assert work.status == SubmissionStatus.REJECTED


def test_in_anothers_name_nobody_decides(client_of, work, trainer, admin, monkeypatch):
    monkeypatch.setattr("core.policies.impersonator_of", lambda _user: admin)
    monkeypatch.setattr("curriculum.pages.review_page.impersonator_of", lambda _user: admin)
    client = client_of(trainer)
    assert "Only they themselves decide." in page(client, work)
    assert not ReviewVisit.objects.exists()
    assert send(client, work).status_code == 403


# Too late


def test_a_second_decision_stands_beside_the_first_and_loses_no_word(client_of, work, trainer):
    client, first = client_of(trainer), UserFactory(admin=True, name="Rohan Das")
    page(client, work)
    decide(work, Decision.CHANGES_REQUESTED, by=first, feedback="Mend the loop.")
    answer = send(client, work, feedback="I would take it.", **GIVEN)
    assert answer.status_code == 409
    shown = answer.content.decode()
    for text in ("Somebody was faster", "Rohan Das", "Mend the loop.", "Changes requested"):
        assert text in shown
    for text in ("I would take it.", "Good names.", "not saved", "<strong>8</strong> / 10"):
        assert text in shown
    assert Review.objects.get().reviewer == first


def test_what_came_too_late_can_still_be_said(client_of, work, trainer):
    decide(work, by=UserFactory(admin=True))
    client = client_of(trainer)
    send(client, work, feedback="I would take it.")
    said = client.post(at(work, "comments/"), {"body": "I would take it."})
    comment = Comment.objects.get()
    assert said.url == f"{at(work)}#comment-{comment.pk}"
    assert (comment.author, comment.body) == (trainer, "I would take it.")


def test_a_newer_revision_is_shown_and_the_words_are_kept(client_of, work, trainer):
    client = client_of(trainer)
    page(client, work)
    newer = work_for(work.deliverable, note="Now with an empty file.")
    revise_work(work, work=newer, by=work.student, at=now())
    answer = send(client, work, feedback="What about an empty file?", **GIVEN)
    assert answer.status_code == 409
    shown = answer.content.decode()
    for text in ("Meanwhile revision 2 came in", "Now with an empty file.", "Good names."):
        assert text in shown
    assert "What about an empty file?" in shown
    assert '<input type="hidden" name="revision" value="2"' in shown
    assert not Review.objects.exists()
    work.refresh_from_db()
    assert send(client, work).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_locks", [False, True], ids=["without locks", "as it is"])
def test_of_two_decisions_at_once_one_holds_and_the_other_is_told(
    client_of, work, trainer, has_locks, monkeypatch
):
    """Without the lock both find no review, and the second dies of the database's constraint."""
    if not has_locks:
        take_locks_off(monkeypatch)
    meeting, before = Meeting(2), reviews.progress_on

    def wait_and_look(*args):
        meeting.wait()
        return before(*args)

    monkeypatch.setattr(reviews, "progress_on", wait_and_look)
    clients = [client_of(trainer), client_of(UserFactory(admin=True))]
    for client in clients:
        client.raise_request_exception = False
    heard = at_once(
        *(
            lambda client=client, words=words: send(client, work, feedback=words)
            for client, words in zip(clients, ("First words", "Second words"), strict=True)
        )
    )
    assert Review.objects.count() == 1
    statuses = sorted(answer.status_code for answer in heard)
    assert statuses == ([302, 409] if has_locks else [302, 500])
    if has_locks:
        loser = next(answer for answer in heard if answer.status_code == 409)
        assert "First words" in loser.content.decode()
        assert "Second words" in loser.content.decode()


# In whose hands


def test_opening_one_from_the_pool_takes_it_and_the_other_is_told(client_of, pooled, trainer):
    shown = page(client_of(trainer), pooled)
    pooled.refresh_from_db()
    assert pooled.claimed_by == trainer
    assert "Give it back" in shown
    other = client_of(UserFactory(trainer=True, tracks=["FSD"]))
    assert "Ananya Iyer has this in hand" in page(other, pooled)
    answer = send(other, pooled, feedback="My words")
    assert "Somebody else has this one in hand." in answer.content.decode()
    assert "My words" in answer.content.decode()
    assert not Review.objects.exists()


def test_students_of_ones_own_are_not_taken(client_of, work, trainer):
    assert "Give it back" not in page(client_of(trainer), work)
    work.refresh_from_db()
    assert work.claimed_by is None


def test_it_is_given_back_by_a_button_and_held_as_long_as_it_is_open(client_of, pooled, trainer):
    client = client_of(trainer)
    page(client, pooled)
    soon = now() + timedelta(minutes=1)
    type(pooled).objects.update(claimed_until=soon)
    assert client.post(at(pooled, "presence/"), {"shown": "1"}).status_code == 200
    pooled.refresh_from_db()
    assert pooled.claimed_until > soon
    assert client.post(at(pooled, "release/")).url == "/review/"
    pooled.refresh_from_db()
    assert pooled.claimed_by is None
    assert not ReviewVisit.objects.exists()
    client.post(at(pooled, "presence/"), {"shown": "1"})
    pooled.refresh_from_db()
    assert pooled.claimed_by is None


def test_a_claim_that_ran_out_is_taken_over(client_of, pooled, trainer):
    claim_submission(pooled, by=UserFactory(admin=True), at=now() - timedelta(hours=1))
    page(client_of(trainer), pooled)
    pooled.refresh_from_db()
    assert pooled.claimed_by == trainer


# Who else is here


def test_two_who_have_it_open_see_each_other(client_of, work, trainer):
    other = UserFactory(admin=True, name="Rohan Das")
    note_visit(work, by=other, at=now())
    client = client_of(trainer)
    assert "Rohan Das has this open too." in page(client, work)
    asked = client_of(other).post(at(work, "presence/"), {"shown": "1"}).content.decode()
    assert "Ananya Iyer has this open too." in asked
    ReviewVisit.objects.filter(reviewer=other).update(seen_at=now() - timedelta(minutes=2))
    assert "Rohan Das" not in page(client, work)


def test_whoever_comes_is_told_at_once_to_those_who_are_there(
    client_of, work, trainer, monkeypatch, django_capture_on_commit_callbacks
):
    heard = []
    monkeypatch.setattr(
        "curriculum.hints.send_hint", lambda **hint: heard.append((hint["user_id"], hint["topic"]))
    )
    other = UserFactory(admin=True)
    client = client_of(trainer)
    page(client, work)
    assert heard == []
    page(client_of(other), work)
    page(client_of(other), work)
    assert heard == [(trainer.pk, f"review.{work.pk}")]
    send(client_of(other), work)
    assert set(heard) == {
        (trainer.pk, f"review.{work.pk}"),
        (work.student_id, f"submission.{work.pk}"),
    }
    assert heard.count((trainer.pk, f"review.{work.pk}")) > 1


@pytest.mark.parametrize("said", ["Is this yours?", ""], ids=["said", "empty"])
def test_without_scripts_a_comment_takes_nothing_of_the_review_away(client_of, work, trainer, said):
    client = client_of(trainer)
    words = page(client, work)
    assert f'formaction="{at(work, "comments/")}"' in words
    assert 'id="beside_body"' in words
    typed = {"revision": "1", "feedback": "Half a sentence", "points-works": "4", "body": said}
    answer = client.post(at(work, "comments/"), typed)
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Half a sentence</textarea>" in shown
    assert 'value="4"' in shown
    assert Comment.objects.count() == bool(said)
    assert ("This field is required" in shown) == (not said)


def test_an_open_page_hears_of_a_decision_and_of_a_newer_revision(client_of, work, trainer):
    client, other = client_of(trainer), UserFactory(admin=True, name="Rohan Das")
    page(client, work)
    decide(work, Decision.CHANGES_REQUESTED, by=other)
    asked = client.post(at(work, "presence/"), {"shown": "1", "was": "pending"}).content.decode()
    assert "Rohan Das has decided: Changes requested" in asked
    assert "has decided" not in page(client, work)
    revise_work(work, work=work_for(work.deliverable), by=work.student, at=now())
    asked = client.post(at(work, "presence/"), {"shown": "1"}).content.decode()
    assert "Revision 2 has come in" in asked
    assert client.post(at(work, "presence/"), {"shown": "abc"}).status_code == 200


# Phrases


def test_a_phrase_is_put_in_kept_and_dropped_while_all_that_was_typed_stays(
    client_of, work, trainer
):
    client, phrases = client_of(trainer), at(work, "phrases/")
    typed = {"revision": 1, "feedback": "Add a test.", **GIVEN}
    shown = client.post(phrases, {**typed, "label": "Test", "save": "1"}).content.decode()
    phrase = SavedPhrase.objects.get(owner=trainer)
    assert (phrase.label, phrase.text) == ("Test", "Add a test.")
    assert "Good names." in shown
    shown = client.post(phrases, {**typed, "insert": phrase.pk}).content.decode()
    assert "Add a test.\n\nAdd a test." in shown.replace("\r\n", "\n")
    shown = client.post(phrases, {**typed, "drop": phrase.pk}).content.decode()
    assert not SavedPhrase.objects.exists()
    assert "Add a test." in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"label": "", "feedback": "Add a test."}, "Write something first."),
        ({"label": "Test", "feedback": ""}, "Write something first."),
        ({"label": "x" * 61, "feedback": "Add a test."}, "Write at most 60 characters."),
        ({"label": "Test", "feedback": "x" * 2001}, "Write at most 2000 characters."),
    ],
)
def test_a_phrase_that_says_nothing_is_not_kept(client_of, work, trainer, given, said):
    answer = client_of(trainer).post(at(work, "phrases/"), {**given, "save": "1"})
    assert said in answer.content.decode()
    assert given["feedback"] in answer.content.decode()
    assert not SavedPhrase.objects.exists()


def test_nobody_uses_anothers_phrases(client_of, work, trainer):
    phrase = save_phrase(UserFactory(trainer=True), label="Mine", text="Hm.", at=now())
    client = client_of(trainer)
    assert "Mine" not in page(client, work)
    for name in ("insert", "drop"):
        for key in (phrase.pk, "abc", "9" * 30, ""):
            assert client.post(at(work, "phrases/"), {name: key}).status_code == 404
    assert SavedPhrase.objects.get() == phrase


# Comments and opening again


@pytest.mark.parametrize("body", ["", "  ", "x" * 5001])
def test_a_comment_that_cannot_be_taken_stays_to_be_mended(client_of, work, trainer, body):
    answer = client_of(trainer).post(at(work, "comments/"), {"body": body})
    assert answer.status_code == 200
    assert "field-errors" in answer.content.decode()
    assert not Comment.objects.exists()


def test_what_is_decided_is_opened_again_with_a_reason(client_of, work, trainer):
    client = client_of(trainer)
    assert client.post(at(work, "reopen/"), {"reason": "A mistake."}).status_code == 200
    decide(work, Decision.REJECTED, by=trainer)
    assert "Open it again" in page(client, work)
    assert "This field is required." in client.post(at(work, "reopen/"), {}).content.decode()
    assert client.post(at(work, "reopen/"), {"reason": "The wrong files."}).url == at(work)
    work.refresh_from_db()
    assert work.status == SubmissionStatus.CHANGES_REQUESTED
    assert "The wrong files." in page(client, work)


def test_earlier_revisions_stay_to_be_read_with_what_was_said(client_of, work, trainer):
    decide(work, Decision.CHANGES_REQUESTED, by=trainer, feedback="Split the function.")
    newer = work_for(work.deliverable, note="Split in two.")
    revise_work(work, work=newer, by=work.student, at=now())
    shown = page(client_of(trainer), work)
    for text in ("Revision 2", "Split in two.", "Revision 1", "Split the function."):
        assert text in shown
