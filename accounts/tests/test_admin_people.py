"""The list of people in the admin: picked out, given trainers, signed out, taken away as CSV."""

import csv
import io

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from accounts.actions.trainers import assign_trainer
from accounts.models import AuditEntry, SignIn, User
from accounts.rules import TRAINER_PLACES
from accounts.tests.factories import UserFactory
from accounts.tests.test_admin import USERS, act, page_of, profile, said
from accounts.tests.test_assigning_trainers import by, fill
from accounts.tracks import tracks_to_choose

pytestmark = pytest.mark.django_db


@pytest.fixture
def fsd(db):
    return UserFactory(trainer=True, name="Ananya Iyer", tracks=["FSD"])


def listed(client, query):
    return set(client.get(USERS, query).context["cl"].result_list)


def test_people_are_picked_out_by_trainer_proof_and_second_factor(client_of, admin, student, fsd):
    other = UserFactory(is_proven=False)
    Authenticator.objects.create(user=student, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=other, type=Authenticator.Type.RECOVERY_CODES, data={})
    assign_trainer(student, trainer=fsd, **by(admin))
    client = client_of(admin)
    assert listed(client, {"trainer": "none"}) == {other}
    assert listed(client, {"trainer": fsd.pk}) == {student}
    assert listed(client, {"proven": "no"}) == {other}
    assert listed(client, {"proven": "yes"}) == {admin, student, fsd}
    assert listed(client, {"second_factor": "yes"}) == {student}
    assert listed(client, {"second_factor": "no"}) == {admin, other, fsd}
    assert listed(client, {"trainer": fsd.pk, "second_factor": "no"}) == set()


def test_another_proven_address_does_not_prove_the_one_in_use(client_of, admin):
    other = UserFactory(is_proven=False)
    EmailAddress.objects.create(user=other, email="second@example.org", verified=True)
    assert other in listed(client_of(admin), {"proven": "no"})


@pytest.mark.parametrize("value", ["me", "-1", "9" * 40, "1 OR 1=1", "\u0661"])
def test_a_trainer_that_means_nothing_picks_nobody_out(client_of, admin, value):
    assert client_of(admin).get(USERS, {"trainer": value}).status_code == 200


def test_people_are_searched_by_the_beginnings_of_words(client_of, admin):
    diya = UserFactory(name="Diya Patel", email="dp@example.org")
    client = client_of(admin)
    for text in ("pat", "DIYA", "dp@example.org", "example diya"):
        assert listed(client, {"q": text}) == {diya}, text
    assert listed(client, {"q": "atel"}) == set()
    assert listed(client, {"q": "' & !x:*"}) == set()
    assert diya in listed(client, {"q": "  "})


def test_assigning_a_trainer_asks_which_one(client_of, admin, student, fsd):
    full = UserFactory(trainer=True, name="Vikram Desai")
    fill(full, TRAINER_PLACES)
    assign_trainer(student, trainer=UserFactory(trainer=True, name="Meera"), **by(admin))
    client = client_of(admin)
    asked = act(client, "assign_trainer", student).content.decode()
    assert student.email in asked
    assert "now with Meera" in asked
    assert "Ananya Iyer (FSD · 20 places free)" in asked
    assert "Vikram Desai" not in asked
    answer = act(client, "assign_trainer", student, confirmed="yes", trainer=fsd.pk)
    assert said(answer) == ["Done for 1 user."]
    assert User.objects.get(pk=student.pk).assigned_trainer == fsd


def test_a_trainer_who_is_none_is_not_taken_from_the_form(client_of, admin, student):
    other = UserFactory()
    act(client_of(admin), "assign_trainer", student, confirmed="yes", trainer=other.pk)
    assert student.assigned_trainer is None


def test_where_nobody_has_room_the_page_says_so(client_of, admin, student):
    asked = act(client_of(admin), "assign_trainer", student).content.decode()
    assert "No trainer has room" in asked
    assert "Assign the trainer</button>" not in asked


def test_those_who_find_no_place_are_named_and_the_others_are_done(client_of, admin, fsd):
    fill(fsd, TRAINER_PLACES - 1)
    students = [UserFactory(name=name, track="FSD") for name in ("Zoe", "Amy")]
    answer = act(client_of(admin), "assign_automatically", *students, fsd)
    messages = said(answer)
    assert "Done for 1 user." in messages
    assert sum("as many students" in each for each in messages) == 1
    assert sum("Ananya Iyer: Some of what you sent" in each for each in messages) == 1


def test_students_are_left_without_a_trainer(client_of, admin, fsd):
    students = fill(fsd, 3)
    act(client_of(admin), "unassign_trainer", *students[:2])
    assert set(User.objects.looked_after_by(fsd)) == {students[2]}
    assert AuditEntry.objects.filter(action="accounts.trainer_unassigned").count() == 2


def test_somebody_is_signed_out_everywhere(client_of, admin, superadmin, student):
    browsers = [client_of(student), client_of(student)]
    theirs = client_of(superadmin)
    answer = act(client_of(admin), "sign_out_everywhere", student, superadmin)
    assert any("not do it" in each for each in said(answer))
    for browser in browsers:
        assert browser.get("/dashboard/").status_code == 302
    assert theirs.get("/dashboard/").status_code == 200
    ended = SignIn.objects.filter(user=student)
    assert {each.end_reason for each in ended} == {SignIn.End.REVOKED}


def test_a_persons_page_shows_their_trainers_and_what_was_done(client_of, admin, student, fsd):
    assign_trainer(student, trainer=UserFactory(trainer=True, name="Meera"), **by(admin))
    assign_trainer(student, trainer=fsd, **by(admin))
    client = client_of(admin)
    page = client.get(page_of(student)).content.decode()
    for words in ("Meera", "Ananya Iyer", "accounts.trainer_assigned", admin.email):
        assert words in page
    assert student.name in client.get(page_of(fsd)).content.decode()


def test_the_tracks_that_a_trainer_teaches_are_set(client_of, admin, fsd):
    client = client_of(admin)
    client.post(page_of(fsd), profile(fsd, tracks=["DP", "FSD"]))
    fsd.refresh_from_db()
    assert fsd.tracks == ["DP", "FSD"]
    refused = client.post(page_of(fsd), profile(fsd, tracks="data science"))
    assert "Select a valid choice" in refused.content.decode()


def test_what_can_be_chosen_is_offered_and_what_somebody_has_stays(client_of, admin, fsd):
    User.objects.filter(pk=fsd.pk).update(tracks=["OLD"], track="OLD", time_zone="UTC", locale="hi")
    form = client_of(admin).get(page_of(fsd)).context["adminform"].form
    for name, own in (("track", "OLD"), ("time_zone", "UTC"), ("locale", "hi")):
        assert own in dict(form.fields[name].widget.choices)
    assert dict(form.fields["tracks"].choices).keys() == {"DP", "FSD", "OLD"}
    assert form.fields["email"].widget.attrs["autocomplete"] == "off"
    fsd.refresh_from_db()
    client_of(admin).post(page_of(fsd), profile(fsd, tracks=["OLD"], name="Ananya"))
    after = User.objects.get(pk=fsd.pk)
    assert (after.name, after.tracks, after.time_zone) == ("Ananya", ["OLD"], "UTC")


def test_those_on_no_track_have_an_entry_with_a_name_in_the_filter(client_of, admin, student):
    client = client_of(admin)
    UserFactory(track="FSD")
    assert "None yet" in client.get(USERS).content.decode()
    assert listed(client, {"track": ""}) == {admin, student}


def test_a_list_and_a_page_ask_as_many_questions_for_many_as_for_few(
    client_of, admin, student, fsd, django_assert_max_num_queries
):
    client = client_of(admin)
    tracks_to_choose()  # What is asked once a minute is no matter of how many there are.
    for path in (USERS, f"{USERS}?trainer=none&proven=yes&second_factor=no&q=person", page_of(fsd)):
        counted = []
        for _ in range(2):
            fill(UserFactory(trainer=True, tracks=["FSD"]), 10)
            assign_trainer(UserFactory(), trainer=fsd, **by(admin))
            with django_assert_max_num_queries(16) as queries:
                assert client.get(path).status_code == 200
            counted.append(len(queries))
        assert counted[0] == counted[1], path


# As a file


def exported(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_chosen_people_are_taken_away_as_csv(client_of, admin, student, fsd):
    assign_trainer(student, trainer=fsd, **by(admin))
    answer = act(client_of(admin), "export_csv", student, fsd)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = {row["email"]: row for row in exported(answer)}
    assert set(rows) == {student.email, fsd.email}
    assert rows[student.email]["trainer"] == fsd.email
    assert (rows[fsd.email]["teaches"], rows[fsd.email]["active"]) == ("FSD", "yes")
    entry = AuditEntry.objects.get(action="accounts.users_exported")
    assert (entry.actor.user, entry.data) == (admin, {"people": 2})


def test_no_name_becomes_a_formula(client_of, admin):
    evil = UserFactory(name='=HYPERLINK("https://evil.example")', phone="+919876543210")
    (row,) = exported(act(client_of(admin), "export_csv", evil))
    assert row["name"] == '\'=HYPERLINK("https://evil.example")'
    assert row["phone"] == "'+919876543210"


def test_everybody_whom_the_filters_find_can_be_taken_away(client_of, admin):
    UserFactory.create_batch(60, track="DP")
    path = f"{USERS}?track=DP"
    answer = act(client_of(admin), "export_csv", admin, path=path, select_across="1", index="0")
    assert len(exported(answer)) == 60


def test_a_file_holds_no_secret_of_anybody(client_of, admin, student):
    text = b"".join(act(client_of(admin), "export_csv", student).streaming_content).decode()
    assert student.password not in text
    assert "argon2" not in text


@pytest.mark.parametrize("who", ["student", "trainer"])
def test_nobody_else_takes_people_away(client_of, request, who, student):
    answer = act(client_of(request.getfixturevalue(who)), "export_csv", student)
    assert answer.status_code == 403
