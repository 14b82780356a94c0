"""Questions are written, and written anew; what was said stays said."""

from decimal import Decimal
from statistics import fmean, pstdev

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

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
from questions.statistics import Sums, item_statistics, statistics_in

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


# Ten people: whether they got it right, and the share of all other marks that they got.
RIGHT_ONES, WRONG_ONES = (0.9, 0.8, 0.7, 0.9, 0.6, 0.5), (0.4, 0.6, 0.3, 0.5)


def test_discrimination_is_the_point_biserial_as_one_reckons_it_by_hand(question):
    """Means 0.7333 and 0.45, a deviation of 0.19391 over all, six and four of ten:
    0.28333 / 0.19391 * sqrt(0.6 * 0.4) = 0.71583."""
    key = question.versions.get().pk
    outcomes = [Outcome(key, 1.0, rest) for rest in RIGHT_ONES]
    outcomes += [Outcome(key, 0.0, rest) for rest in WRONG_ONES]
    record_outcomes(outcomes[:7])
    record_outcomes(outcomes[7:])

    found = statistics_in(VersionStatistics.objects.get())

    assert found.facility == pytest.approx(0.6)
    assert found.discrimination == pytest.approx(0.71583, abs=1e-5)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 20)), min_size=10, max_size=40
    ).filter(lambda each: len({x for x, _y in each}) == 2 and len({y for _x, y in each}) > 1)
)
def test_it_agrees_with_the_formula_of_the_books(answers):
    pairs = [(share, rest / 20) for share, rest in answers]
    rests = [rest for _share, rest in pairs]
    right = [rest for share, rest in pairs if share]
    wrong = [rest for share, rest in pairs if not share]
    part = len(right) / len(pairs)
    expected = (fmean(right) - fmean(wrong)) / pstdev(rests) * (part * (1 - part)) ** 0.5

    sums = Sums(
        answers=len(pairs),
        share_sum=sum(x for x, _y in pairs),
        share_squares=sum(x * x for x, _y in pairs),
        rest_sum=sum(rests),
        rest_squares=sum(y * y for y in rests),
        products=sum(x * y for x, y in pairs),
    )

    assert item_statistics(sums).discrimination == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("answers", "right", "easy", "hard"),
    [
        (9, 9, False, False),
        (9, 0, False, False),
        (10, 10, True, False),
        (100, 95, True, False),
        (100, 94, False, False),
        (100, 20, False, True),
        (100, 21, False, False),
        (10, 0, False, True),
        (0, 0, False, False),
    ],
)
def test_what_is_too_easy_or_too_hard_is_said_after_enough_answers(answers, right, easy, hard):
    found = item_statistics(Sums(answers=answers, share_sum=right, share_squares=right))
    assert (found.is_too_easy, found.is_too_hard) == (easy, hard)
