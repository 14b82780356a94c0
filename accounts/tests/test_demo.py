"""The demo's people: all there, once, with the password that everybody knows."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.actions.trainers import assign_trainer, unassign_trainer
from accounts.demo import PASSWORD, PEOPLE, are_people_made, make_people
from accounts.models import Role, User
from core.callers import Caller
from core.clock import now
from core.demo import is_demo_ready
from core.registries import DemoPart, Registry

pytestmark = pytest.mark.django_db


def demo(*options):
    call_command("demo", *options, verbosity=0)


@pytest.fixture(autouse=True)
def _people_alone(monkeypatch):
    """What the floors above add to them is made in their own tests."""
    content = Registry("demo content")
    content.register("1 people", DemoPart(make_people, are_people_made))
    monkeypatch.setattr("core.demo.demo_content", content)


@pytest.fixture
def _is_demo(settings):
    settings.DEMO = True


@pytest.mark.usefixtures("_is_demo")
def test_everybody_is_there_and_may_come_in(client):
    assert not is_demo_ready()
    demo()
    assert is_demo_ready()
    people = dict(User.objects.values_list("email", "role"))
    assert len(people) == 24
    assert people["superadmin@demo.apranova.test"] == Role.SUPERADMIN
    assert people["admin@demo.apranova.test"] == Role.ADMIN
    assert people["trainer@demo.apranova.test"] == Role.TRAINER
    assert people["trainer2@demo.apranova.test"] == Role.TRAINER
    assert people["student@demo.apranova.test"] == Role.STUDENT
    assert people["student20@demo.apranova.test"] == Role.STUDENT
    assert "student1@demo.apranova.test" not in people
    answer = client.post(
        "/accounts/login/", {"login": "student2@demo.apranova.test", "password": "apranova-demo"}
    )
    assert answer["Location"] == "/dashboard/"


@pytest.mark.usefixtures("_is_demo")
def test_the_first_ten_students_are_on_one_track_and_the_rest_on_the_other():
    demo()
    tracks = dict(User.objects.filter(role=Role.STUDENT).values_list("email", "track"))
    by_number = [
        tracks[f"student{number if number > 1 else ''}@demo.apranova.test"]
        for number in range(1, 21)
    ]
    assert by_number == ["FSD"] * 10 + ["DP"] * 10


@pytest.mark.usefixtures("_is_demo")
def test_most_students_have_a_trainer_and_some_have_none_yet():
    demo()

    def numbers(login):
        trainer = User.objects.get(email=f"{login}@demo.apranova.test")
        emails = User.objects.looked_after_by(trainer).values_list("email", flat=True)
        return {int(each.partition("@")[0].removeprefix("student") or 1) for each in emails}

    assert numbers("trainer") == {*range(1, 9), *range(11, 15)}
    assert numbers("trainer2") == {9, 10}
    teaches = dict(User.objects.trainers().values_list("email", "tracks"))
    assert teaches["trainer@demo.apranova.test"] == ["DP", "FSD"]
    assert teaches["trainer2@demo.apranova.test"] == ["FSD"]


@pytest.mark.usefixtures("_is_demo")
def test_a_student_who_was_given_somebody_else_keeps_them():
    demo()
    student = User.objects.get(email="student@demo.apranova.test")
    moved = User.objects.get(email="student2@demo.apranova.test")
    who = {"by": None, "caller": Caller(), "at": now()}
    unassign_trainer(student, **who)
    other = User.objects.get(email="trainer2@demo.apranova.test")
    assign_trainer(moved, trainer=other, **who)
    User.objects.get(email="student3@demo.apranova.test").delete()
    demo()
    assert student.assigned_trainer is None
    assert moved.assigned_trainer == other
    again = User.objects.get(email="student3@demo.apranova.test")
    assert again.assigned_trainer.email == "trainer@demo.apranova.test"


@pytest.mark.usefixtures("_is_demo")
def test_every_address_is_proven_and_every_password_salted_by_itself():
    demo()
    proven = EmailAddress.objects.filter(verified=True, primary=True).values_list(
        "email", flat=True
    )
    assert set(proven) == {person.email for person in PEOPLE}
    assert len(set(User.objects.values_list("password", flat=True))) == len(PEOPLE)
    assert len({person.name for person in PEOPLE}) == len(PEOPLE)
    for user in User.objects.all():
        user.full_clean()


@pytest.mark.usefixtures("_is_demo")
def test_again_it_makes_what_is_missing_and_leaves_the_rest_alone(capsys):
    demo()
    User.objects.get(email=PEOPLE[0].email).delete()
    User.objects.filter(email=PEOPLE[1].email).update(name="Renamed")
    assert not is_demo_ready()
    demo()
    assert is_demo_ready()
    assert User.objects.count() == len(PEOPLE)
    assert User.objects.get(email=PEOPLE[1].email).name == "Renamed"
    capsys.readouterr()
    demo()
    assert capsys.readouterr().out == "Everything is there already.\n"


def test_a_platform_that_is_no_demo_gets_no_public_passwords_unless_forced():
    with pytest.raises(CommandError, match="--force"):
        demo()
    assert not User.objects.exists()
    demo("--force")
    assert User.objects.get(email=PEOPLE[0].email).check_password(PASSWORD)


@pytest.mark.usefixtures("_is_demo")
def test_parts_are_made_from_the_ground_up(monkeypatch, capsys):
    made = []

    def part(name):
        return DemoPart(lambda _at: made.append(name), lambda: name in made)

    content = Registry("demo content")
    for name in ("3 quizzes", "1 people", "2 curriculum"):
        content.register(name, part(name))
    monkeypatch.setattr("core.demo.demo_content", content)
    demo()
    assert made == ["1 people", "2 curriculum", "3 quizzes"]
    assert capsys.readouterr().out == "Made: people, curriculum, quizzes.\n"
