"""What a draft has to be: pure, whatever made it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.kinds import Material
from quizzes.generators.checking import check, exact_span
from quizzes.generators.languages import fits_language
from quizzes.generators.opinions import agrees, without_key
from quizzes.generators.port import MADE_TYPES, Draft, Wish
from quizzes.generators.similarity import ALIKE, RESEMBLING, Asked, likeness, shingles_of

SOURCE = "An index is a sorted copy\nof some columns. A lock\twaits for another lock."
SOUND = {
    "type": "SINGLE",
    "text": "What is an index?",
    "choices": [
        {"text": "A sorted copy of some columns", "correct": True},
        {"text": "A table of another schema", "correct": False},
        {"text": "A lock on a page", "correct": False},
        {"text": "A plan of a query", "correct": False},
    ],
    "explanation": "The text says that it is a sorted copy.",
    "difficulty": "easy",
}


def wish(**change):
    return Wish(**({"prompt": "Indexes", "count": 5, "seed": 1, "types": ("SINGLE",)} | change))


def faults(written=None, *, asked=(), span="", **change):
    draft = Draft({**SOUND, **(written or {})}, span)
    return " ".join(check(draft, wish=wish(**change), asked=Asked(asked)).faults)


def choices(*texts, right=1):
    return {"choices": [{"text": text, "correct": n < right} for n, text in enumerate(texts)]}


def test_a_sound_one_has_no_faults():
    checked = check(Draft(SOUND), wish=wish(), asked=Asked())

    assert checked.faults == ()
    assert checked.entry.outline.text == SOUND["text"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "MAGIC"}, "type"),
        ({"type": "TRUE_FALSE", "answer": True}, "Only SINGLE"),
        ({"text": " "}, "text"),
        ({"text": 7}, "text"),
        (choices("a", "b", "c", right=2), "only one"),
        (choices("a", "b", "c", right=0), "only one"),
        (choices("a", "b"), "3 to 6"),
        (choices(*"abcdefg"), "3 to 6"),
        (choices("Tree", "`tree`", "list"), "say the same"),
        (choices("Tree", "tree.", "list"), "say the same"),
        (choices("Tree", " TREE ", "list"), "say the same"),
        (choices("x" * 601, "x" * 590, "y" * 590), "at most 600"),
        (choices("a" * 200, "b", "c"), "told by its length"),
        (choices("a", "b", "All of the above"), "speaks of the others"),
        (choices("a", "b", "None of these"), "speaks of the others"),
        (choices("a", "b", "उपरोक्त सभी"), "speaks of the others"),
        ({"choices": "abc"}, "choices"),
        ({"choices": [1, 2, 3]}, "choices"),
        ({"explanation": ""}, "explanation"),
        ({"explanation": "So."}, "explanation"),
        ({"difficulty": "brutal"}, "difficulty"),
        ({"text": "What?\n\n```sql\nSELECT 1"}, "code block"),
        ({"text": "What? ```sql\nSELECT 1\n```"}, "code block"),
        ({"text": "What?\n\n```sql\nSELECT 1``` here"}, "code block"),
        ({"text": "Look <script>alert(1)</script>"}, "no HTML"),
        ({"text": "Look <img src=x onerror=alert(1)>"}, "no HTML"),
        ({"text": "Look ![a](/b.png) there"}, "no HTML"),
        ({"explanation": "See [this](javascript:alert(1)) for more."}, "no HTML"),
        (choices("a", "b", "[c](https://evil.example)"), "no HTML"),
        ({"explanation": "More stands at https://evil.example/x?y=1 for you."}, "address"),
    ],
)
def test_each_fault_is_found_and_named(change, fault):
    assert fault in faults(change)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "What does this print?\n\n```python\nprint(`a` < b)\n```\n\nChoose."},
        {"text": "What does `<div>` begin?"},
        {"text": "Is `a[b](c)` a call?"},
        {"text": "When is a < b and b > c?"},
        choices("Read data: rows and columns", "Write data: rows alone", "Read nothing of it"),
        {"difficulty": None},
        {"difficulty": "HARD"},
    ],
)
def test_what_only_looks_like_a_fault_is_none(change):
    assert faults(change) == ""


def test_of_the_above_is_taken_where_it_was_asked_for():
    written = choices("a", "b", "All of the above")

    assert faults(written, prompt="Use all of the above as a choice") == ""


def test_difficulty_and_language_are_as_wished():
    assert "hard" in faults(difficulty="hard")
    assert "हिन्दी" in faults(language="hi")
    assert faults(difficulty="easy", language="en") == ""


def test_addresses_of_the_wish_may_be_spoken_of():
    written = {"explanation": "It stands at https://docs.example.org/a so."}

    assert faults(written, prompt="Ask about https://docs.example.org/a") == ""


def test_a_question_of_a_text_names_its_passage_word_for_word():
    assert "quote" in faults(source=SOURCE)
    assert "quote" in faults(source=SOURCE, span="An index is a copy")
    assert faults(source=SOURCE, span="An index is a sorted copy of some columns.") == ""
    checked = check(
        Draft(SOUND, "A lock waits  for another lock."), wish=wish(source=SOURCE), asked=Asked()
    )
    assert checked.span == "A lock\twaits for another lock."


@pytest.mark.parametrize(
    ("known", "is_asked"),
    [
        ("What is an index?", True),
        ("what  IS an Index", True),
        ("What is an index, then?", False),
        ("What is a lock?", False),
    ],
)
def test_what_is_asked_already_is_not_asked_again(known, is_asked):
    assert ("asked already" in faults(asked=[known])) is is_asked


def test_long_questions_that_differ_in_a_word_are_one():
    text = "Which statement of these keeps every row of the left table, whatever stands in the {}?"

    assert Asked([text.format("right")]).knows(text.format("other"))
    assert not Asked([text.format("right")]).knows("Which statement groups the rows of a table?")


def test_a_question_that_resembles_others_is_sound_and_names_the_one_nearest_to_it():
    known = {
        7: "Which statement shows the plan of a query?",
        8: "Which statement shows the plan of a slow query?",
        9: "Which statement groups rows?",
    }
    asked = Asked(["Which clause keeps groups?"], questions=known.items())

    assert asked.resembled_by("Which statement shows the plan of a single slow query?") == 8
    assert asked.resembled_by("Which statement drops an index?") is None
    assert asked.resembled_by("Which clause keeps its groups?") is None
    assert asked.knows(known[9])
    assert Asked().resembled_by("") is None
    draft = Draft({**SOUND, "text": "What is an index in SQL?"}, "")
    near = Asked(questions=[(5, "What is an index of SQL?")])
    assert check(draft, wish=wish(), asked=near).resembled == 5


def test_questions_that_only_begin_and_end_in_the_same_way_do_not_resemble_each_other():
    terms = ["index", "primary key", "sequential scan", "transaction", "connection pool"]
    text = "What is a {}, according to the text?"
    asked = Asked(questions=enumerate(map(text.format, terms), start=1))

    assert asked.resembled_by(text.format("deadlock")) is None
    assert asked.resembled_by(text.format("small connection pool")) == 5


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    first, second = shingles_of(one), shingles_of(other)

    assert 0 <= likeness(first, second) <= 1
    assert likeness(first, second) == likeness(second, first)
    assert likeness(first, first) == 1
    if likeness(first, second) >= ALIKE:
        assert Asked([one]).knows(other)
    if abs(likeness(first, second) - RESEMBLING) > 0.01:
        resembles = likeness(first, second) > RESEMBLING
        assert Asked(questions=[(1, one)]).resembled_by(other) == (1 if resembles else None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    (
        *("type", "text", "choices", "answer", "value", "blanks", "pairs", "items", "explanation"),
        *("difficulty", "tags", "sources", "accepted", "tolerance", "scoring"),
    )
)


@settings(max_examples=300)
@given(st.dictionaries(NAMES, JSON, max_size=8), st.sampled_from(MADE_TYPES), st.text(max_size=60))
def test_whatever_a_model_writes_is_a_question_or_a_list_of_faults(written, type_, span):
    draft = Draft({"type": str(type_), **written}, span)
    checked = check(draft, wish=wish(types=MADE_TYPES, source=SOURCE), asked=Asked())

    assert (checked.entry is None) == bool(checked.faults)
    assert checked.entry is None or checked.span in SOURCE


@given(st.text(max_size=200), st.text(max_size=60))
def test_a_span_that_is_found_stands_in_the_source(source, quoted):
    span = exact_span(source, quoted)

    assert span is None or span in source


def test_languages_are_told_by_their_letters_outside_of_code():
    assert fits_language("तालिका की पंक्तियाँ `SELECT * FROM orders WHERE id = 1` से", "hi")
    assert not fits_language("The rows of a table are read one by one", "hi")
    assert not fits_language("तालिका की पंक्तियाँ एक एक करके पढ़ी जाती हैं", "en")
    assert fits_language("`SELECT 1`", "hi")


MATERIALS = {
    "SINGLE": (
        SOUND,
        ["a sorted copy of some columns."],
        ["A lock on a page"],
        ["Nothing of these"],
    ),
    "TRUE_FALSE": (
        {**SOUND, "type": "TRUE_FALSE", "answer": False},
        ["false"],
        ["True"],
        ["perhaps"],
    ),
    "NUMERIC": ({**SOUND, "type": "NUMERIC", "value": 3.5}, ["3.5"], ["4"], ["many"]),
    "SHORT_TEXT": ({**SOUND, "type": "SHORT_TEXT", "accepted": ["index"]}, ["Index"], ["lock"], []),
    "FILL_BLANKS": (
        {
            **SOUND,
            "type": "FILL_BLANKS",
            "text": "An {{a}} and a {{b}}.",
            "blanks": {"a": ["index"], "b": ["lock"]},
        },
        ["index", "lock"],
        ["lock", "index"],
        [],
    ),
    "MATCHING": (
        {
            **SOUND,
            "type": "MATCHING",
            "pairs": [{"left": "a", "right": "one"}, {"left": "b", "right": "two"}],
        },
        ["one", "`two`"],
        ["two", "one"],
        [],
    ),
    "ORDERING": (
        {**SOUND, "type": "ORDERING", "items": ["first", "second", "third"]},
        ["first", "second", "third"],
        ["second", "first", "third"],
        ["first", "second", "fourth"],
    ),
}


@pytest.mark.parametrize("type_", MATERIALS)
def test_a_second_opinion_agrees_disagrees_or_cannot_be_understood(type_):
    written, right, wrong, strange = MATERIALS[type_]
    checked = check(Draft(written), wish=wish(types=(type_,)), asked=Asked())
    outline = checked.entry.outline
    material = Material(outline.type, outline.text, outline.choices, outline.body, outline.key)

    assert agrees(material, right) is True
    assert agrees(material, wrong) is False
    assert agrees(material, strange) is None
    assert agrees(material, None) is None


@pytest.mark.parametrize("type_", MATERIALS)
def test_whoever_gives_a_second_opinion_sees_no_key(type_):
    written = MATERIALS[type_][0]
    outline = check(Draft(written), wish=wish(types=(type_,)), asked=Asked()).entry.outline
    material = Material(outline.type, outline.text, outline.choices, outline.body, outline.key)

    shown = without_key(material, seed=3)

    assert not {"key", "correct", "explanation", "accepted", "value"} & set(shown)
    assert all(set(choice) == {"id", "text"} for choice in shown.get("choices", ()))
    if type_ == "ORDERING":
        assert [choice["text"] for choice in shown["choices"]] != written["items"]
