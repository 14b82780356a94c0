"""Questions from a text by rules alone."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from questions.kinds import Material, kind_of
from quizzes.generators.builtin import BuiltinGenerator
from quizzes.generators.builtin.generator import candidates_in
from quizzes.generators.builtin.reading import read, split
from quizzes.generators.checking import check
from quizzes.generators.port import MADE_TYPES, Wish
from quizzes.generators.similarity import Asked
from quizzes.tests.generation import TEXT

CONTENT = Path(__file__).parents[2] / "curriculum" / "content"
LESSONS = sorted(CONTENT.glob("*/0*.md"))
DEFINITIONS = """# HTTP

A cache is a store of responses that can be used again without asking the server. A validator is a
value by which a client asks whether its copy is still current. A proxy is a server that forwards
requests on behalf of clients. A gateway is a program that speaks for services behind it. The
process has at most 20 connections open.
"""


def made(source, *, count=20, seed=1, types=MADE_TYPES, **wish):
    asked = Wish(prompt="", count=count, seed=seed, source=source, types=tuple(types), **wish)
    return asked, BuiltinGenerator().make(asked, watch=None)


def written(source, **wish):
    return [draft.written for draft in made(source, **wish)[1].drafts]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: f"{path.parent.name} {path.stem[:2]}")
def test_from_every_lesson_it_makes_questions_that_stand_every_check(lesson):
    wish, result = made(lesson.read_text(encoding="utf-8"), count=15)
    asked = Asked()

    assert len(result.drafts) >= 8
    for draft in result.drafts:
        checked = check(draft, wish=wish, asked=asked)
        assert checked.faults == (), draft.written
        assert checked.span
        assert checked.span in wish.source
        asked.add(checked.entry.outline.text)
        outline = checked.entry.outline
        material = Material(outline.type, outline.text, outline.choices, outline.body, outline.key)
        kind = kind_of(outline.type)
        assert kind.grade(material, kind.right_response(material)).is_correct


def test_a_sentence_that_stands_twice_is_asked_about_once():
    sentence = "A connection pool keeps at most 20 connections open."
    _wish, result = made(f"# Pools\n\n{sentence}\n\n{sentence}\n", count=1)
    assert len(result.drafts) == 1


def test_the_same_seed_gives_the_same_and_another_one_something_else():
    assert written(TEXT, seed=5) == written(TEXT, seed=5)
    assert written(TEXT, seed=5) != written(TEXT, seed=6)


@pytest.mark.parametrize("type_", [type_ for type_ in MADE_TYPES if type_ != "MULTIPLE"])
def test_each_type_can_be_had(type_):
    found = written(TEXT, types=[type_])

    assert found
    assert {each["type"] for each in found} == {type_}


def test_of_two_lists_it_asks_what_belongs_to_which():
    source = """# Team

Things that a trainer sees:

- attempts of own students
- drafts of other trainers
- questions with their keys

# Others

Things that a student sees:

- published quizzes
- attempts of their own
- results after closing
"""
    (first, *_rest) = written(source, types=["MULTIPLE"])

    right = {each["text"] for each in first["choices"] if each["correct"]}
    wrong = {each["text"] for each in first["choices"] if not each["correct"]}
    lists = read(source).listings
    assert right <= set(lists[0].items) or right <= set(lists[1].items)
    assert not wrong & (
        set(lists[0].items) if right <= set(lists[0].items) else set(lists[1].items)
    )


def test_a_definition_is_asked_among_definitions_of_the_same_text():
    (first, *_rest) = written(DEFINITIONS, types=["SINGLE"], count=1)

    assert first["text"].startswith("What is a")
    texts = [each["text"] for each in first["choices"]]
    assert len(texts) == 4
    assert max(map(len, texts)) < 2.6 * min(map(len, texts))
    assert all(text.startswith("A ") for text in texts)


def test_what_a_thing_is_named_after_is_no_wrong_choice():
    source = DEFINITIONS + "A balancer is a proxy that spreads requests over several servers.\n"

    for each in written(source, types=["SINGLE"]):
        texts = {choice["text"] for choice in each["choices"]}
        is_about_the_balancer = each["text"] == "What is a balancer, according to the text?"
        assert not is_about_the_balancer or not any("forwards requests" in text for text in texts)


def test_the_gap_hides_the_term_wherever_it_stands():
    for each in written(TEXT, types=["FILL_BLANKS"]):
        (blank,) = each["blanks"].values()
        assert all(word.casefold() not in each["text"].casefold() for word in blank["accepted"])


def test_an_article_before_a_gap_tells_nothing():
    assert not any(" a _____" in each["text"] for each in written(TEXT, types=["SINGLE"]))
    assert not any(" an {{" in each["text"] for each in written(TEXT, types=["FILL_BLANKS"]))


def test_no_fact_is_asked_about_twice():
    _wish, result = made(TEXT, count=50)
    spans = [draft.span for draft in result.drafts]

    assert len(set(spans)) == len(spans)
    more = Wish(
        prompt="", count=50, seed=2, source=TEXT, types=MADE_TYPES, used=tuple(spans), avoid=()
    )
    again = {draft.span for draft in BuiltinGenerator().make(more, None).drafts}
    assert not again & set(spans)


def test_it_says_what_it_is_and_why_there_are_fewer():
    _wish, result = made(DEFINITIONS, count=40, difficulty="hard")

    said = " ".join(result.notes)
    assert "without any AI" in said
    assert f"{len(result.drafts)} of 40" in said
    assert "difficult" in said


def test_it_says_that_it_writes_english_around_a_text():
    assert "English" in " ".join(made(TEXT, language="hi")[1].notes)
    assert "English" not in " ".join(made(TEXT)[1].notes)


def test_instructions_to_the_reader_are_not_asked_about():
    source = "Run the command `make test` on your machine. Write a table of all routes there."

    assert written(source) == []


def test_code_is_never_torn():
    source = f"```sql\nSELECT 1. A line is a row of code.\n```\n\n{DEFINITIONS}"

    assert not any("SELECT 1" in json.dumps(each) for each in written(source))


def test_sentences_end_where_they_end():
    paragraph = 'It holds, e.g. `a. B`, 3.5 kg (see p. 4). "Who?" asked Dr. Rao. The end: 404. Yes.'

    assert split(paragraph) == [
        "It holds, e.g. `a. B`, 3.5 kg (see p. 4).",
        '"Who?" asked Dr. Rao.',
        "The end: 404.",
        "Yes.",
    ]


@settings(max_examples=60)
@given(st.text(max_size=1_500), st.integers(0, 2**31))
def test_whatever_it_is_given_it_neither_fails_nor_makes_what_is_unsound(source, seed):
    wish, result = made(source, seed=seed)

    for draft in result.drafts:
        assert check(draft, wish=wish, asked=Asked()).faults == ()


@settings(max_examples=60)
@given(st.lists(st.sampled_from(TEXT.split("\n")), max_size=60), st.integers(0, 2**31))
def test_lines_in_any_order_do_no_harm(lines, seed):
    wish, result = made("\n".join(lines), seed=seed)

    for draft in result.drafts:
        assert check(draft, wish=wish, asked=Asked()).faults == ()


def test_a_long_text_is_read_whole():
    source = "\n\n".join(path.read_text(encoding="utf-8") for path in LESSONS)

    assert len(source) > 100_000
    assert candidates_in(source, seed=1)
