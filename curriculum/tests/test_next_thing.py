"""The one next thing on a track, by the pure rule."""

import pytest

from curriculum.rules import (
    DeliverableOutline,
    Next,
    NextKind,
    ProjectOutline,
    StepOutline,
    Work,
    is_handed_in,
    next_of,
)

FIRST = ProjectOutline(
    id=1,
    number=1,
    steps=(StepOutline(11), StepOutline(12, is_required=False), StepOutline(13)),
    deliverables=(DeliverableOutline(101), DeliverableOutline(102, is_required=False)),
)
SECOND = ProjectOutline(
    id=2, number=2, steps=(StepOutline(21),), deliverables=(DeliverableOutline(201),)
)
TRACK = [SECOND, FIRST]
ALL_STEPS = {11, 13}


@pytest.mark.parametrize(
    ("steps", "deliverables", "expected"),
    [
        (set(), {}, Next(NextKind.STEP, 1, step=11)),
        ({11}, {}, Next(NextKind.STEP, 1, step=13)),
        (ALL_STEPS, {}, Next(NextKind.HAND_IN, 1, deliverable=101)),
        (ALL_STEPS, {101: "pending"}, Next(NextKind.WAIT, 1, deliverable=101)),
        (ALL_STEPS, {101: "rejected"}, Next(NextKind.REJECTED, 1, deliverable=101)),
        (ALL_STEPS, {101: "approved"}, Next(NextKind.STEP, 2, step=21)),
        (
            ALL_STEPS,
            {101: "approved", 102: "changes_requested"},
            Next(NextKind.REVISE, 1, deliverable=102),
        ),
        ({11}, {101: "changes_requested"}, Next(NextKind.REVISE, 1, deliverable=101)),
        (ALL_STEPS | {21}, {101: "approved", 201: "approved"}, Next(NextKind.DONE, 2)),
    ],
)
def test_the_next_thing_is_what_one_can_do_now(steps, deliverables, expected):
    assert next_of(TRACK, Work(steps, deliverables)) == expected


def test_a_track_without_projects_has_no_next_thing():
    assert next_of([], Work()) is None


def test_a_project_without_parts_is_no_next_thing():
    assert next_of([ProjectOutline(1, 1)], Work()) is None
    assert next_of([ProjectOutline(0, 0), *TRACK], Work()) == Next(NextKind.STEP, 1, step=11)


def test_handed_in_is_what_leaves_nothing_for_the_student_to_do():
    assert not is_handed_in(FIRST, Work(ALL_STEPS))
    assert not is_handed_in(FIRST, Work({11}, {101: "pending"}))
    assert not is_handed_in(FIRST, Work(ALL_STEPS, {101: "changes_requested"}))
    assert is_handed_in(FIRST, Work(ALL_STEPS, {101: "pending"}))
