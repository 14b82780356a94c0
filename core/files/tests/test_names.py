"""What becomes of the names that people give to files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.files.names import NAME_LENGTH, content_disposition, safe_name


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("Résumé (final).pdf", "Résumé (final).pdf"),
        ("Re\u0301sume\u0301.pdf", "Résumé.pdf"),
        ("परियोजना.pdf", "परियोजना.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\diya\\essay.txt", "essay.txt"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("/", "file"),
        (".pdf", "pdf"),
        ("a\x00b.txt", "ab.txt"),
        ("line\r\nSet-Cookie: x.txt", "line Set-Cookie_ x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ufeffzero\u200bwidth.txt", "zerowidth.txt"),
        ("\ud800.txt", "txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("essay.txt. . .", "essay.txt"),
        ("a" * 300 + ".txt", "a" * (NAME_LENGTH - 4) + ".txt"),
        ("क्‍ष.txt", "क्‍ष.txt"),
    ],
)
def test_a_name_becomes_harmless_and_stays_readable(given_name, kept):
    assert safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_whatever_is_given_a_name_comes_out_that_stays_as_it_is(given_name):
    name = safe_name(given_name)
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\\r\n\x00"')
    assert not name.startswith(".")
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        (
            "Résumé.pdf",
            "attachment; filename=\"Resume.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf",
        ),
        ("परियोजना.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E0"),
        ('a";x.pdf', "attachment; filename=\"ax.pdf\"; filename*=UTF-8''a%22%3Bx.pdf"),
    ],
)
def test_a_header_says_it_in_ascii_and_in_full(name, header):
    assert content_disposition(name, as_attachment=True).startswith(header)


@given(st.text(max_size=100))
def test_no_name_breaks_out_of_its_header(given_name):
    header = content_disposition(safe_name(given_name), as_attachment=False)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
