"""What may be an event, and what comes back from its row."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from core.events.definition import BadEventError, event, from_payload, to_payload
from core.events.tests.samples import BellRung


@event("core.everything_plain_told")
class EverythingPlain:
    """One field of each kind."""

    number: int
    share: float
    is_so: bool
    text: str | None
    thing: UUID
    moment: datetime
    ids: list[int]
    counts: dict[str, int]


def test_an_event_comes_back_from_its_payload_as_it_was():
    told = EverythingPlain(
        number=1,
        share=0.5,
        is_so=True,
        text=None,
        thing=uuid4(),
        moment=datetime(2026, 11, 20, 12, tzinfo=UTC),
        ids=[1, 2],
        counts={"a": 1},
    )
    assert from_payload("core.everything_plain_told", to_payload(told)) == told


def test_a_field_that_was_added_later_takes_its_default_and_a_dropped_one_is_left_out():
    old = {"loudness": 3, "pitch": "high"}
    assert from_payload("core.bell_rung", old) == BellRung(loudness=3, by_whom="somebody")


def test_fields_are_given_by_name_and_never_change():
    rung = BellRung(loudness=3)
    with pytest.raises(AttributeError):
        rung.loudness = 4
    with pytest.raises(TypeError):
        BellRung(3)


@pytest.mark.parametrize("loudness", ["loud", None, object(), float("nan")])
def test_what_would_not_read_back_is_refused(loudness):
    with pytest.raises(BadEventError, match=r"core\.bell_rung"):
        to_payload(BellRung(loudness=loudness))


def test_a_number_that_is_none_is_refused():
    nan = EverythingPlain(
        number=1,
        share=float("nan"),
        is_so=True,
        text="",
        thing=uuid4(),
        moment=datetime(2026, 11, 20, tzinfo=UTC),
        ids=[],
        counts={},
    )
    with pytest.raises(BadEventError):
        to_payload(nan)


def test_a_thing_in_place_of_its_id_is_refused_when_it_is_declared():
    with pytest.raises(BadEventError, match="whole"):

        @event("core.whole_thing_told")
        class WholeThing:
            """Holds an object."""

            whole: BellRung


@pytest.mark.parametrize("name", ["BellRung", "core", "core.Bell", "core.bell.rung", ""])
def test_a_name_that_is_no_app_and_fact_is_refused(name):
    with pytest.raises(BadEventError):

        @event(name)
        class Named:
            """Named badly."""


def test_an_event_without_a_docstring_is_refused():
    with pytest.raises(BadEventError, match="docstring"):

        @event("core.silence_kept")
        class Silent:
            number: int


def test_two_events_cannot_have_one_name():
    with pytest.raises(ValueError, match="registered already"):

        @event("core.bell_rung")
        class Other:
            """Takes the name of another."""


def test_what_was_not_declared_is_no_event():
    with pytest.raises(BadEventError, match="declare it"):
        to_payload({"loudness": 3})
