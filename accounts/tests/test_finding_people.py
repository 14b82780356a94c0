"""Whom somebody sees, and how people are found among many."""

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.models import Role, User
from accounts.tests.factories import UserFactory
from core.callers import Caller
from core.clock import now
from core.policies import can

pytestmark = pytest.mark.django_db


def found(text):
    return set(User.objects.matching(text).values_list("name", flat=True))


def test_the_list_of_whom_one_sees_agrees_with_the_policy_on_each(admin):
    people = [UserFactory(role=role) for role in Role for _ in range(2)]
    students = [person for person in people if person.role == Role.STUDENT]
    trainers = [person for person in people if person.role == Role.TRAINER]
    assign_trainer(students[0], trainer=trainers[0], by=admin, caller=Caller(), at=now())
    closed = UserFactory(trainer=True, is_active=False)
    for who in [*people, closed]:
        listed = set(User.objects.visible_to(who))
        assert listed == {
            each for each in User.objects.all() if can(who, "accounts.view_user", each)
        }
    assert set(User.objects.visible_to(trainers[0])) == {trainers[0], students[0]}
    assert not User.objects.visible_to(closed).exists()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("diya", {"Diya Patel"}),
        ("PAT", {"Diya Patel"}),
        ("patel diya", {"Diya Patel"}),
        ("diya.p@example.org", {"Diya Patel"}),
        ("example", {"Diya Patel", "Grace D'Souza"}),
        ("souza", {"Grace D'Souza"}),
        ("d'souza", {"Grace D'Souza"}),
        ("élo", {"Élodie Saint-Jean"}),
        ("saint-jean", {"Élodie Saint-Jean"}),
        ("jean", {"Élodie Saint-Jean"}),
        ("ना", {"नंदिनी नायर"}),
        ("नंदिनी", {"नंदिनी नायर"}),
        ("atel", set()),
        ("diya souza", set()),
        ("@@", set()),
        ("", set()),
        ("' | ''", set()),
        ("=\x00=", set()),
        ("🎓", set()),
        ("diya:*&!patel", {"Diya Patel"}),
        ("\\", set()),
        ("a" * 5000, set()),
        ("7:*", {"Student 7"}),
    ],
)
def test_people_are_found_by_how_words_begin(text, names):
    UserFactory(name="Diya Patel", email="diya.p@example.org")
    UserFactory(name="Grace D'Souza", email="grace@example.org")
    UserFactory(name="Élodie Saint-Jean", email="esj@school.test")
    UserFactory(name="नंदिनी नायर", email="nn@school.test")
    UserFactory(name="Student 7", email="7.up@school.test")
    assert found(text) == names
