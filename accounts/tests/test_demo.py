"""The demo's people: all there, once, with the password that everybody knows."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.demo import PASSWORD, PEOPLE
from accounts.models import Role, User
from core.demo import is_demo_ready
from core.registries import DemoPart, Registry

pytestmark = pytest.mark.django_db


def demo(*options):
    call_command("demo", *options, verbosity=0)


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
    assert capsys.readouterr().out == "Made: 1 people, 2 curriculum, 3 quizzes.\n"
