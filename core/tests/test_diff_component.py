"""How a difference is shown, to eyes and to screen readers."""

from html.parser import HTMLParser

from django.template import Context, Template

from core.differences import MOST_LINES, Difference, compare
from core.tests.runaways import not_running_away


class Rows(HTMLParser):
    """The text of each cell that is read aloud, by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_read = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.is_read = ("aria-hidden", "true") not in attrs

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.is_read = False

    def handle_data(self, data):
        if self.is_read:
            self.rows[-1][-1] += data


def shown(difference: Difference) -> str:
    source = '{% load components %}{% component "diff" difference=difference title="a.py" / %}'
    return Template(source).render(Context({"difference": difference}))


def test_each_line_is_read_with_its_numbers_and_what_became_of_it():
    html = shown(compare("same\nthe new name\nold", "same\nthe new title\nadded"))
    assert Rows(html).rows == [
        ["Before", "After"],
        ["1", "same", "1", ""],
        ["2", "Removed: the new name", "2", "Added: the new title"],
        ["3", "Removed: old", "", ""],
        ["", "", "3", "Added: added"],
    ]
    assert "<mark>name</mark>" in html
    assert "<mark>title</mark>" in html
    assert "2 lines added, 2 removed" in html


def test_blanks_stay_and_markup_does_not():
    html = shown(compare("", "\t <b>x</b>  "))
    assert "<bdi>\t &lt;b&gt;x&lt;/b&gt;  </bdi>" in html


def test_what_is_left_out_is_counted():
    html = shown(compare("a\n" * 20, "a\n" * 20 + "b"))
    assert "17 unchanged lines" in html


def test_nothing_and_too_much_are_said_in_words():
    assert "Nothing changed here." in shown(compare("a", "a"))
    assert "too long to be compared" in shown(Difference(is_too_long=True))


def test_the_longest_difference_is_soon_drawn():
    difference = compare("a b c d e\n" * MOST_LINES, "a b c d f\n" * MOST_LINES)
    with not_running_away():
        assert shown(difference).count("<mark>") == 2 * MOST_LINES
