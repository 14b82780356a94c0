"""Tables that people sort."""

from django.http import QueryDict

from core.tables import Column, table

COLUMNS = (
    Column("name", "Student", order_by=("name",)),
    Column("score", "Score", kind="number", order_by=("-score", "name")),
    Column("state", "State"),
)


def shown(query: str = ""):
    return table(COLUMNS, QueryDict(query), default="name")


def test_without_a_wish_the_default_holds():
    assert shown().order_by == ["name", "pk"]
    assert [heading.direction for heading in shown().headings] == ["ascending", "", ""]


def test_a_minus_turns_every_field():
    assert shown("sort=-score").order_by == ["score", "-name", "pk"]
    assert shown("sort=-score").headings[1].direction == "descending"


def test_what_cannot_be_sorted_by_is_not_asked_about():
    for wish in ("state", "password", "-", "name__password", "--name"):
        assert shown(f"sort={wish}").order_by == ["name", "pk"]


def test_a_heading_turns_its_own_column_and_keeps_the_filters():
    name, score, state = shown("sort=name&q=ada&page=3").headings
    assert name.url == "?sort=-name&q=ada"
    assert score.url == "?sort=score&q=ada"
    assert state.url == ""
