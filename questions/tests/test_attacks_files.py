"""Files that are made to take long, to take much, or to break what reads them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
from openpyxl import Workbook

from core.tests.runaways import not_running_away
from questions.errors import FileUnreadable
from questions.formats import FORMATS, Row, read_entry, rows_in, workbooks
from questions.formats.html_text import markdown_of
from questions.formats.workbooks import MOST_SHEETS
from questions.kinds import kind_of
from questions.planning import MOST_SHOWN, PlannedRow, RowState

# A hundredth of what is taken. What grew by the square would take minutes even so.
SIZE = 200_000


def rows(format_: str, content: bytes) -> list[Row]:
    return list(rows_in(io.BytesIO(content), FORMATS[format_]))


def moodle(type_: str, inside: str) -> bytes:
    return f'<quiz><question type="{type_}">{inside}</question></quiz>'.encode()


def html(text: str) -> bytes:
    words = f"<questiontext><text><![CDATA[{text}]]></text></questiontext>"
    return moodle("multichoice", words)


def text(said: str) -> bytes:
    words = f'<questiontext format="markdown"><text>{said}</text></questiontext>'
    return moodle("cloze", words)


def qti(items: int, paragraphs: int) -> bytes:
    resources = '<resource type="imsqti_item_xmlv2p1" href="i.xml"/>' * items
    body = f"<extendedTextInteraction/>{'<p/>' * paragraphs}"
    return packed(
        {
            "imsmanifest.xml": f"<manifest><resources>{resources}</resources></manifest>",
            "i.xml": f"<assessmentItem><itemBody>{body}</itemBody></assessmentItem>",
        }
    )


def packed(members: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook(change: Callable[[str, bytes], bytes] | None = None) -> bytes:
    book, made = Workbook(), io.BytesIO()
    for line in (["type", "text"], ["ESSAY", "Why?"]):
        book.active.append(line)
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = {name: change(name, each) if change else each for name, each in members.items()}
    return packed({**changed})


def far_away(name: str, part: bytes) -> bytes:
    """A cell that somebody touched by mistake, at the very end of the sheet."""
    cell = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    return part.replace(b"</sheetData>", cell) if "sheet1" in name else part


def many_sheets(name: str, part: bytes) -> bytes:
    again = b'<sheet name="s%d" sheetId="%d" state="visible" r:id="rId1"/>'
    names = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    more = b"".join(
        (again % (number, number + 9)).replace(b"<sheet ", b"<sheet " + names + b" ")
        for number in range(20_000)
    )
    return part.replace(b"</sheets>", more + b"</sheets>")


def shared_formulas(name: str, part: bytes) -> bytes:
    """One formula of 7,000 characters, and cells that say it again for a few bytes each."""
    if "sheet1" not in name:
        return part
    formula = "+".join(f"A{number}" for number in range(1, 1_500)).encode()
    first = (
        b'<row r="3"><c r="A3"><f t="shared" si="0" ref="A3:A9000">' + formula + b"</f></c></row>"
    )
    others = b"".join(
        b'<row r="%d"><c r="A%d"><f t="shared" si="0"/></c></row>' % (row, row)
        for row in range(4, 9_000)
    )
    return part.replace(b"</sheetData>", first + others + b"</sheetData>")


def within(part_name: str, before: bytes, more: bytes) -> Callable[[str, bytes], bytes]:
    def changed(name: str, part: bytes) -> bytes:
        return part.replace(before, more + before, 1) if part_name in name else part

    return changed


def with_texts(texts: bytes, cells: bytes = b"") -> bytes:
    """Openpyxl writes texts into their cells, all others into a part of their own."""
    relation = b'<Relationship Id="rIdT" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>'
    whole = workbook(within("workbook.xml.rels", b"</Relationships>", relation))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b"</sheetData>", cells + b"</sheetData>")
    return packed({**members, "xl/sharedStrings.xml": b"<sst>" + texts + b"</sst>"})


WORDS = b"<si><t>" + b"word " * 6_500 + b"</t></si>"
ROW_OF_WORDS = b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
# Each is what a few kilobytes can hold, and less room than there is for it.
SWOLLEN = {
    "formulas": (workbook(shared_formulas), "MOST_TEXT", 1_000_000),
    "words": (with_texts(WORDS, ROW_OF_WORDS), "MOST_TEXT", 1_000_000),
    "texts": (with_texts(b"<si><t/></si>" * 3_000), "MOST_ELEMENTS", 5_000),
    "cells": (
        workbook(within("sheet1", b"</sheetData>", b"<row>" + b"<c/>" * 6_000 + b"</row>")),
        *("MOST_ELEMENTS", 5_000),
    ),
    "styles": (
        workbook(within("styles", b"</cellXfs>", b'<xf numFmtId="14"/>' * 6_000)),
        *("MOST_ELEMENTS", 5_000),
    ),
    "relations": (
        workbook(within("workbook.xml.rels", b"</Relationships>", b"<Relationship/>" * 6_000)),
        *("MOST_ELEMENTS", 5_000),
    ),
}
# What is no business of ours, however much there is of it.
IDLE = {
    "merged ranges": within(
        "sheet1", b"<pageMargins", b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    ),
    "a claimed size": lambda _name, part: part.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'),
    "conditions": within(
        "sheet1",
        b"<pageMargins",
        b'<conditionalFormatting sqref="A1:XFD1048576"><cfRule type="expression" priority="1">'
        b"<formula>SUM($A$1:$XFD$1048576)</formula></cfRule></conditionalFormatting>",
    ),
    "columns far to the right": within(
        "sheet1", b"</sheetData>", b'<row r="3"><c r="XFD3"><v>1</v></c></row>'
    ),
}
LONG = {
    "gift: tags that never end": ("gift", b"q [html]" + b"<a" * (SIZE // 2) + b"{=x ~y}"),
    "gift: comments that never end": ("gift", b"[html]<p>" + b"<!--" * (SIZE // 4) + b"{=x ~y}"),
    "gift: declarations": ("gift", b"[html]<p>" + b"<!" * (SIZE // 2) + b"{=x ~y}"),
    "gift: feedback without an end": ("gift", b"q{TRUE" + b"#a" * (SIZE // 2) + b"}"),
    "gift: names that never end": ("gift", b"// " + b"[id:" * (SIZE // 4) + b"\nq{}"),
    "gift: choices": ("gift", b"q{" + b"~a#b" * (SIZE // 4) + b"}"),
    "moodle: tags that never end": ("moodlexml", html("<a" * (SIZE // 2))),
    "moodle: declarations": ("moodlexml", html("<!" * (SIZE // 2))),
    "moodle: blanks that never end": ("moodlexml", text("{1:SA:" * (SIZE // 6))),
    "moodle: blanks that never end, escaped": ("moodlexml", text(r"{1:SA:\}" * (SIZE // 8))),
    "csv: columns": ("csv", ("type,text," + ",".join(map(str, range(40_000)))).encode() + b"\nE,x"),
    "qti: one item again and again": ("qti", qti(items=5_000, paragraphs=20_000)),
    "xlsx: a cell in the last row": ("xlsx", workbook(far_away)),
    "xlsx: sheets": ("xlsx", workbook(many_sheets)),
}


@pytest.mark.parametrize("name", LONG)
def test_a_file_takes_no_longer_than_any_of_its_size(name: str) -> None:
    format_, content = LONG[name]

    with not_running_away(), suppress(FileUnreadable):
        for row in rows(format_, content):
            read_entry(row.written or {})


def test_answers_in_gift_that_are_none_spoil_their_own_question_only() -> None:
    first, second = rows("gift", b"Where?{here}\n\nWhy?{=so ~not so}")

    assert (first.written, first.problems[0].field) == (None, "choices")
    assert second.written is not None


@pytest.mark.parametrize("factor", ["1e-999999999", "1e999999", "0", "nan", "-inf", "many"])
def test_a_factor_that_nobody_can_write_out_is_a_problem_of_its_row(factor: str) -> None:
    unit = f"<units><unit><multiplier>{factor}</multiplier><unit_name>m</unit_name></unit></units>"
    answer = '<answer fraction="100"><text>1</text></answer>'
    words = '<questiontext format="markdown"><text>How far?</text></questiontext>'

    (row,) = rows("moodlexml", moodle("numerical", f"{words}{unit}{answer}"))

    reading = read_entry(row.written or {})
    assert {problem.field for problem in reading.problems} == {"units"}


def test_an_item_is_read_once_however_often_a_manifest_names_it() -> None:
    first, *others = rows("qti", qti(items=3, paragraphs=0))

    assert first.written is not None
    assert [each.problems[0].message for each in others] == [
        "The manifest names this file twice."
    ] * 2


def test_a_workbook_of_too_many_sheets_is_told_how_many_may_be() -> None:
    with pytest.raises(FileUnreadable, match=str(MOST_SHEETS)):
        rows("xlsx", workbook(many_sheets))


@pytest.mark.parametrize("name", SWOLLEN)
def test_a_workbook_of_more_than_we_look_at_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, limit, most = SWOLLEN[name]
    monkeypatch.setattr(workbooks, limit, most)

    with pytest.raises(FileUnreadable, match="more in this workbook"):
        rows("xlsx", content)


def test_a_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(FileUnreadable, match="more text than any spreadsheet"):
        rows("xlsx", with_texts(WORDS.replace(b"word ", b"words ")))


def test_texts_in_a_part_of_their_own_are_found_without_how_they_are_spoken() -> None:
    texts = (
        b"<si><t>ESSAY</t></si><si><r><rPr><b/></rPr><t>So </t></r><r><t>what?</t></r>"
        b'<rPh sb="0" eb="1"><t>so wot</t></rPh></si>'
    )
    cells = b'<row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" t="s"><v>1</v></c></row>'

    *_others, row = rows("xlsx", with_texts(texts, cells))

    assert (row.number, row.written) == (5, {"type": "ESSAY", "text": "So what?"})


@pytest.mark.parametrize("name", IDLE)
def test_what_else_a_workbook_holds_costs_nothing(name: str) -> None:
    assert [row.number for row in rows("xlsx", workbook(IDLE[name]))] == [2]


def test_cells_of_a_shared_formula_say_the_formula_and_nothing_is_worked_out() -> None:
    formulas = within(
        "sheet1",
        b"</sheetData>",
        b'<row r="3"><c r="A3" t="inlineStr"><is><t>ESSAY</t></is></c>'
        b'<c r="B3"><f t="shared" si="0" ref="B3:B4">A3&amp;"?"</f><v>ESSAY?</v></c></row>'
        b'<row r="4"><c r="A4" t="inlineStr"><is><t>ESSAY</t></is></c>'
        b'<c r="B4"><f t="shared" si="0"/><v>ESSAY?</v></c></row>',
    )

    found = rows("xlsx", workbook(formulas))

    assert [(row.written or {})["text"] for row in found] == ["Why?", '=A3&"?"', '=A3&"?"']


def test_an_empty_row_between_is_passed_over_and_the_last_one_is_read() -> None:
    found = rows("xlsx", workbook(far_away))

    assert [row.number for row in found] == [2, 1_048_576]


@pytest.mark.parametrize(
    ("written", "most"),
    [
        ({"type": "SINGLE", "text": "?", "choices": [1] * 50_000}, 25),
        ({"type": "MATCHING", "text": "?", "pairs": [1] * 50_000}, 25),
    ],
)
def test_a_question_of_too_many_parts_has_not_as_many_problems(written: dict, most: int) -> None:  # type: ignore[type-arg]
    outline, problems = kind_of(written["type"]).read(written)

    assert outline is None
    assert 0 < len(problems) <= most


def test_a_report_shows_some_problems_of_a_row_and_not_thousands() -> None:
    many = {f"column {number}": "x" for number in range(5_000)}
    reading = read_entry({"type": "ESSAY", "text": "Why?", **many})
    row = PlannedRow(Row(1, {}), RowState.NEW, reading.entry, notes=reading.notes)

    assert len(reading.notes) == len(many)
    assert len(row.shown()["notes"]) == MOST_SHOWN


def test_html_without_comments_keeps_what_stands_around_them() -> None:
    found, has_lost = markdown_of("<p>One<!-- > two --> and <b>three</b><!-- four")

    assert (found, has_lost) == ("One and **three**", False)
