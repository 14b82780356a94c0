"""Questions are written, and written anew; what was said stays said."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core.clock import now
from questions.actions.outcomes import Outcome, record_outcomes
from questions.actions.saving import (
    Facts,
    add_question,
    delete_question,
    revise_question,
    text_digest_of,
)
from questions.errors import EditedMeanwhile
from questions.kinds import kind_of
from questions.models import ChoiceCount, Question, VersionStatistics
from questions.statistics import Sums, item_statistics

pytestmark = pytest.mark.django_db

CHOICES = [{"text": "Two", "correct": True}, {"text": "Three"}, {"text": "Four"}]


def outline(text="How many?", choices=CHOICES):
    found, problems = kind_of("SINGLE").read({"text": text, "choices": choices})
    assert not problems
    return found


@pytest.fixture
def question(trainer):
    return add_question(outline=outline(), facts=Facts(), owner=trainer, at=now(), seed=5)


def test_what_is_written_is_what_the_kinds_read(question):
    material = question.versions.get().material

    assert [choice.text for choice in material.choices] == ["Two", "Three", "Four"]
    assert kind_of("SINGLE").grade(material, [material.choices[0].id]).is_correct


def test_ids_of_choices_do_not_tell_which_came_first(trainer):
    orders = set()
    for seed in range(12):
        made = add_question(outline=outline(), facts=Facts(), owner=trainer, at=now(), seed=seed)
        ids = [choice.id for choice in made.versions.get().material.choices]
        orders.add(ids.index(min(ids)))
    assert orders == {0, 1, 2}


def test_an_edit_makes_a_version_and_the_same_again_does_not(question, trainer):
    said = {"by": trainer, "at": now(), "seed": 1}
    revise_question(question, outline=outline("How many, then?"), facts=Facts(), **said)
    revise_question(question, outline=outline("How many, then?"), facts=Facts(), **said)
    revise_question(
        question, outline=outline("How many, then?"), facts=Facts(marks=Decimal(2)), **said
    )

    question.refresh_from_db()
    assert question.newest == 3
    assert [each.text for each in question.versions.order_by("number")] == [
        "How many?",
        "How many, then?",
        "How many, then?",
    ]


def test_whoever_edits_an_old_version_is_told_of_the_new_one(question, trainer):
    said = {"facts": Facts(), "by": trainer, "at": now(), "seed": 1}
    revise_question(question, outline=outline("Another?"), based_on=1, **said)

    with pytest.raises(EditedMeanwhile) as refused:
        revise_question(question, outline=outline("A third?"), based_on=1, **said)
    assert refused.value.details == {"newest": 2, "based_on": 1}


@pytest.mark.parametrize("what", ["version", "choice"])
def test_the_database_itself_refuses_to_change_what_was_said(question, what):
    version = question.versions.get()
    rows = question.versions.all() if what == "version" else version.choices.all()

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        rows.update(text="Something else")


def test_a_question_that_nobody_was_asked_can_go(question, trainer):
    delete_question(question, by=trainer, at=now())

    assert not Question.objects.exists()


def test_case_spaces_and_marks_make_no_other_text():
    assert text_digest_of("What  is  `x`?") == text_digest_of("what is X")
    assert text_digest_of("What is x?") != text_digest_of("What is y?")


def test_outcomes_are_summed_in_a_constant_number_of_statements(
    question, django_assert_num_queries
):
    version = question.versions.get()
    first, second, _third = (choice.id for choice in version.material.choices)
    outcomes = [
        Outcome(version.pk, 1.0, 0.9, 10.0, (first,)),
        Outcome(version.pk, 0.0, 0.2, None, (second,)),
    ]

    for _ in range(6):
        with django_assert_num_queries(2):
            record_outcomes(outcomes)

    sums = VersionStatistics.objects.get()
    assert (sums.answers, sums.timed, sums.seconds_sum) == (12, 6, 60.0)
    assert ChoiceCount.objects.get(choice=first).times == 6
    found = item_statistics(
        Sums(**{name: getattr(sums, name) for name in Sums.__dataclass_fields__})
    )
    assert found.facility == 0.5
    assert found.discrimination == pytest.approx(1.0)
    assert not found.has_doubtful_key


def test_little_says_nothing_and_a_wrong_key_shows():
    assert item_statistics(Sums()).facility is None
    assert item_statistics(Sums(answers=9, share_sum=4, share_squares=4)).discrimination is None
    backwards = Sums(
        answers=20,
        share_sum=10,
        share_squares=10,
        rest_sum=10,
        rest_squares=6.8,
        products=2,
    )
    assert item_statistics(backwards).has_doubtful_key
