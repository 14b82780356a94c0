"""How questions are shown, answered in a form, and looked back at: all eleven kinds."""

from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.http import QueryDict
from django.template import Context, Template

from core.clock import now
from questions.actions.saving import Facts, add_question
from questions.answering import raw_answer
from questions.kinds import KINDS, BadResponse, kind_of
from questions.models import QuestionVersion
from questions.showing import Shown, asked, reviewed
from questions.tests.factories import WRITTEN, make_question

pytestmark = pytest.mark.django_db

ANSWER = Template("{% load questions %}{% question_answer shown %}")
REVIEW = Template("{% load questions %}{% question_review shown %}")
SECRET = "Because it is so."
BY_HAND = {"ESSAY": "My own words.", "CODE": "print(1)", "FILE_UPLOAD": None}


class Fields(HTMLParser):
    """What a browser would send of a form, and all of its controls."""

    def __init__(self, html):
        super().__init__()
        self.data = QueryDict(mutable=True)
        self.controls = []
        self.labels = set()
        self._select = self._textarea = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"input", "select", "textarea"} and given.get("name"):
            self.controls.append(given)
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag == "input" and given.get("type") in {"radio", "checkbox"}:
            if "checked" in given:
                self.data.appendlist(given["name"], given["value"])
        elif tag == "input" and given.get("type") == "text":
            self.data.appendlist(given["name"], given["value"])
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self.data.appendlist(self._select, given["value"])
        elif tag == "textarea":
            self._textarea = given["name"]

    def handle_data(self, data):
        if self._textarea:
            # A browser drops the line end that follows the tag.
            self.data.appendlist(self._textarea, data.removeprefix("\n"))

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._textarea = None


def newest(type_, **facts):
    question = make_question(type_, **facts)
    return QuestionVersion.objects.newest().with_choices().get(question=question)


def some_answer(version):
    return kind_of(version.type).right_response(version.material) or BY_HAND[version.type]


def answered(version, **facts):
    return ANSWER.render(Context({"shown": asked(version, **facts)}))


def looked_at(version, **facts):
    return REVIEW.render(Context({"shown": reviewed(version, **facts)}))


@pytest.mark.parametrize("type_", KINDS)
def test_a_form_gives_back_the_answer_that_it_was_drawn_with(type_):
    version = newest(type_)
    response = some_answer(version)

    fields = Fields(answered(version, response=response))
    raw = raw_answer(version.material, fields.data, question=version.question_id)

    assert kind_of(type_).parse(version.material, raw) == response


@pytest.mark.parametrize("type_", KINDS)
def test_a_form_that_nobody_filled_in_is_no_answer(type_):
    version = newest(type_, written={"starter": "def f():\n    pass"} if type_ == "CODE" else None)

    fields = Fields(answered(version))
    raw = raw_answer(version.material, fields.data, question=version.question_id)

    assert kind_of(type_).parse(version.material, raw) is None


@pytest.mark.parametrize("type_", KINDS)
def test_each_control_has_a_name_for_those_who_do_not_see_it(type_):
    fields = Fields(answered(newest(type_)))

    assert fields.controls
    for control in fields.controls:
        named = {"aria-label", "aria-labelledby"} & set(control)
        assert named or control.get("id") in fields.labels, control


@pytest.mark.parametrize("type_", KINDS)
def test_what_is_to_be_answered_holds_nothing_of_the_key(type_):
    keys = {
        "SINGLE": {
            "choices": [{"text": "A", "correct": True, "feedback": "sesame"}, {"text": "B"}]
        },
        "SHORT_TEXT": {"accepted": ["sesame"], "pattern": "sesame.*"},
        "FILL_BLANKS": {"blanks": {"verb": ["sesame"]}},
        "NUMERIC": {"value": 424242, "units": ["sesame"], "tolerance": 1},
        "ESSAY": {"model_answer": "sesame"},
        "CODE": {"model_answer": "sesame"},
        "FILE_UPLOAD": {"model_answer": "sesame"},
    }
    version = newest(type_, written=keys.get(type_))

    html = answered(version)

    assert not any(word in html for word in ("sesame", "424242", SECRET, "is_correct"))
    assert "place" not in {name for name in Shown.__dataclass_fields__ if name.startswith("right_")}


@pytest.mark.parametrize("type_", KINDS)
def test_looking_back_says_what_is_right_and_why(type_):
    version = newest(type_)
    response = some_answer(version)
    score = None if type_ in BY_HAND else version.marks

    told = reviewed(version, response=response, score=score)
    html = looked_at(version, response=response, score=score)

    empty = type_ == "FILE_UPLOAD"
    assert told.state == ("empty" if empty else "waiting" if type_ in BY_HAND else "right")
    assert SECRET in html


@pytest.mark.parametrize("type_", KINDS)
def test_without_an_answer_it_is_the_question_with_its_key(type_):
    version = newest(type_)

    html = looked_at(version)

    assert reviewed(version).is_key
    assert "Your answer" not in html
    assert SECRET in html


def test_a_question_that_a_student_left_out_says_so_and_keeps_the_graders_words():
    version = newest("ESSAY", written={"model_answer": "sesame"})

    told = reviewed(version, response=None, score=Decimal(0))

    assert (told.is_key, told.state, told.model_answer) == (False, "empty", "")
    assert reviewed(version, score=Decimal(0), is_for_graders=True).model_answer == "sesame"


def test_parts_of_an_answer_are_told_apart():
    version = newest("MATCHING")
    half = {"l1": kind_of("MATCHING").right_response(version.material)["l1"]}

    told = reviewed(version, response=half, score=Decimal("0.5"))

    assert told.state == "partly"
    assert [left.is_right for left in told.lefts] == [True, False]


def test_an_order_that_is_none_is_refused_and_stays_as_it_was_written():
    version = newest("ORDERING")
    first, *_rest = version.material.choices
    data = QueryDict(mutable=True)
    for choice in version.material.choices:
        data[f"q{version.question_id}-{choice.id}"] = "1"

    with pytest.raises(BadResponse):
        raw_answer(version.material, data, question=version.question_id)
    assert {option.place for option in asked(version, response={first.id: 1}).options} == {1, None}


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "\uff11", "1.5"])
def test_what_is_no_number_is_no_choice(nonsense):
    version = newest("SINGLE")
    data = QueryDict(mutable=True)
    data[f"q{version.question_id}"] = nonsense

    with pytest.raises(BadResponse):
        kind_of("SINGLE").parse(
            version.material, raw_answer(version.material, data, question=version.question_id)
        )


@pytest.mark.parametrize(
    "text",
    [
        "Say {{verb}} it.",
        "```sql\n{{verb}} name FROM tools\n```",
        "Use `{{verb}}` here.",
        "[a link {{verb}}](https://example.org/{{verb}})",
        "# {{verb}}",
        "| a | b |\n|---|---|\n| {{verb}} | x |",
        "<b title='{{verb}}'>{{verb}}</b>",
        "blank1z {{verb}} blankx1z",
    ],
)
def test_a_blank_stands_in_its_text_once_and_never_within_a_tag(text):
    version = newest("FILL_BLANKS", written={"text": text}) if text.count("{{") == 1 else None
    if version is None:
        version = newest("FILL_BLANKS")
        version.text = text

    html = answered(version, response={"verb": '"><script>alert(1)</script>'})
    fields = Fields(html)

    assert [control["name"] for control in fields.controls] == [f"q{version.question_id}-verb"]
    assert "<script>" not in html
    assert fields.controls[0]["value"] == '"><script>alert(1)</script>'


def test_the_sources_of_a_question_are_links_only_where_they_lead_to_the_web():
    outline, _problems = kind_of("TRUE_FALSE").read({"text": "So?", **WRITTEN["TRUE_FALSE"]})
    sources = (
        {"title": "The manual", "url": "https://example.org/manual"},
        {"title": "Nowhere", "url": "javascript:alert(1)"},
    )
    question = add_question(
        outline=outline, facts=Facts(sources=sources), owner=None, at=now(), seed=1
    )
    version = QuestionVersion.objects.newest().with_choices().get(question=question)

    html = looked_at(version)

    assert 'href="https://example.org/manual"' in html
    assert "javascript:" not in html
    assert "example.org" not in answered(version)
