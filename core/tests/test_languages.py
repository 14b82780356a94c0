"""The language in which a person is spoken to."""

import pytest

from core.languages import language_of


@pytest.mark.parametrize(
    ("chosen", "spoken"),
    [("hi", "hi"), ("hi-in", "hi"), ("en-gb", "en"), ("tlh", "en"), ("", "en")],
)
def test_people_are_spoken_to_in_a_language_of_ours(chosen, spoken):
    person = type("Person", (), {"locale": chosen})()
    assert language_of(person) == spoken
    assert language_of(None) == "en"
