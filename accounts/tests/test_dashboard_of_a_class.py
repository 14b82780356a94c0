"""Who looks after whom, on the first page behind the sign-in."""

import pytest

from accounts.actions.trainers import assign_trainer
from accounts.tests.factories import UserFactory
from accounts.tests.test_assigning_trainers import by, fill
from accounts.tests.test_front_pages import DASHBOARD, page_at

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/user/?trainer=none&amp;is_active__exact=1"


def test_a_trainer_sees_their_students_by_name(client_of, admin, trainer):
    UserFactory(name="Somebody Else")
    client = client_of(trainer)
    assert "No students yet" in page_at(client, DASHBOARD)
    assign_trainer(UserFactory(name="Diya Patel"), trainer=trainer, **by(admin))
    page = page_at(client, DASHBOARD)
    assert "Diya Patel" in page
    assert "You look after 1 student of at most 20." in page
    assign_trainer(UserFactory(name="Kabir Singh"), trainer=trainer, **by(admin))
    page = page_at(client, DASHBOARD)
    assert "You look after 2 students of at most 20." in page
    assert "Somebody Else" not in page


def test_a_student_sees_who_their_trainer_is(client_of, admin, student):
    client = client_of(student)
    assert "No trainer yet" in page_at(client, DASHBOARD)
    trainer = UserFactory(trainer=True, name="Ananya Iyer")
    assign_trainer(student, trainer=trainer, **by(admin))
    page = page_at(client, DASHBOARD)
    assert "Your trainer" in page
    assert "Ananya Iyer" in page
    assert trainer.email not in page


def test_an_admin_sees_how_many_students_have_no_trainer_and_goes_there(
    client_of, admin, trainer, student
):
    UserFactory(is_active=False)
    client = client_of(admin)
    page = page_at(client, DASHBOARD)
    assert "Without a trainer" in page
    assert LIST in page
    assert set(client.get(LIST.replace("&amp;", "&")).context["cl"].result_list) == {student}
    assign_trainer(student, trainer=trainer, **by(admin))
    assert "Without a trainer" not in page_at(client, DASHBOARD)


def test_students_see_nobody_elses_trainer_and_trainers_no_platform(
    client_of, admin, trainer, student
):
    fill(UserFactory(trainer=True, name="Ananya Iyer"), 1)
    for who in (student, trainer):
        page = page_at(client_of(who), DASHBOARD)
        assert "Ananya Iyer" not in page
        assert "Without a trainer" not in page


def test_a_full_class_costs_a_trainer_as_many_questions_as_an_empty_one(
    client_of, trainer, django_assert_max_num_queries
):
    client, counted = client_of(trainer), []
    page_at(client, DASHBOARD)  # What hardly ever changes is remembered from here on.
    for _ in range(2):
        with django_assert_max_num_queries(8) as queries:
            page_at(client, DASHBOARD)
        counted.append(len(queries))
        if len(counted) == 1:
            fill(trainer, 20)
    assert counted[0] == counted[1]
