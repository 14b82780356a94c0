"""What holds for every kind of question, whatever somebody writes and whatever somebody answers."""

import itertools
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.tests.runaways import not_running_away
from questions.kinds import KINDS, BadResponse, Material, kind_of

often = settings(max_examples=60, suppress_health_check=list(HealthCheck))
LETTERS = "abcdeé ZŠ1₂नम"


def said_once(least, most, *, of=None):
    """Texts of which no two say the same."""
    words = st.text(alphabet=LETTERS, min_size=1, max_size=8).map(str.strip).filter(bool)
    return st.lists(
        of or words,
        min_size=least,
        max_size=most,
        unique_by=lambda text: " ".join(text.split()).casefold(),
    )


@st.composite
def single(draw):
    texts = draw(said_once(2, 6))
    right = draw(st.integers(0, len(texts) - 1))
    feedback = draw(st.sampled_from(["", "Nearly."]))
    return {
        "choices": [
            {"text": text, "correct": place == right, "feedback": feedback}
            for place, text in enumerate(texts)
        ]
    }


@st.composite
def multiple(draw):
    texts = draw(said_once(2, 6))
    right = draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=len(texts) - 1))
    return {
        "choices": [{"text": text, "correct": place in right} for place, text in enumerate(texts)],
        "scoring": draw(st.sampled_from(["all_or_nothing", "partial"])),
    }


@st.composite
def numeric(draw):
    units = draw(st.lists(st.sampled_from(["m", "km", "s²", "°C", "%"]), unique=True, max_size=3))
    return {
        "value": draw(
            st.one_of(
                st.integers(-(10**6), 10**6),
                st.decimals(-1000, 1000, places=3).map(str),
                st.sampled_from([0.1, -2.5, 1e6, 3e-6]),
            )
        ),
        "tolerance": draw(st.sampled_from([0, 0.5, "2%", "0", "0.01"])),
        "units": [{"unit": unit, "factor": 10**place} for place, unit in enumerate(units)],
        "unit_required": bool(units) and draw(st.booleans()),
    }


@st.composite
def matching(draw):
    lefts = draw(said_once(2, 5))
    rights = draw(said_once(2, 5))
    drawn = [draw(st.sampled_from(rights)) for _left in lefts]
    drawn[0], drawn[1] = rights[0], rights[1]
    pairs = [{"left": left, "right": right} for left, right in zip(lefts, drawn, strict=True)]
    return {"pairs": pairs, "distractors": draw(st.sampled_from([[], ["never"]]))}


@st.composite
def fill_blanks(draw):
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
    return {
        "text": " then ".join(f"{{{{{name}}}}}" for name in names),
        "blanks": {
            name: {
                "accepted": draw(said_once(1, 3)),
                "case_sensitive": draw(st.booleans()),
            }
            for name in names
        },
    }


short_text = st.fixed_dictionaries(
    {"accepted": said_once(1, 4), "case_sensitive": st.booleans(), "keep_spaces": st.booleans()},
    optional={"pattern": st.sampled_from(["", "a+b", r"\d{3}", "(x|y)*z"])},
)
WRITTEN = {
    "SINGLE": single(),
    "MULTIPLE": multiple(),
    "TRUE_FALSE": st.fixed_dictionaries({"answer": st.booleans()}),
    "NUMERIC": numeric(),
    "SHORT_TEXT": short_text,
    "MATCHING": matching(),
    "ORDERING": st.fixed_dictionaries(
        {"items": said_once(2, 6), "scoring": st.sampled_from(["all_or_nothing", "partial"])}
    ),
    "FILL_BLANKS": fill_blanks(),
    "ESSAY": st.fixed_dictionaries(
        {"min_words": st.integers(0, 50), "max_words": st.sampled_from([0, 80])},
        optional={"model_answer": st.just("So.")},
    ),
    "FILE_UPLOAD": st.fixed_dictionaries({"max_files": st.integers(1, 10)}),
    "CODE": st.fixed_dictionaries({"language": st.just("python"), "starter": st.just("  x = 1")}),
}
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["a", "l1", "r1", "1e999", "nan", "\x00", "٣", "9" * 200, "2%", "partial"]),
    st.integers(98, 110),
)
junk = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
every_kind = pytest.mark.parametrize("type_", list(KINDS))


def outline_of(type_, written):
    outline, problems = kind_of(type_).read({"text": "What?", **written})
    assert outline is not None, problems
    return outline


def material_of(type_, written, seed=1):
    """As the database has it: ids in an order of chance."""
    outline = outline_of(type_, written)
    ids = list(range(100, 100 + len(outline.choices)))
    random.Random(seed).shuffle(ids)
    choices = tuple(
        replace(choice, id=id_) for choice, id_ in zip(outline.choices, ids, strict=True)
    )
    return Material(**{**vars(outline), "choices": choices})


@every_kind
def test_what_is_written_down_says_the_same_again(type_):
    @often
    @given(WRITTEN[type_])
    def holds(written):
        outline = outline_of(type_, written)
        again, problems = kind_of(type_).read(kind_of(type_).write(outline))
        assert again == outline, problems

    holds()


@every_kind
def test_a_right_answer_is_right_in_any_deal(type_):
    @often
    @given(WRITTEN[type_], st.integers(0, 10**6))
    def holds(written, seed):
        kind, material = kind_of(type_), material_of(type_, written, seed)
        right = kind.right_response(material)
        if right is None:
            assert kind.is_graded_by_hand or not material.key.get("accepted")
            return
        deal = kind.deal(material, seed=seed)
        assert sorted(deal.choices) == sorted(choice.id for choice in material.choices)
        assert kind.deal(material, seed=seed) == deal
        dealt = replace(material, choices=tuple(material.choice(id_) for id_ in deal.choices))
        assert kind.grade(dealt, kind.parse(dealt, right)).share == 1
        if kind.has_choices and type_ != "ORDERING":
            assert kind.grade(dealt, kind.parse(dealt, right[::-1])).share == 1

    holds()


@every_kind
def test_junk_is_refused_or_worth_no_more_than_it_says(type_):
    @often
    @given(WRITTEN[type_], st.one_of(junk, st.lists(st.integers(99, 107), max_size=8)))
    def holds(written, raw):
        kind, material = kind_of(type_), material_of(type_, written)
        try:
            response = kind.parse(material, raw)
        except BadResponse:
            response = None
        assert kind.parse(material, response) == response
        _within_bounds(kind.grade(material, response))
        # What came from elsewhere than `parse` is wrong, and no error.
        _within_bounds(kind.grade(material, raw))

    holds()


def _within_bounds(grade):
    assert grade.is_pending or 0 <= grade.share <= 1


@every_kind
def test_no_answer_is_worth_nothing(type_):
    @often
    @given(WRITTEN[type_])
    def holds(written):
        kind, material = kind_of(type_), material_of(type_, written)
        assert kind.parse(material, None) is None
        assert kind.grade(material, None).share == 0

    holds()


@every_kind
def test_whatever_is_written_is_read_or_told(type_):
    words = ["text", "choices", "answer", "value", "tolerance", "units", "accepted", "pattern"]
    words += ["pairs", "distractors", "items", "scoring", "blanks", "min_words", "max_files"]
    words += ["language", "starter", "model_answer", "unit_required", "case_sensitive"]
    rows = st.lists(
        st.dictionaries(
            st.sampled_from(["text", "correct", "left", "right", "unit", "factor", "accepted"]),
            junk,
            max_size=3,
        ),
        max_size=4,
    )

    @often
    @given(st.dictionaries(st.sampled_from(words), st.one_of(junk, rows), max_size=6))
    def holds(written):
        outline, problems = kind_of(type_).read(written)
        assert (outline is None) == bool(problems)
        assert all(each.field and str(each.message) for each in problems)

    holds()


@often
@given(multiple())
def test_ticking_all_wins_nothing(written):
    kind, material = kind_of("MULTIPLE"), material_of("MULTIPLE", written)
    everything = [choice.id for choice in material.choices]
    assert kind.grade(material, everything).share == 0


@often
@given(multiple())
def test_a_tick_at_a_wrong_choice_never_helps(written):
    kind, material = kind_of("MULTIPLE"), material_of("MULTIPLE", written)
    ids = [choice.id for choice in material.choices]
    wrong = [choice.id for choice in material.choices if not choice.is_correct]
    for size in range(len(ids)):
        for chosen in itertools.combinations(ids, size):
            share = kind.grade(material, sorted(chosen)).share
            for more in set(wrong) - set(chosen):
                assert kind.grade(material, sorted([*chosen, more])).share <= share


@often
@given(multiple())
def test_guessing_wins_nothing_on_average(written):
    """Each choice ticked or not by a coin: what is won is what is lost, or less."""
    kind = kind_of("MULTIPLE")
    material = material_of("MULTIPLE", {**written, "scoring": "partial"})
    ids = [choice.id for choice in material.choices]
    right = {choice.id for choice in material.choices if choice.is_correct}
    signed = Fraction(0)
    for size in range(len(ids) + 1):
        for chosen in itertools.combinations(ids, size):
            signed += Fraction(len(right & set(chosen)), len(right))
            signed -= Fraction(len(set(chosen) - right), len(ids) - len(right))
            assert kind.grade(material, list(chosen)).share <= 1
    assert signed == 0


def ordering(scoring="partial"):
    return material_of("ORDERING", {"items": list("abcd"), "scoring": scoring})


@pytest.mark.parametrize("count", [2, 3, 4])
def test_items_come_in_any_order_and_about_as_often_in_the_right_one(count):
    """An order that never came would tell: of two items, all of it."""
    kind, material = kind_of("ORDERING"), material_of("ORDERING", {"items": list("abcd"[:count])})
    right = tuple(kind.right_response(material))
    times = Counter(kind.deal(material, seed=seed).choices for seed in range(6_000))
    orders = set(itertools.permutations(right))
    assert set(times) == orders
    expected = 6_000 / len(orders)
    assert all(0.8 * expected < each < 1.2 * expected for each in times.values()), times
    assert abs(times[right] - expected) < 0.15 * expected


@often
@given(WRITTEN["ORDERING"], st.integers(0, 2**63), st.integers(0, 1000))
def test_in_which_order_items_come_hangs_on_the_seed_and_nothing_else(written, seed, made):
    """Neither on which order is right, nor on that in which the rows were fetched."""
    kind, material = kind_of("ORDERING"), material_of("ORDERING", written, made)
    dealt = kind.deal(material, seed=seed)
    turned = replace(material, choices=material.choices[::-1])
    count = len(material.choices)
    other = replace(
        material,
        choices=tuple(replace(each, place=count + 1 - each.place) for each in material.choices),
    )
    for again in (material, turned, other):
        assert kind.deal(again, seed=seed) == dealt
        assert kind.deal(again, seed=seed, shuffle=False) == dealt


@pytest.mark.parametrize("raw", [[100, 100, 101, 102], [100, 101, 102], [1, 2, 3, 4], ["100"] * 4])
def test_an_order_names_each_item_once(raw):
    with pytest.raises(BadResponse):
        kind_of("ORDERING").parse(ordering(), raw)


def test_an_order_counts_what_still_follows_each_other():
    kind, material = kind_of("ORDERING"), ordering()
    first, second, third, fourth = kind.right_response(material)
    assert kind.grade(material, [second, third, fourth, first]).share == Fraction(2, 3)
    assert kind.grade(material, [fourth, third, second, first]).share == 0
    assert kind.grade(ordering("all_or_nothing"), [second, third, fourth, first]).share == 0


@pytest.mark.parametrize(
    "raw", [{"l9": "r1"}, {"l1": "r9"}, {"l1": 1}, {"l1": ["r1"]}, [["l1", "r1"]], {"r1": "l1"}]
)
def test_pairs_of_elsewhere_are_refused(raw):
    pairs = [{"left": "GET", "right": "reads"}, {"left": "POST", "right": "adds"}]
    with pytest.raises(BadResponse):
        kind_of("MATCHING").parse(material_of("MATCHING", {"pairs": pairs}), raw)


def graded(value, said, **written):
    kind, material = kind_of("NUMERIC"), material_of("NUMERIC", {"value": value, **written})
    return kind.grade(material, kind.parse(material, said)).share


@pytest.mark.parametrize("said", ["1,5", "1.5", " 1.5 ", "+1.5", "15e-1", "1.50", 1.5])
def test_a_number_may_be_written_as_people_write_it(said):
    assert graded("1.5", said) == 1


@pytest.mark.parametrize(
    "said", ["nan", "inf", "-Infinity", float("nan"), float("inf"), "one", "--1", "1" * 101]
)
def test_what_is_no_number_is_refused(said):
    with pytest.raises(BadResponse):
        graded("1.5", said)


@pytest.mark.parametrize("said", ["1e999", "9" * 60, "1e-999"])
def test_what_is_beyond_all_numbers_is_no_error(said):
    with suppress(BadResponse):
        assert graded("1.5", said) == 0


@pytest.mark.parametrize(("said", "share"), [("9.80", 1), ("9.9", 1), ("9.91", 0), ("9.6", 0)])
def test_a_tolerance_holds_at_its_edges(said, share):
    assert graded("9.8", said, tolerance="0.1") == share


@pytest.mark.parametrize(
    ("said", "share"), [("2 km", 1), ("2000 m", 1), ("2000m", 1), ("2", 0), ("2 miles", 0)]
)
def test_units_count_by_their_factor(said, share):
    units = [{"unit": "m", "factor": 1}, {"unit": "km", "factor": 1000}]
    assert graded("2000", said, units=units, unit_required=True) == share


def accepts(said, **written):
    kind = kind_of("SHORT_TEXT")
    material = material_of("SHORT_TEXT", {"accepted": ["never"], **written})
    return kind.grade(material, kind.parse(material, said)).share == 1


def test_a_pattern_that_would_run_away_ends_at_once():
    with not_running_away():
        assert not accepts("a" * 900 + "!", pattern="(a+)+(a|aa)*(a*)*b")


@pytest.mark.parametrize("pattern", ["(", "a{2000}{2000}", "(?=a)", r"(a)\1", "[z-a]", "a" * 501])
def test_a_pattern_that_cannot_be_matched_is_told(pattern):
    outline, problems = kind_of("SHORT_TEXT").read({"text": "What?", "pattern": pattern})
    assert outline is None
    assert [each.field for each in problems] == ["pattern"]


def test_a_pattern_matches_the_whole_answer():
    assert accepts("git commit", pattern="git +commit( -m .*)?")
    assert not accepts("never git commit", pattern="git +commit")
    assert accepts("GIT COMMIT", pattern="git commit")
    assert not accepts("GIT COMMIT", pattern="git commit", case_sensitive=True)


def test_spaces_and_case_count_only_where_they_should():
    assert accepts("  NEVER ")
    assert not accepts("NEVER", case_sensitive=True)
    assert accepts("a  b", accepted=["a b"])
    assert not accepts("a  b", accepted=["a b"], keep_spaces=True)
    assert accepts("e\u0301", accepted=["\u00e9"])


def test_what_is_told_is_told_in_the_readers_language(monkeypatch):
    monkeypatch.setattr("questions.kinds.base._", lambda text: f"{text}, said")
    with override("hi"):
        _outline, problems = kind_of("ESSAY").read({})
    assert [each.message for each in problems] == ["Write the question., said"]
