"""Rules alone: progress for whatever content and work there may be, and days over any clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.days import FIRST_DAY, LAST_DAY
from curriculum.rules import (
    APPROVED,
    CHANGES_REQUESTED,
    PENDING,
    REJECTED,
    DeliverableOutline,
    NextKind,
    ProjectOutline,
    ProjectStatus,
    StepOutline,
    Work,
    due_on,
    is_overdue,
    is_stuck,
    next_of,
    percent_of,
    placed_among,
    progress_of,
)

STATUSES = ["", PENDING, APPROVED, CHANGES_REQUESTED, REJECTED]
often = settings(max_examples=300)

flags = st.lists(st.booleans(), max_size=5)


@st.composite
def tracks(draw):
    """Projects with steps and deliverables of any mark; ids are never the same."""
    projects = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        steps = tuple(
            StepOutline(1000 * number + place, is_required)
            for place, is_required in enumerate(draw(flags))
        )
        deliverables = tuple(
            DeliverableOutline(1000 * number + 500 + place, is_required)
            for place, is_required in enumerate(draw(flags))
        )
        projects.append(ProjectOutline(number, number, steps, deliverables))
    return projects


def steps_of(projects):
    return [step.id for project in projects for step in project.steps]


def deliverables_of(projects):
    return [each.id for project in projects for each in project.deliverables]


@st.composite
def tracks_and_work(draw):
    """Also work on what is no longer there, as after an edit."""
    projects = draw(tracks())
    steps = draw(st.sets(st.sampled_from([*steps_of(projects), 77, 78])))
    known = st.sampled_from([*deliverables_of(projects), 79])
    statuses = draw(st.dictionaries(known, st.sampled_from(STATUSES)))
    return projects, Work(frozenset(steps), statuses)


def is_done(project, work):
    """In words of its own: all that is required, be it nothing."""
    required = [each.id in work.steps for each in project.steps if each.is_required]
    required += [
        work.status_of(each.id) == APPROVED for each in project.deliverables if each.is_required
    ]
    return all(required)


def has_begun(project, work):
    return any(step.id in work.steps for step in project.steps) or any(
        work.status_of(each.id) for each in project.deliverables
    )


@often
@given(tracks_and_work())
def test_percentages_stay_within_bounds_and_100_means_all(world):
    projects, work = world
    progress = progress_of(projects, work)
    for each in [*progress.projects, progress]:
        assert 0 <= each.done <= each.total
        assert 0 <= each.percent <= 100
        assert (each.percent == 100) == each.is_complete
    for each, project in zip(progress.projects, projects, strict=True):
        assert each.is_complete <= is_done(project, work)
        assert each.is_locked or each.is_complete == is_done(project, work)
    assert progress.is_complete == (
        progress.total > 0 and all(is_done(project, work) for project in projects)
    )


@often
@given(tracks_and_work(), st.data())
def test_more_work_never_means_less_progress(world, data):
    projects, work = world
    before = progress_of(projects, work)
    more_steps = data.draw(st.sets(st.sampled_from([*steps_of(projects), 77])))
    more_approved = data.draw(st.sets(st.sampled_from([*deliverables_of(projects), 79])))
    more = Work(
        work.steps | more_steps, {**work.deliverables, **dict.fromkeys(more_approved, APPROVED)}
    )

    after = progress_of(projects, more)

    assert after.percent >= before.percent
    for was, now in zip(before.projects, after.projects, strict=True):
        assert now.done >= was.done
        assert now.percent >= was.percent
        assert now.is_locked <= was.is_locked
        assert now.is_complete >= was.is_complete
        assert now.locked_steps <= was.locked_steps


@often
@given(tracks_and_work(), st.data())
def test_nothing_that_one_has_worked_on_closes_when_content_is_added(world, data):
    projects, work = world
    place = data.draw(st.integers(0, len(projects) - 1))
    more = data.draw(st.sampled_from(["step", "deliverable", "project"]))
    if more == "project":
        added = ProjectOutline(99, 0, (StepOutline(99_000),), (DeliverableOutline(99_500),))
        longer = [added, *projects]
    else:
        grown = projects[place]
        longer = [*projects]
        longer[place] = (
            replace(grown, steps=(StepOutline(99_000), *grown.steps))
            if more == "step"
            else replace(grown, deliverables=(*grown.deliverables, DeliverableOutline(99_500)))
        )

    before, after = progress_of(projects, work), progress_of(longer, work)

    for project in projects:
        if has_begun(project, work):
            assert not after.of(project.id).is_locked
            assert after.of(project.id).done == before.of(project.id).done
            assert not after.of(project.id).locked_steps & work.steps


@often
@given(tracks_and_work())
def test_a_step_is_locked_while_an_earlier_required_one_is_open(world):
    projects, work = world
    progress = progress_of(projects, work)
    for project in projects:
        here = progress.of(project.id)
        for place, step in enumerate(project.steps):
            waits = any(
                each.is_required and each.id not in work.steps for each in project.steps[:place]
            )
            is_done = step.id in work.steps
            assert (step.id in here.locked_steps) == (not is_done and (here.is_locked or waits))
            assert (step.id in here.done_steps) == is_done
        assert here.open_step is None or here.is_locked or here.open_step not in here.locked_steps


@often
@given(tracks_and_work())
def test_a_project_is_open_after_a_complete_one_or_when_one_has_begun_it(world):
    projects, work = world
    progress = progress_of(projects, work)
    is_free = True
    for project in projects:
        here = progress.of(project.id)
        assert here.is_locked == (not is_free and not has_begun(project, work))
        is_free = here.is_complete
    current = progress.current
    assert (current is None) == all(
        each.is_complete or each.is_locked for each in progress.projects
    )
    if progress.total and not progress.is_complete:
        assert current is not None


@often
@given(tracks_and_work())
def test_there_is_always_a_next_thing_and_it_can_be_done(world):
    projects, work = world
    found = next_of(projects, work)
    progress = progress_of(projects, work)
    if found is None:
        assert not progress.total
        return
    if found.kind is NextKind.DONE:
        assert progress.is_complete
    if found.kind is NextKind.STEP:
        assert found.step not in work.steps
        assert found.step not in progress.of(found.project).locked_steps
    if found.kind is NextKind.HAND_IN:
        assert work.status_of(found.deliverable) == ""
    if found.kind is NextKind.REVISE:
        assert work.status_of(found.deliverable) == CHANGES_REQUESTED


@given(tracks_and_work())
def test_the_order_in_which_projects_are_given_does_not_matter(world):
    projects, work = world
    assert progress_of(projects[::-1], work) == progress_of(projects, work)


def test_a_track_without_anything_is_not_complete():
    nothing = progress_of([], Work())
    assert (nothing.percent, nothing.is_complete, nothing.current) == (0, False, None)
    empty = progress_of([ProjectOutline(1, 1)], Work())
    assert (empty.percent, empty.is_complete) == (0, False)
    assert next_of([ProjectOutline(1, 1)], Work()) is None


def test_a_project_that_asks_for_nothing_stands_in_nobodys_way():
    first = ProjectOutline(1, 1, (StepOutline(11),))
    optional = ProjectOutline(2, 2, (StepOutline(21, is_required=False),))
    last = ProjectOutline(3, 3, (StepOutline(31),))
    before = progress_of([first, optional, last], Work())
    assert before.of(2).status is before.of(3).status is ProjectStatus.LOCKED
    work = Work(frozenset({11}))
    after = progress_of([first, optional, last], work)
    assert (after.of(2).status, after.of(2).percent) == (ProjectStatus.COMPLETE, 100)
    assert after.of(3).status is ProjectStatus.OPEN
    assert next_of([first, optional, last], work).step == 31


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_percentage_never_says_more_than_is_done(done, total):
    percent = percent_of(min(done, total), total)
    assert percent * total <= 100 * min(done, total)


@given(st.lists(st.integers(), unique=True, max_size=8), st.data())
def test_what_is_placed_stands_at_its_number_and_the_rest_in_order(rest, data):
    numbers = data.draw(st.sets(st.integers(1, 12), max_size=4))
    placed = [(number, f"at {number}") for number in numbers]

    order = placed_among(rest, placed)

    assert [each for each in order if not isinstance(each, str)] == rest
    assert sorted(map(str, order)) == sorted([*map(str, rest), *(name for _n, name in placed)])
    for number, name in placed:
        if number <= len(order) - sum(other > number for other in numbers):
            assert order.index(name) == number - 1


# Days


days = st.dates(FIRST_DAY, LAST_DAY)
zones = st.sampled_from(sorted(available_timezones()))


@given(days, st.integers(1, 52))
def test_a_week_ends_on_the_day_before_its_weekday_comes_again(starts_on, week):
    due = due_on(starts_on, week)
    assert (due - starts_on).days == 7 * week - 1
    assert (due + timedelta(days=1)).weekday() == starts_on.weekday()


@often
@given(days, zones)
def test_the_whole_day_there_is_in_time_and_the_next_one_is_not(due, zone):
    there = ZoneInfo(zone)
    last = datetime.combine(due, time(23, 59, 59), tzinfo=there)
    after = datetime.combine(due + timedelta(days=1), time(4), tzinfo=there)
    # An island that crosses the date line leaves a day out.
    assume(last.astimezone(UTC).astimezone(there).date() == due)
    assert not is_overdue(due, time_zone=zone, at=last.astimezone(UTC))
    assert is_overdue(due, time_zone=zone, at=after.astimezone(UTC))


@pytest.mark.parametrize(
    ("due", "zone", "last_moment"),
    [
        # The night in which clocks go forward, back, and one without such a night.
        (date(2026, 3, 28), "Europe/Berlin", datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), "Europe/Berlin", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 11, 1), "America/New_York", datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), "Asia/Kolkata", datetime(2026, 10, 25, 18, 29, 59, tzinfo=UTC)),
        # Midnight itself is left out there when clocks go forward.
        (date(2026, 9, 5), "America/Santiago", datetime(2026, 9, 6, 3, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_is_over_with_its_last_second_whatever_clocks_do(due, zone, last_moment):
    assert not is_overdue(due, time_zone=zone, at=last_moment)
    assert is_overdue(due, time_zone=zone, at=last_moment + timedelta(seconds=1))


def test_weeks_are_days_of_the_calendar_and_no_hours():
    """Three weeks from a start in summer time end on the same weekday, in winter time."""
    assert due_on(date(2026, 10, 12), 3) == date(2026, 11, 1)


def test_seven_days_without_a_move_are_stuck():
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert is_stuck(at - timedelta(days=7), at=at)
    assert not is_stuck(at - timedelta(days=7) + timedelta(seconds=1), at=at)
