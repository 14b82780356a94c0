"""The content files of the tracks, read whole or refused with file, line and what to do.

Pure: files in, frozen values out. What becomes of them in the database is the loader's matter.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt

from curriculum.content_heads import (
    KEY,
    LONGEST_KEY,
    ContentError,
    Head,
    Source,
    called,
    read_source,
    twins,
)

PROJECT_TYPES = ("INTERNAL", "CAPSTONE")
DELIVERABLE_KINDS = (
    "link",
    "repository",
    "pull_request",
    "file",
    "dashboard",
    "deployed_url",
    "text",
)
CAPSTONE_NUMBER = 10
LONGEST_TITLE = 120
LONGEST_LINE = 300

_CODE = re.compile(r"[A-Z]{2,8}")
_PROJECT_NAME = re.compile(r"(?P<number>\d\d)-(?P<slug>[a-z0-9]+(-[a-z0-9]+)*)\.md")
_STEP_TITLE = re.compile(r"(?P<title>.*\S)\s+\{#(?P<key>[^\s}]*)(?:\s+(?P<mark>[^}]*))?\}")
_DONE_WHEN = "**Done when**"

_TRACK = ("code", "name", "pitch", "duration_weeks")
_PROJECT = (
    *("number", "title", "summary", "type", "hours", "due_week"),
    *("tech_stack", "goals", "template", "deliverables"),
)
_DELIVERABLE = ("key", "kind", "title", "required", "about", "rubric")
_CRITERION = ("key", "criterion", "points", "about")


@dataclass(frozen=True)
class CriterionFile:
    key: str
    criterion: str
    points: int
    about: str


@dataclass(frozen=True)
class DeliverableFile:
    key: str
    kind: str
    title: str
    is_required: bool
    approves_on_merge: bool
    about: str
    rubric: tuple[CriterionFile, ...]


@dataclass(frozen=True)
class StepFile:
    """`done_when` is Markdown like `body`, without the words that mark it in the file."""

    key: str
    title: str
    is_required: bool
    body: str
    done_when: str


@dataclass(frozen=True)
class ProjectFile:
    """`file` is the name by which messages call it, such as `DP/01-prices.md`."""

    file: str
    number: int
    slug: str
    title: str
    summary: str
    type: str
    hours: int
    due_week: int
    tech_stack: tuple[str, ...]
    goals: tuple[str, ...]
    template: str
    brief: str
    steps: tuple[StepFile, ...]
    deliverables: tuple[DeliverableFile, ...]


@dataclass(frozen=True)
class TrackFile:
    file: str
    code: str
    name: str
    pitch: str
    duration_weeks: int
    description: str
    projects: tuple[ProjectFile, ...]


def read_tracks(folder: Path) -> list[TrackFile]:
    """Every track of the folder, in the order of the codes; its projects by number."""
    if not folder.is_dir():
        raise ContentError(folder.name, None, "There is no such folder: name the one with tracks.")
    tracks = [_read_track(each) for each in _visible(folder) if each.is_dir()]
    projects = [project for track in tracks for project in track.projects]
    for template in twins([project.template for project in projects]):
        *_others, last = [each for each in projects if each.template == template]
        raise ContentError(
            last.file, None, f"`template: {template}` is another project's: give each its own."
        )
    return tracks


def _read_track(folder: Path) -> TrackFile:
    source = read_source(folder / "track.md")
    head = Head(source.file, source.head, "track", _TRACK)
    code = head.matching("code", _CODE, "two to eight capital letters, such as DP")
    if code != folder.name:
        raise head.wrong("code", f"is {code}, but the folder is {folder.name}: use one name")
    duration_weeks = head.number("duration_weeks", 1, 52)
    _read_blocks(source)
    return TrackFile(
        file=source.file,
        code=code,
        name=head.line("name", LONGEST_TITLE),
        pitch=head.line("pitch", LONGEST_LINE),
        duration_weeks=duration_weeks,
        description=source.between(0, None, "describe the track"),
        projects=tuple(_read_projects(folder, duration_weeks)),
    )


def _read_projects(folder: Path, duration_weeks: int) -> Iterator[ProjectFile]:
    paths = [path for path in _visible(folder) if path.name != "track.md"]
    due_week = 1
    for position, path in enumerate(paths, start=1):
        project = _read_project(path, position, earliest=due_week, latest=duration_weeks)
        due_week = project.due_week
        yield project


def _read_project(path: Path, position: int, *, earliest: int, latest: int) -> ProjectFile:
    named = _PROJECT_NAME.fullmatch(path.name)
    if not named:
        raise ContentError(
            called(path), None, "Not a project's name: call it like 01-short-name.md."
        )
    source = read_source(path)
    head = Head(source.file, source.head, "project", _PROJECT)
    number = head.number("number", 1, CAPSTONE_NUMBER)
    if number != int(named["number"]):
        raise head.wrong("number", f"is {number}, but the file's name says {named['number']}")
    if number != position:
        raise head.wrong("number", f"should be {position}: count from 1, without gaps or twins")
    kind = head.one_of("type", PROJECT_TYPES)
    if (kind == "CAPSTONE") != (number == CAPSTONE_NUMBER):
        raise head.wrong("type", f"is CAPSTONE for number {CAPSTONE_NUMBER}, and for it alone")
    due_week = head.number("due_week", 1, latest)
    if due_week < earliest:
        raise head.wrong("due_week", f"falls: the project before it is due in week {earliest}")
    brief, steps = _read_steps(source)
    return ProjectFile(
        file=source.file,
        number=number,
        slug=named["slug"],
        title=head.line("title", LONGEST_TITLE),
        summary=head.line("summary", LONGEST_LINE),
        type=kind,
        hours=head.number("hours", 1, 100),
        due_week=due_week,
        tech_stack=head.lines("tech_stack", 1, 12, longest=LONGEST_KEY),
        goals=head.lines("goals", 3, 6, longest=LONGEST_LINE),
        template=head.key("template"),
        brief=brief,
        steps=steps,
        deliverables=_read_deliverables(head),
    )


def _read_deliverables(head: Head) -> tuple[DeliverableFile, ...]:
    parts = head.parts(
        "deliverables", 2, 4, "deliverable", _DELIVERABLE, optional=("approves_on_merge",)
    )
    deliverables = tuple(_read_deliverable(part) for part in parts)
    if not any(each.is_required for each in deliverables):
        raise head.wrong("deliverables", "are all optional: at least one is `required: true`")
    return deliverables


def _read_deliverable(head: Head) -> DeliverableFile:
    kind = head.one_of("kind", DELIVERABLE_KINDS)
    approves_on_merge = head.flag("approves_on_merge", default=False)
    if approves_on_merge and kind != "pull_request":
        raise head.wrong("approves_on_merge", f"is for pull_request, not for {kind}: leave it out")
    return DeliverableFile(
        key=head.key("key"),
        kind=kind,
        title=head.line("title", LONGEST_TITLE),
        is_required=head.flag("required"),
        approves_on_merge=approves_on_merge,
        about=head.text("about"),
        rubric=tuple(
            CriterionFile(
                key=part.key("key"),
                criterion=part.line("criterion", LONGEST_TITLE),
                points=part.number("points", 1, 100),
                about=part.text("about"),
            )
            for part in head.parts("rubric", 3, 5, "criterion", _CRITERION)
        ),
    )


def _read_steps(source: Source) -> tuple[str, tuple[StepFile, ...]]:
    """The brief, and what follows it by its headings of the second level."""
    blocks = _read_blocks(source)
    starts = [place for place, block in enumerate(blocks) if block.tag == "h2"]
    if not 4 <= len(starts) <= 8:
        raise ContentError(
            source.file, None, f"{len(starts)} steps: write 4 to 8, each under `## Title {{#key}}`."
        )
    brief = source.between(0, blocks[starts[0]].line, "write the brief")
    steps: dict[str, StepFile] = {}
    for start, end in pairwise([*starts, len(blocks)]):
        below = blocks[end].line if end < len(blocks) else None
        step = _read_step(source, blocks[start:end], below)
        if step.key in steps:
            raise source.wrong(blocks[start].line, f"Another step is {step.key} too: change one.")
        steps[step.key] = step
    if not any(step.is_required for step in steps.values()):
        raise ContentError(source.file, None, "All steps are optional: at least one is not.")
    return brief, tuple(steps.values())


def _read_step(source: Source, blocks: list["_Block"], below: int | None) -> StepFile:
    heading = blocks[0]
    titled = _STEP_TITLE.fullmatch(heading.text)
    if not titled or not KEY.fullmatch(titled["key"]) or len(titled["key"]) > LONGEST_KEY:
        raise source.wrong(heading.line, "Head a step by `## Title {#key}`, in lower case the key.")
    if len(titled["title"]) > LONGEST_TITLE:
        raise source.wrong(heading.line, f"Keep the title within {LONGEST_TITLE} characters.")
    if titled["mark"] not in {None, "optional"}:
        raise source.wrong(heading.line, "Only `optional` may stand after the key of a step.")
    ends = [
        block.line for block in blocks if block.tag == "p" and block.text.startswith(_DONE_WHEN)
    ]
    if len(ends) != 1:
        raise source.wrong(
            heading.line, f"End the step with one paragraph that begins with {_DONE_WHEN}."
        )
    done_when = source.between(ends[0], below, "").removeprefix(_DONE_WHEN).strip()
    if not done_when:
        raise source.wrong(ends[0], f"Say after {_DONE_WHEN} what one can see then.")
    return StepFile(
        key=titled["key"],
        title=titled["title"],
        is_required=titled["mark"] is None,
        body=source.between(heading.line + 1, ends[0], "say what to do in this step"),
        done_when=done_when,
    )


@dataclass(frozen=True)
class _Block:
    """A heading, a paragraph, a list and so on, as Markdown sees it: no `##` within code."""

    line: int
    tag: str
    text: str


def _read_blocks(source: Source) -> list[_Block]:
    tokens = MarkdownIt("commonmark").parse(source.body)
    blocks = [
        _Block(token.map[0], token.tag, inside.content)
        for token, inside in zip(tokens, [*tokens[1:], *tokens[-1:]], strict=True)
        if token.level == 0 and token.map
    ]
    for block in blocks:
        if block.tag == "h1":
            raise source.wrong(block.line, "The title is in the head: begin headings with `##`.")
    return blocks


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
