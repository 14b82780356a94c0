"""Each format carries what the table says, and says what it does not."""

from __future__ import annotations

import codecs
import datetime
import io
import zipfile
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from PIL import Image

from questions.errors import FileUnreadable
from questions.formats import (
    FORMATS,
    Draft,
    Loss,
    Row,
    read_entry,
    recognise,
    registry,
    rows_in,
    written_as,
    written_of,
)
from questions.formats import limits as limits_module
from questions.formats.cells import neutral, plain
from questions.formats.drafts import each_text
from questions.formats.losses import carried, parts_of
from questions.formats.pictures import BankPicture, Key, Shelf, placed
from questions.formats.table import FACTS, LOST, OWN, question_formats_part
from questions.formats.template import EXAMPLES
from questions.kinds import KINDS

PLAN, PHOTO = UUID("2f0c8f1e-7a51-4d0c-9f61-6f2d9b3f8a10"), UUID(int=7)
SEEN = f"![A plan: *two* joins](/api/files/{PLAN}/?w=64&h=48)"
# As an author may write it who does not take ours: without a size, with a title, or as a link.
OTHERWISE = f'![](/api/files/{PHOTO}/ "[a]") [it](/api/files/{PLAN}/?download)'
WORDS = {
    "text": "Which of\nthese, *really*?\n\n```python\nprint({'a': [1, 2]}) # ~ = \\ : 50%\n```"
    f"\n\n{SEEN}\n{SEEN} and {OTHERWISE}.",
    "explanation": f"{SEEN}{SEEN} Because `<b>` & “so” — ~ = # {{x}} : \\n.\n\n- one\n- two",
    "marks": "2.5",
    "difficulty": "hard",
    "tags": ["a, b", "joins", "ما"],
    "subject": "sql",
    "chapter": "Joins / ünions",
    "reference": "sql joins #1 [x]",
    "sources": [{"title": "Manual", "url": "https://example.org/a?b=1"}],
}
FULL: dict[str, Draft] = {
    "SINGLE": {
        "choices": [
            {"text": "=SUM(A1)", "correct": False, "feedback": "No: ~x = #y {z}"},
            {"text": "'=quoted", "correct": True, "feedback": "Yes"},
            {"text": "לא\n\n`code`", "correct": False},
            {"text": f"{SEEN}\n\n beside", "correct": False, "feedback": f"No. {SEEN}"},
        ]
    },
    "MULTIPLE": {
        "choices": [
            {"text": "-5", "correct": True, "feedback": "Right & <good>"},
            {"text": "+5", "correct": True},
            {"text": "[x]", "correct": False},
        ],
        "scoring": "partial",
    },
    "TRUE_FALSE": {"answer": False, "feedback_true": "Alas.", "feedback_false": "Well done."},
    "NUMERIC": {
        "value": "-9.81",
        "tolerance": "0.05",
        "units": [{"unit": "m/s²", "factor": "1"}, {"unit": "cm/s²", "factor": "0.01"}],
        "unit_required": True,
    },
    "SHORT_TEXT": {
        "accepted": ["git commit", "a*b", "two\nlines", "[1, 2]"],
        "pattern": "comm?it",
        "case_sensitive": True,
        "keep_spaces": True,
    },
    "MATCHING": {
        "pairs": [
            {"left": "GET", "right": "reads"},
            {"left": "PUT", "right": "adds = {}"},
            {"left": f"POST {SEEN}", "right": "reads"},
        ],
        "distractors": ["dances", "sings"],
    },
    "ORDERING": {"items": ["`FROM`", f"WHERE {OTHERWISE}", SEEN], "scoring": "partial"},
    "FILL_BLANKS": {
        "text": f"A {{{{first}}}} {SEEN} and {{{{2}}}}: `{{x}}` }}. {OTHERWISE}",
        "blanks": {
            "first": {"accepted": ["one", "~1 = }"], "case_sensitive": True},
            "2": {"accepted": ["two"]},
        },
    },
    "ESSAY": {"min_words": 10, "max_words": 200, "model_answer": f"So, & so.\n\nThen. {SEEN}"},
    "FILE_UPLOAD": {"max_files": 3, "model_answer": "A diagram."},
    "CODE": {
        "language": "python",
        "starter": "    def f():\n\tpass",
        "model_answer": "def f():\n    return 1 < 2",
    },
}


def whole(type_: str, **other: Any) -> Draft:
    reading = read_entry({"type": type_, **WORDS, **FULL[type_], **other})
    assert reading.entry is not None, reading.problems
    return written_of(reading.entry)


def plainest(type_: str) -> Draft:
    example = next(each for each in EXAMPLES if each["type"] == type_)
    entry = read_entry(example).entry
    assert entry is not None
    return written_of(entry)


def painted(color: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(made, "PNG")
    return made.getvalue()


CONTENT = {PLAN: painted("red"), PHOTO: painted("blue")}
TAKEN = {
    mark: BankPicture(f"{mark}.png", "image/png", partial(iter, [content[:50], content[50:]]))
    for mark, content in CONTENT.items()
}


def through(format_: str, *drafts: Draft) -> tuple[list[Draft], list[Loss]]:
    """What comes back of them, and what was said to be lost."""
    losses: list[Loss] = []
    called = (("q", each) for each in drafts)
    content = b"".join(written_as(FORMATS[format_], called, losses, TAKEN))
    with Shelf() as shelf:

        def address(key: Key, is_sized: bool) -> str:
            assert key.was is not None
            assert not is_sized
            assert shelf.content_of(key.digest) == CONTENT[key.was]
            return f"/api/files/{key.was}/"

        back = []
        for row in rows_in(io.BytesIO(content), FORMATS[format_], shelf):
            assert row.written is not None, row.problems
            assert row.problems == row.notes == ()
            reading = read_entry(each_text(row.written, lambda text: placed(text, address)))
            assert reading.entry is not None, (reading.problems, row.written)
            back.append(written_of(reading.entry))
    return back, losses


def kept_of(format_: str, written: Draft) -> tuple[Draft | None, set[str]]:
    known = FORMATS[format_]
    return carried(
        written,
        format_,
        known.cannot(written),
        taken=TAKEN if known.has_pictures else {},
        without_pictures=known.without_pictures(written),
    )


def rows(format_: str, content: bytes) -> list[Row]:
    return list(rows_in(io.BytesIO(content), FORMATS[format_]))


def refused(format_: str, content: bytes) -> str:
    with pytest.raises(FileUnreadable) as raised:
        rows(format_, content)
    assert raised.value.details["file"] == [str(raised.value.message)]
    return str(raised.value.message)


def sheet(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


CELLS = [(name, type_) for name in FORMATS for type_ in KINDS]


class TestTheTable:
    def test_it_knows_every_format_and_every_part(self) -> None:
        assert set(LOST) == set(FORMATS)
        assert set(OWN) == set(KINDS)
        for type_ in KINDS:
            said = parts_of(whole(type_))
            assert said - {"names"} <= {*FACTS, *OWN[type_]}
            assert {*FACTS, *OWN[type_]} - said <= {"answer"}
            for lost in LOST.values():
                assert lost.get(type_, frozenset()) <= {*FACTS, *OWN[type_]}

    def test_the_page_has_a_table_for_each_type(self) -> None:
        page = question_formats_part()

        assert all(f"### {type_}\n" in page for type_ in KINDS)

    @pytest.mark.parametrize(("format_", "type_"), CELLS)
    def test_what_is_not_lost_comes_back_as_it_went(self, format_: str, type_: str) -> None:
        for written in (whole(type_), plainest(type_)):
            kept, lost = kept_of(format_, written)
            if kept is None:
                pytest.skip("This format has no such type, which the next test looks at.")

            back, losses = through(format_, written)

            assert back == [kept]
            assert set(losses[0].parts if losses else ()) == lost
            # Where blanks lose their names, the text names them otherwise.
            renamed = {"text", "blanks"} if "names" in lost else set()
            for part in {*FACTS, *OWN[type_]} - lost - renamed:
                assert back[0].get(part) == written.get(part), part

    @pytest.mark.parametrize(("format_", "type_"), CELLS)
    def test_every_lost_cell_is_said(self, format_: str, type_: str) -> None:
        written = whole(type_)
        expected = LOST[format_].get(type_)

        _kept, losses = carried(written, format_, FORMATS[format_].cannot(written))

        if expected is None:
            assert losses == {"question"}
        elif "question" not in losses:
            assert losses >= expected - {"scoring"}

    @pytest.mark.parametrize("format_", [name for name, one in FORMATS.items() if one.is_text])
    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_ends_of_lines_of_other_systems_say_the_same(self, format_: str, end: str) -> None:
        drafts = [plainest("SINGLE"), plainest("ESSAY")]
        called = (("q", each) for each in drafts)
        content = b"".join(written_as(FORMATS[format_], called, [])).decode()
        plain_rows = rows(format_, content.encode())

        changed = content.replace("\r\n", "\n").replace("\n", end)

        texts = [read_entry(row.written or {}).entry for row in rows(format_, changed.encode())]
        assert texts == [read_entry(row.written or {}).entry for row in plain_rows]
        assert None not in texts

    @pytest.mark.parametrize(("format_", "type_"), CELLS)
    def test_text_that_runs_from_right_to_left_stays_as_it_is(
        self, format_: str, type_: str
    ) -> None:
        words = "\u202bما هو الصحيح؟\u202c שלום (1) ABC"  # noqa: RUF001
        text = f"{words} {{{{verb}}}}" if type_ == "FILL_BLANKS" else words
        written = {**plainest(type_), "text": text}
        if type_ == "FILL_BLANKS":
            written["blanks"] = {"verb": {"accepted": ["كتب"]}}
        kept, _lost = carried(written, format_, FORMATS[format_].cannot(written))
        if kept is None:
            pytest.skip("This format has no such type.")

        back, _losses = through(format_, written)

        assert back == [kept]
        assert words in back[0]["text"]

    @pytest.mark.parametrize("format_", FORMATS)
    def test_many_in_one_file_keep_their_order(self, format_: str) -> None:
        drafts = [
            each for type_ in KINDS if (each := carried(plainest(type_), format_)[0]) is not None
        ]

        assert [each["text"] for each in through(format_, *drafts)[0]] == [
            each["text"] for each in drafts
        ]

    @pytest.mark.parametrize("format_", FORMATS)
    def test_the_other_scoring_is_carried_or_said(self, format_: str) -> None:
        for type_ in ("MULTIPLE", "ORDERING"):
            written = whole(type_, scoring="all_or_nothing")
            back, losses = through(format_, written) if type_ in LOST[format_] else ([], [1])
            assert losses or back == [written]

    @pytest.mark.parametrize("format_", FORMATS)
    def test_characters_that_nobody_sees_are_said_to_be_lost(self, format_: str) -> None:
        written = {**plainest("SINGLE"), "text": "A\x0bB\x01?"}

        back, losses = through(format_, written)

        assert back[0]["text"] == "AB?"
        assert "characters" in losses[0].parts


def as_it_is_kept(text: str) -> str:
    """An author's text, once it was read."""
    entry = read_entry({"type": "ESSAY", "text": text or "x"}).entry
    return entry.outline.text if entry else ""


SHOWING = st.sampled_from(
    [SEEN, OTHERWISE, f"![\\t]({'/api/files/'}{PHOTO}/?w=1&h=99999)", f"`/api/files/{PLAN}/`"]
)
TEXT = (
    st.lists(st.one_of(st.text(max_size=40), SHOWING), max_size=3)
    .map(lambda parts: as_it_is_kept("".join(parts)))
    .filter(bool)
)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Questions with few choices and any words."""
    texts = draw(
        st.lists(TEXT, min_size=2, max_size=4, unique_by=lambda t: " ".join(t.split()).casefold())
    )
    written: Draft = {"text": draw(TEXT), "explanation": draw(st.text(max_size=30))}
    type_ = draw(st.sampled_from(["SINGLE", "ORDERING", "SHORT_TEXT", "MATCHING", "CODE"]))
    if type_ == "SINGLE":
        written["choices"] = [
            {"text": text, "correct": not number, "feedback": draw(st.text(max_size=10))}
            for number, text in enumerate(texts)
        ]
    if type_ == "ORDERING":
        written["items"] = texts
    if type_ == "SHORT_TEXT":
        written["accepted"] = texts
    if type_ == "MATCHING":
        written["pairs"] = [{"left": f"{n}{t}", "right": t} for n, t in enumerate(texts)]
    if type_ == "CODE":
        written["starter"] = draw(st.text(max_size=30))
    entry = read_entry({"type": type_, **written}).entry
    return written_of(entry) if entry else plainest("SINGLE")


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=40)
@given(written=drafts())
def test_whatever_is_written_comes_back_or_is_said(format_: str, written: Draft) -> None:
    kept, lost = kept_of(format_, written)
    if kept is None:
        assert lost == {"question"}
        return
    assert through(format_, written)[0] == [kept]


@given(st.text())
def test_no_cell_is_calculated_and_each_comes_back(text: str) -> None:
    assert plain(neutral(text)) == text
    assert not neutral(text).lstrip(" ").startswith(("=", "+", "@", "\t", "\r"))


class TestWhatIsRefused:
    @pytest.mark.parametrize("format_", FORMATS)
    @pytest.mark.parametrize(
        "content",
        [b"", b"   ", b"\x00\x01\x02\x03", b"PK\x03\x04 no zip", b"\xff\xfe", b"[" * 100_000],
    )
    def test_what_is_no_file_of_questions(self, format_: str, content: bytes) -> None:
        if format_ == "gift" and content.strip() and b"\x00" not in content and content[0] < 0x80:
            # Whatever is text may be a question without answers.
            assert [row.written for row in rows(format_, content)] == [None]
        else:
            assert refused(format_, content).endswith((".", ")"))

    @pytest.mark.parametrize("format_", [name for name, one in FORMATS.items() if one.is_text])
    def test_another_encoding(self, format_: str) -> None:
        assert "UTF-8" in refused(format_, 'type,text\nESSAY,"é"'.encode("latin-1"))

    def test_a_large_file(self) -> None:
        assert "20 MB" in refused("csv", b"x" * (limits_module.MOST_BYTES + 1))

    def test_more_questions_than_we_take(self) -> None:
        line = b"ESSAY,Why?\n"

        assert len(rows("csv", b"type,text\n" + line * 10_000)) == 10_000
        assert "10000" in refused("csv", b"type,text\n" + line * 10_001)

    def test_a_zip_bomb(self) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"0" * 30_000_000)

        assert len(packed.getvalue()) < 100_000
        assert "larger than we take" in refused("xlsx", packed.getvalue())

    def test_a_zip_with_too_many_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits_module, "MOST_MEMBERS", 3)

        assert "too many" in refused("xlsx", sheet(["type", "text"], ["ESSAY", "Why?"]))

    def test_a_workbook_with_macros(self) -> None:
        packed = io.BytesIO(sheet(["type", "text"], ["ESSAY", "Why?"]))
        with zipfile.ZipFile(packed, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macros")

        assert "macros" in refused("xlsx", packed.getvalue())

    @pytest.mark.parametrize(("name", "said"), [("a.xlsm", "macros"), ("a.xls", "XLSX")])
    def test_a_workbook_of_another_kind(self, name: str, said: str) -> None:
        with pytest.raises(FileUnreadable, match=said):
            recognise(io.BytesIO(b"PK"), name)

    @pytest.mark.parametrize(
        "entity", ['<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">']
    )
    def test_entities_in_a_workbook(self, entity: str) -> None:
        content = io.BytesIO(sheet(["type", "text"], ["ESSAY", "Why?"]))
        changed = io.BytesIO()
        with zipfile.ZipFile(content) as before, zipfile.ZipFile(changed, "w") as after:
            for name in before.namelist():
                part = before.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    part = part.replace(
                        b"<worksheet", f"<!DOCTYPE a [{entity}]><worksheet".encode(), 1
                    )
                    part = part.replace(b"Why?", b"&a;")
                after.writestr(name, part)

        assert "no spreadsheet writes" in refused("xlsx", changed.getvalue())

    @pytest.mark.parametrize("content", [b'{"version": 2, "questions": []}', b"7", b'{"a": NaN}'])
    def test_json_of_another_shape(self, content: bytes) -> None:
        refused("json", content)

    def test_quotation_marks_that_never_end(self) -> None:
        assert "Row 2" in refused("csv", b'type,text\nESSAY,"Why?\n')

    def test_columns_that_lack_or_stand_twice(self) -> None:
        assert "“text”" in refused("csv", b"type,subject\nESSAY,x\n")
        assert "“Type”" in refused("csv", b"type,text,Type\nESSAY,x,y\n")


class TestSheets:
    @pytest.mark.parametrize(
        "content",
        [
            b"type,text\r\nESSAY,Why?\r\n",
            "type,text\nESSAY,Why?\n".encode("utf-8-sig"),
            codecs.BOM_UTF16_LE + "type\ttext\nESSAY\tWhy?".encode("utf-16-le"),
            codecs.BOM_UTF16_BE + "type;text\rESSAY;Why?".encode("utf-16-be"),
            b"\n\nType,Question text\rESSAY,Why?\r\n\n",
        ],
    )
    def test_encodings_marks_and_line_ends(self, content: bytes) -> None:
        (row,) = rows("csv", content)

        assert row.written == {"type": "ESSAY", "text": "Why?"}

    def test_rows_are_numbered_as_people_see_them(self) -> None:
        found = rows("csv", b"type,text\nESSAY,One?\n,\nESSAY,Two?\n")

        assert [row.number for row in found] == [2, 4]

    def test_a_formula_is_only_its_text(self) -> None:
        content = sheet(["type", "text"], ["ESSAY", "=HYPERLINK(A1)"], ["ESSAY", "=1+1"])

        assert [row.written["text"] for row in rows("xlsx", content) if row.written] == [
            "=HYPERLINK(A1)",
            "=1+1",
        ]

    @pytest.mark.parametrize("format_", ["csv", "xlsx"])
    def test_no_export_holds_a_formula(self, format_: str) -> None:
        written = {**plainest("SINGLE"), "text": "=cmd|' /C calc'!A0", "reference": "@x"}
        content = b"".join(written_as(FORMATS[format_], [("q", written)], []))

        if format_ == "csv":
            assert b",'=cmd" in content
            return
        book = load_workbook(io.BytesIO(content))
        kinds = {cell.data_type for line in book.active.iter_rows() for cell in line}
        assert "f" not in kinds
        assert any(cell.value == "'@x" for line in book.active.iter_rows() for cell in line)

    def test_numbers_flags_and_dates_of_a_workbook(self) -> None:
        content = sheet(
            ["type", "text", "correct", "choice_1", "choice_2", "marks", "reference"],
            ["SINGLE", "How many?", 2, 1, 2.5, 1.5, datetime.date(2026, 1, 2)],
            ["TRUE_FALSE", True, True],
        )

        first, second = rows("xlsx", content)

        assert first.written is not None
        assert second.written is not None
        assert [each["text"] for each in first.written["choices"]] == ["1", "2.5"]
        assert first.written["choices"][1]["correct"] is True
        assert first.written["marks"] == "1.5"
        assert first.written["reference"].startswith("2026-01-02")
        assert (second.written["text"], second.written["answer"]) == ("TRUE", True)

    def test_what_no_column_is_for_is_said(self) -> None:
        (row,) = rows("csv", b"type,text,hint,tolerance\nESSAY,Why?,Think,3\n")
        assert row.written is not None

        assert [note.field for note in row.notes] == ["hint"]
        assert [note.field for note in read_entry(row.written).notes] == ["tolerance"]

    @pytest.mark.parametrize(
        ("line", "column"),
        [
            ("SINGLE,x,3,a,b,,,", "correct"),
            ("SINGLE,x,,a,b,,,", "choices"),
            ("SINGLE,x,1,a,b,,,so", "feedback_4"),
            ("TRUE_FALSE,x,perhaps,,,,,", "correct"),
            ("MATCHING,x,,a,b,c,,", "match_2"),
            ("FILL_BLANKS,{{a}} {{b}},,x,,,,", "choice_1"),
            ("RIDDLE,x,,,,,,", "type"),
        ],
    )
    def test_each_mistake_is_said_with_its_column(self, line: str, column: str) -> None:
        head = "type,text,correct,choice_1,choice_2,match_1,match_2,feedback_4\n"

        (row,) = rows("csv", (head + line + "\n").encode())

        problems = [*row.problems, *(read_entry(row.written).problems if row.written else ())]
        assert column in [problem.field for problem in problems]

    def test_a_cell_that_is_too_small_for_a_question_is_said(self) -> None:
        written = whole("SHORT_TEXT", accepted=[f"{n:02}" + "x" * 900 for n in range(40)])

        assert carried(written, "xlsx", FORMATS["xlsx"].cannot(written)) == (None, {"question"})

    def test_losses_have_a_sheet_of_their_own(self) -> None:
        written = {**plainest("SINGLE"), "text": "A\x0bB?"}
        content = b"".join(written_as(FORMATS["xlsx"], [("joins-1", written)], []))

        lost = load_workbook(io.BytesIO(content))["Losses"]

        assert [cell.value for cell in lost[2]] == [
            "joins-1",
            "A\x0bB?".replace("\x0b", ""),
            "characters",
        ]


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category">
  <category><text>$course$/top/Default for DB/A//B</text></category>
</question>
<question type="multichoice">
  <name><text>Joins</text></name>
  <questiontext format="html"><text><![CDATA[<p>Which <b>join</b>?</p><pre>SELECT 1
  &lt; 2</pre><img src="@@PLUGINFILE@@/a.png">]]></text>
    <file name="a.png" encoding="base64">eA==</file></questiontext>
  <defaultgrade>2.0000000</defaultgrade><single>true</single>
  <answer fraction="100" format="html"><text><![CDATA[<p>LEFT &amp; RIGHT</p>]]></text>
    <feedback format="html"><text>Yes</text></feedback></answer>
  <answer fraction="50" format="html"><text>INNER</text><feedback><text></text></feedback></answer>
</question>
<question type="shortanswer"><questiontext><text>Say it</text></questiontext>
  <answer fraction="100"><text>git*</text></answer><answer fraction="100"><text>git</text></answer>
</question>
<question type="calculated"><questiontext><text>{a} + {b}</text></questiontext></question>
</quiz>"""
GIFT = """
// a comment
$CATEGORY: $course$/top/Capitals

::Q1:: Where is the [sea] \\{x\\}? {
  =Here # right
  ~%50%There
  ~Nowhere
}

Two plus two is {#4:0.1}.

The sun rises in the east.{T#No#Yes}

Pick {~%50%a ~%50%b ~%-100%c}

Only words.
"""


class TestFilesOfMoodle:
    def test_xml_as_moodle_writes_it(self) -> None:
        choices, words, calculated = rows("moodlexml", MOODLE.encode())

        assert choices.written is not None
        assert choices.written["text"] == (
            "Which **join**?\n\n```\nSELECT 1\n  < 2\n```\n\n![](@@PLUGINFILE@@/a.png)"
        )
        assert "no picture that can be taken" in choices.problems[0].message
        assert (choices.written["subject"], choices.written["chapter"]) == ("Default for DB", "A/B")
        assert (choices.written["type"], choices.written["marks"]) == ("SINGLE", "2")
        assert choices.written["choices"] == [
            {"text": "LEFT & RIGHT", "correct": True, "feedback": "Yes"},
            {"text": "INNER", "correct": False, "feedback": ""},
        ]
        assert {note.field for note in choices.notes} == {"choices"}
        assert words.written is not None
        assert words.written["accepted"] == ["git"]
        assert [note.field for note in words.notes] == ["accepted"]
        assert "calculated" in calculated.problems[0].message

    def test_gift_as_people_write_it(self) -> None:
        single, number, truth, several, none = rows("gift", GIFT.encode())

        assert single.written is not None
        assert (single.number, single.written["text"]) == (5, "Where is the [sea] {x}?")
        assert single.written["subject"] == "Capitals"
        assert [each["correct"] for each in single.written["choices"]] == [True, False, False]
        assert [note.field for note in single.notes] == ["choices"]
        assert number.written is not None
        assert (number.written["value"], number.written["text"]) == ("4", "Two plus two is _____ .")
        assert truth.written is not None
        assert (truth.written["feedback_true"], truth.written["feedback_false"]) == ("Yes", "No")
        assert several.written is not None
        assert several.written["scoring"] == "partial"
        assert none.written is None
        for row in (single, number, truth, several):
            assert row.written is not None
            assert read_entry(row.written).problems == []

    @pytest.mark.parametrize(
        "entity",
        [
            '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
            '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;',
        ],
    )
    def test_entities_are_refused(self, entity: str) -> None:
        content = f"<!DOCTYPE quiz [{entity}]><quiz><question>&a;</question></quiz>"

        assert "document type" in refused("moodlexml", content.encode())

    def test_xml_that_is_nested_without_end(self) -> None:
        content = b"<quiz>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</quiz>"

        assert "nested" in refused("moodlexml", content)

    @pytest.mark.parametrize("format_", ["gift", "moodlexml"])
    def test_what_is_lost_stands_in_a_comment(self, format_: str) -> None:
        written = {**plainest("SINGLE"), "reference": "a--b-", "difficulty": "hard"}
        losses: list[Loss] = []
        content = b"".join(written_as(FORMATS[format_], [("a--b-", written)], losses))

        assert b"difficulty" in content
        assert len(rows(format_, content)) == 1


ITEM_3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    identifier="i1" title="t">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>B</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-item-body><p>Which one?</p>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
      <qti-simple-choice identifier="A">This</qti-simple-choice>
      <qti-simple-choice identifier="B">That</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
</qti-assessment-item>"""
MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
  <resource identifier="a" type="imsqti_item_xmlv3p0" href="{href}"/>
</resources></manifest>"""


def package(item: str = ITEM_3, href: str = "a.xml", manifest: str = MANIFEST) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", manifest.replace("{href}", href))
        archive.writestr("a.xml", item)
    return packed.getvalue()


class TestPackages:
    def test_the_names_of_version_3_are_read(self) -> None:
        (row,) = rows("qti", package())

        assert row.written == {
            "type": "SINGLE",
            "text": "Which one?",
            "choices": [
                {"text": "This", "correct": False, "feedback": ""},
                {"text": "That", "correct": True, "feedback": ""},
            ],
        }

    @pytest.mark.parametrize("href", ["../../etc/passwd", "/etc/passwd", "b.xml", "", "a.xml/.."])
    def test_a_name_that_is_not_in_the_package(self, href: str) -> None:
        (row,) = rows("qti", package(href=href))

        assert "not in the package" in row.problems[0].message

    @pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/cron.d/x", "..\\x", "a\x00b"])
    def test_whatever_else_is_in_the_package_is_left_there(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Parts are read by name into memory, so no name of a part leads to a file."""
        monkeypatch.chdir(tmp_path)
        packed = io.BytesIO(package())
        with zipfile.ZipFile(packed, "a") as archive:
            archive.writestr(name, b"* * * * * root true")

        assert [row.written["text"] for row in rows("qti", packed.getvalue())] == ["Which one?"]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("place", ["item", "manifest"])
    def test_entities_are_refused(self, place: str) -> None:
        bad = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>'

        assert "document type" in refused("qti", package(**{place: bad}))

    def test_a_zip_bomb(self) -> None:
        assert "larger than we take" in refused("qti", package(item=" " * 40_000_000))

    def test_a_zip_without_a_manifest(self) -> None:
        assert "imsmanifest.xml" in refused("qti", sheet(["a"]))

    def test_an_item_that_asks_what_we_have_not(self) -> None:
        (row,) = rows("qti", package(item=ITEM_3.replace("choice-inter", "slider-inter")))

        assert "sliderInteraction" in row.problems[0].message

    def test_losses_have_a_file_of_their_own(self) -> None:
        written = {**plainest("NUMERIC"), "reference": "n-1"}
        content = b"".join(written_as(FORMATS["qti"], [("n-1", written)], []))

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read("losses.txt") == b"n-1: unit_required, units\n"


class TestWhichFormat:
    @pytest.mark.parametrize("name", FORMATS)
    def test_by_extension_and_by_bytes(self, name: str) -> None:
        content = b"".join(written_as(FORMATS[name], [("q", plainest("SINGLE"))], []))

        assert recognise(io.BytesIO(content), f"a{FORMATS[name].extensions[0]}").name == name
        assert recognise(io.BytesIO(content), "a").name == name

    def test_of_what_is_none(self) -> None:
        with pytest.raises(FileUnreadable, match="Say its format"):
            recognise(io.BytesIO(b"hello"), "a")


def test_all_limits_are_those_of_the_platform() -> None:
    assert (registry.MOST_BYTES, registry.MOST_ROWS) == (20 * 1024 * 1024, 10_000)
