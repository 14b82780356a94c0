"""People by API: who finds, sees, edits and deletes whom, and who gets which trainer."""

import itertools

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.models import AuditEntry, Role, TrainerAssignment, User
from accounts.rules import TRAINER_PLACES
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.test_assigning_trainers import by, fill

USERS, TRAINERS, ASSIGN = "/api/users/", "/api/users/trainers/", "/api/users/assign-trainer/"
ROLES = [role.value for role in Role]

pytestmark = pytest.mark.django_db


def one(person):
    return f"{USERS}{person.pk}/"


def ids(answer):
    return [each["id"] for each in answer.json()["results"]]


@pytest.fixture
def people(student, trainer, admin, superadmin):
    return {"student": student, "trainer": trainer, "admin": admin, "superadmin": superadmin}


@pytest.fixture
def mine(trainer, admin):
    """A student of the trainer."""
    student = UserFactory(name="Diya Patel", email="diya@example.org", track="FSD")
    assign_trainer(student, trainer=trainer, **by(admin))
    return student


@pytest.fixture
def signed_in(api):
    """With a token, as a client has one: what is dangerous asks how fresh it is."""

    def sign_in(user):
        body = {"email": user.email, "password": PASSWORD}
        tokens = api.post("/api/auth/login/", body).json()
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
        return api

    return sign_in


# The list


def test_an_admin_finds_everybody(api_of, people):
    for role in ("admin", "superadmin"):
        answer = api_of(people[role]).get(USERS)
        assert sorted(ids(answer)) == sorted(each.pk for each in people.values())


def test_a_trainer_finds_the_students_assigned_to_them_and_nobody_else(api_of, people, mine):
    assert ids(api_of(people["trainer"]).get(USERS)) == [mine.pk]
    assert ids(api_of(UserFactory(trainer=True)).get(USERS)) == []


def test_a_student_lists_nobody(api_of, student):
    answer = api_of(student).get(USERS)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")


def test_a_student_who_moved_is_seen_by_the_new_trainer_alone(api_of, admin, trainer, mine):
    other = UserFactory(trainer=True)
    assign_trainer(mine, trainer=other, **by(admin))
    assert api_of(trainer).get(one(mine)).status_code == 404
    assert ids(api_of(trainer).get(USERS)) == []
    assert ids(api_of(other).get(USERS)) == [mine.pk]


def test_a_person_has_one_shape(api_of, trainer, mine):
    shown = api_of(trainer).get(one(mine)).json()
    assert shown["assigned_trainer"] == {"id": trainer.pk, "name": trainer.name}
    assert set(shown) == {
        *("id", "email", "role", "name", "phone", "track", "avatar", "time_zone", "locale"),
        *("notifications", "tracks", "is_active", "joined_at", "assigned_trainer"),
    }


def test_people_are_filtered(api_of, admin, trainer, mine, student):
    closed = UserFactory(is_active=False, track="DP")
    api = api_of(admin)

    def found(**query):
        return set(ids(api.get(USERS, query)))

    assert found(role="trainer") == {trainer.pk}
    assert found(track="FSD") == {mine.pk}
    assert found(trainer=trainer.pk) == {mine.pk}
    assert found(trainer="none") == {student.pk, closed.pk}
    for no in ("false", "False", "0"):
        assert found(active=no) == {closed.pk}
    assert closed.pk not in found(active="true")
    assert found(role="student", active="true", trainer="none") == {student.pk}
    assert found(trainer=admin.pk) == set()
    assert found(track="XX") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"role": "emperor"}, "role"),
        ({"active": "perhaps"}, "active"),
        ({"trainer": "me"}, "trainer"),
        ({"trainer": "1 OR 1=1"}, "trainer"),
        ({"trainer": "9" * 30}, "trainer"),
        ({"trainer": "-1"}, "trainer"),
        ({"track": "X" * 13}, "track"),
        ({"ordering": "password"}, "ordering"),
        ({"ordering": "role"}, "ordering"),
    ],
)
def test_what_means_nothing_is_refused(api_of, admin, query, field):
    answer = api_of(admin).get(USERS, query)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {field}


def test_people_are_searched_by_the_beginnings_of_words(api_of, admin, mine):
    api = api_of(admin)
    for text in ("diya", "DIY", "patel diya", "diya@example.org", "diya@exa"):
        assert ids(api.get(USERS, {"search": text})) == [mine.pk], text
    for text in ("iya", "' OR 1=1 --", "%", "diya:*|x", "\\"):
        assert mine.pk not in ids(api.get(USERS, {"search": text})), text
    assert api.get(USERS, {"search": "a\x00b"}).status_code == 400
    assert len(ids(api.get(USERS, {"search": ""}))) == User.objects.count()


def test_a_trainer_searches_among_their_own_only(api_of, trainer, mine):
    UserFactory(name="Diya Rao")
    assert ids(api_of(trainer).get(USERS, {"search": "diya"})) == [mine.pk]
    assert ids(api_of(trainer).get(USERS, {"trainer": "none"})) == []


def test_people_come_in_the_order_that_one_asks_for(api_of, admin):
    for name in ("Zoe", "Amy", "Mia"):
        UserFactory(name=name, email=f"{name}@example.org")
    api = api_of(admin)

    def names(**query):
        answer = api.get(USERS, {"search": "example.org", **query})
        return [each["name"] for each in answer.json()["results"]]

    assert names() == ["Amy", "Mia", "Zoe"]
    assert names(ordering="-name") == ["Zoe", "Mia", "Amy"]
    assert names(ordering="joined_at") == ["Zoe", "Amy", "Mia"]
    assert names(ordering="email", page_size=1, page=3) == ["Zoe"]


@pytest.mark.parametrize("path", [USERS, TRAINERS])
def test_a_list_asks_as_many_questions_for_many_as_for_few(
    api_of, admin, path, django_assert_max_num_queries
):
    api, counted = api_of(admin), []
    for size in (2, 15):
        for trainer in UserFactory.create_batch(size, trainer=True):
            fill(trainer, 2)
        with django_assert_max_num_queries(4) as queries:
            assert api.get(path, {"page_size": 100}).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


# One person: every role with every other


def expected_of(asker, target, verb):
    """The permission matrix for accounts, as words of the contract."""
    is_staff = asker in ("admin", "superadmin")
    sees = is_staff or target == "self" or (asker == "trainer" and target == "own student")
    if verb == "get":
        return 200 if sees else 404
    if verb == "delete":
        return 204 if asker == "superadmin" and target != "self" else 403
    return 200 if is_staff else 403


@pytest.mark.parametrize("verb", ["get", "patch", "put", "delete"])
@pytest.mark.parametrize(
    ("asker", "target"), list(itertools.product(ROLES, [*ROLES, "self", "own student"]))
)
def test_each_role_does_with_each_other_what_the_matrix_says(
    signed_in, people, asker, target, verb
):
    who = people[asker]
    UserFactory(superadmin=True)
    whom = who if target == "self" else UserFactory(role=target if target in ROLES else "student")
    if target == "own student" and asker == "trainer":
        assign_trainer(whom, trainer=who, **by(people["admin"]))
    body = {"name": "Another Name"} if verb in ("patch", "put") else None
    answer = getattr(signed_in(who), verb)(one(whom), body)
    assert answer.status_code == expected_of(asker, target, verb)
    changed = answer.status_code == 200 and body is not None
    assert User.objects.filter(pk=whom.pk, name="Another Name").exists() is changed
    assert User.objects.filter(pk=whom.pk).exists() is (answer.status_code != 204)


def test_whoever_is_not_there_looks_like_whoever_one_may_not_see(api_of, trainer, student):
    hidden, missing = api_of(trainer).get(one(student)), api_of(trainer).get(f"{USERS}987654321/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["error"] == missing.json()["error"]
    assert api_of(trainer).get(f"{USERS}{'9' * 30}/").status_code == 404


def test_a_deleted_person_is_written_down(signed_in, superadmin, mine):
    assert signed_in(superadmin).delete(one(mine)).status_code == 204
    assert AuditEntry.objects.filter(action="accounts.user_deleted").count() == 1
    assert not TrainerAssignment.objects.exists()


def test_deleting_asks_for_a_fresh_sign_in(signed_in, superadmin, student, settings):
    api = signed_in(superadmin)
    settings.FRESH_MINUTES = 0
    answer = api.delete(one(student))
    assert (answer.status_code, answer.json()["error"]["code"]) == (
        403,
        "REAUTHENTICATION_REQUIRED",
    )
    assert User.objects.filter(pk=student.pk).exists()


# Editing


def test_an_admin_edits_a_profile_with_a_trace(api_of, admin, mine):
    answer = api_of(admin).patch(one(mine), {"name": "Diya P.", "track": "DP", "locale": "en"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["track"]) == ("Diya P.", "DP")
    entry = AuditEntry.objects.get(action="accounts.user_edited")
    assert (entry.actor.user, entry.subject.user) == (admin, mine)
    assert entry.data == {"fields": ["locale", "name", "track"]}


@pytest.mark.parametrize("verb", ["patch", "put"])
def test_nobody_is_raised_by_a_body(api_of, admin, superadmin, mine, verb):
    raised = {
        "name": "Diya Patel",
        "role": "superadmin",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "email": "mine@example.org",
        "password": "x",
        "id": 1,
        "assigned_trainer": None,
        "joined_at": "2020-01-01T00:00:00Z",
    }
    before = User.objects.get(pk=mine.pk)
    for who in (admin, superadmin):
        answer = getattr(api_of(who), verb)(one(mine), raised)
        assert answer.status_code == 200
    after = User.objects.get(pk=mine.pk)
    for field in ("role", "is_active", "email", "password", "joined_at"):
        assert getattr(after, field) == getattr(before, field), field
    assert after.assigned_trainer is not None
    entries = AuditEntry.objects.filter(action="accounts.escalation_ignored")
    assert {entry.actor.user for entry in entries} == {admin, superadmin}
    assert entries[0].data == {"fields": ["role", "is_staff", "is_superuser", "is_active"]}
    assert entries[0].subject.user == mine


def test_what_one_got_can_be_sent_back_as_it_is(api_of, admin, mine):
    api, before = api_of(admin), AuditEntry.objects.count()
    assert api.put(one(mine), api.get(one(mine)).json()).status_code == 200
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("target", "status"),
    [("student", 200), ("trainer", 200), ("admin", 403), ("superadmin", 403)],
)
def test_an_admin_sets_no_phone_by_which_to_come_in_as_staff(api_of, admin, target, status):
    whom = UserFactory(role=target)
    answer = api_of(admin).patch(one(whom), {"phone": "+919876543210"})
    assert answer.status_code == status
    whom.refresh_from_db()
    assert bool(whom.phone) is (status == 200)


def test_a_superadmin_sets_anybodys_phone(api_of, superadmin, admin):
    answer = api_of(superadmin).patch(one(admin), {"phone": "+919876543210"})
    assert answer.status_code == 200


def test_a_phone_that_staff_change_has_to_be_proven_anew(api_of, admin, student):
    User.objects.filter(pk=student.pk).update(
        phone="+919876543210", phone_verified_at=student.joined_at
    )
    for phone in ("+919876543211", ""):
        assert api_of(admin).patch(one(student), {"phone": phone}).status_code == 200
        student.refresh_from_db()
        assert (student.phone, student.phone_verified_at) == (phone, None)


def test_the_tracks_that_a_trainer_teaches_are_set_by_staff(api_of, admin, trainer, student):
    api = api_of(admin)
    answer = api.patch(one(trainer), {"tracks": ["FSD", "DP", "FSD"]})
    assert answer.json()["tracks"] == ["DP", "FSD"]
    for tracks in (["data science"], [""], "FSD", [None], [["FSD"]], {"a": 1}):
        assert api.patch(one(trainer), {"tracks": tracks}).status_code == 400
    assert api.patch(one(student), {"tracks": ["FSD"]}).status_code == 400
    trainer.refresh_from_db()
    assert trainer.tracks == ["DP", "FSD"]


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "{", '{"name": ""}', '{"name": "a\\nb"}'])
def test_a_body_that_is_no_profile_is_refused(api_of, admin, student, body):
    answer = api_of(admin).patch(one(student), body, content_type="application/json")
    assert answer.status_code == 400


# Trainers and their places


def test_trainers_are_listed_with_their_places(api_of, admin):
    busy = UserFactory(trainer=True, name="Busy", tracks=["FSD"])
    UserFactory(trainer=True, name="Free", tracks=["DP"])
    UserFactory(trainer=True, name="Gone", is_active=False)
    assigned = TrainerAssignment.objects
    fill(busy, 3)
    assigned.filter(slot=1).update(ended_at=busy.joined_at)
    answer = api_of(admin).get(TRAINERS).json()
    assert answer["count"] == 2
    assert answer["results"][0] == {
        "id": busy.pk,
        "name": "Busy",
        "email": busy.email,
        "tracks": ["FSD"],
        "students_count": 2,
        "free_places": 18,
    }
    by_room = api_of(admin).get(TRAINERS, {"ordering": "-free_places"}).json()["results"]
    assert [each["name"] for each in by_room] == ["Free", "Busy"]
    assert ids(api_of(admin).get(TRAINERS, {"track": "FSD", "search": "bu"})) == [busy.pk]
    assert ids(api_of(admin).get(TRAINERS, {"track": "XX"})) == []


@pytest.mark.parametrize("role", ["student", "trainer"])
def test_only_staff_assign_trainers(api_of, people, role, student, trainer):
    body = {"student": student.pk, "trainer": trainer.pk}
    assert api_of(people[role]).post(ASSIGN, body).status_code == 403
    assert api_of(people[role]).get(TRAINERS).status_code == 403
    assert student.assigned_trainer is None


def test_a_student_gets_a_trainer_another_one_and_none(api_of, admin, student, trainer):
    api, other = api_of(admin), UserFactory(trainer=True)
    for chosen in (trainer, other, None):
        body = {"student": student.pk, "trainer": chosen and chosen.pk}
        answer = api.post(ASSIGN, body)
        assert answer.status_code == 200
        shown = chosen and {"id": chosen.pk, "name": chosen.name}
        assert (answer.json()["id"], answer.json()["assigned_trainer"]) == (student.pk, shown)
    assert student.assignments_as_student.count() == 2


def test_a_trainer_has_twenty_places(api_of, admin, student, trainer):
    fill(trainer, TRAINER_PLACES)
    answer = api_of(admin).post(ASSIGN, {"student": student.pk, "trainer": trainer.pk})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "TRAINER_FULL")
    assert error["details"] == {"trainer": trainer.pk, "places": 20}


def test_auto_takes_whoever_of_the_track_has_most_room(api_of, admin):
    busy, free = UserFactory.create_batch(2, trainer=True, tracks=["FSD"])
    UserFactory(trainer=True, tracks=["DP"])
    fill(busy, 1)
    student = UserFactory(track="FSD")
    answer = api_of(admin).post(ASSIGN, {"student": student.pk, "trainer": "auto"})
    assert answer.json()["assigned_trainer"]["id"] == free.pk


@pytest.mark.parametrize(
    ("places", "code"), [(TRAINER_PLACES, "TRAINER_FULL"), (None, "NO_TRAINER_FOR_TRACK")]
)
def test_auto_finds_nobody(api_of, admin, places, code):
    if places:
        fill(UserFactory(trainer=True, tracks=["FSD"]), places)
    student = UserFactory(track="FSD")
    answer = api_of(admin).post(ASSIGN, {"student": student.pk, "trainer": "auto"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"student": None}, "student"),
        ({"student": "x"}, "student"),
        ({"student": True}, "student"),
        ({"student": 10**30}, "student"),
        ({"student": 987654321}, "student"),
        ({"student": [1]}, "student"),
        ({"trainer": "automatic"}, "trainer"),
        ({"trainer": ""}, "trainer"),
        ({"trainer": 987654321}, "trainer"),
        ({"trainer": {"id": 1}}, "trainer"),
        ({"trainer": "\x00"}, "trainer"),
    ],
)
def test_an_assignment_that_cannot_be_is_told_by_field(
    api_of, admin, student, trainer, changes, field
):
    body = {"student": student.pk, "trainer": trainer.pk, **changes}
    answer = api_of(admin).post(ASSIGN, body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["details"]) == {field}


def test_roles_that_do_not_fit_are_told_by_field(api_of, admin, student, trainer):
    api = api_of(admin)
    closed = UserFactory(is_active=False)
    for student_id, trainer_id, field in (
        (trainer.pk, trainer.pk, "student"),
        (admin.pk, trainer.pk, "student"),
        (closed.pk, trainer.pk, "student"),
        (student.pk, admin.pk, "trainer"),
        (student.pk, student.pk, "trainer"),
    ):
        answer = api.post(ASSIGN, {"student": student_id, "trainer": trainer_id})
        assert answer.status_code == 400
        assert set(answer.json()["error"]["details"]) == {field}
    assert api.post(ASSIGN, {"student": student.pk}).status_code == 400
