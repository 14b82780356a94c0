"""Reading content files: what is in them, and what each mistake is answered with."""

from pathlib import Path

import pytest

from curriculum.content_files import DELIVERABLE_KINDS, ContentError, TrackFile, read_tracks

SHIPPED = Path(__file__).parents[1] / "content"

TRACK = """\
---
code: DP
name: Data Professional
pitch: Numbers that one can believe.
duration_weeks: 12
---

For those who count.
"""

PROJECT = """\
---
number: 1
title: Prices that anyone can check
summary: A notebook that says what bread costs.
type: INTERNAL
hours: 14
due_week: 2
tech_stack: [Python, pandas]
goals:
  - Read a file
  - Count what is in it
  - Say what it shows
template: dp-01-prices
deliverables:
  - key: notebook
    kind: file
    title: The notebook
    required: true
    about: The notebook, run from top to bottom.
    rubric:
      - {key: runs, criterion: It runs, points: 10, about: From top to bottom.}
      - {key: right, criterion: It is right, points: 20, about: The sums agree.}
      - {key: clear, criterion: It is clear, points: 5, about: A stranger can read it.}
  - key: change
    kind: pull_request
    title: The change
    required: false
    approves_on_merge: true
    about: One change that another may merge.
    rubric:
      - {key: small, criterion: It is small, points: 1, about: One thing.}
      - {key: told, criterion: It is told, points: 1, about: Says why.}
      - {key: tested, criterion: It is tested, points: 1, about: With a test.}
---

Somebody asks what bread costs.

They have a list.

## Look at the list {#look}

Open it:

```markdown
## This is code and no step {#code}
```

**Done when** you know how many rows there are.

- 12 of them

## Clean it {#clean}

Throw away what is twice.

**Done when** nothing is twice.

## Count it {#count}

Add up.

**Done when** there is a sum.

## Draw it {#draw optional}

Draw it.

**Done when** there is a picture.
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    write(tmp_path, "track.md", TRACK)
    write(tmp_path, "01-prices.md", PROJECT)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "DP" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def numbered(number: int, **changes: object) -> str:
    changes = {"number": number, "template": f"dp-{number}", **changes}
    lines = PROJECT.split("\n")
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
    return "\n".join(lines)


def refusal(folder: Path) -> ContentError:
    with pytest.raises(ContentError) as caught:
        read_tracks(folder)
    return caught.value


def test_a_track_is_read_with_its_projects(folder):
    write(folder, "02-more-prices.md", numbered(2))
    [track] = read_tracks(folder)
    assert (track.file, track.code, track.name) == ("DP/track.md", "DP", "Data Professional")
    assert track.pitch == "Numbers that one can believe."
    assert track.duration_weeks == 12
    assert track.description == "For those who count."
    assert [(each.number, each.slug) for each in track.projects] == [
        (1, "prices"),
        (2, "more-prices"),
    ]


def test_a_project_is_read_with_its_head_and_brief(folder):
    [[project]] = [track.projects for track in read_tracks(folder)]
    assert project.file == "DP/01-prices.md"
    assert (project.type, project.hours, project.due_week) == ("INTERNAL", 14, 2)
    assert project.tech_stack == ("Python", "pandas")
    assert project.goals == ("Read a file", "Count what is in it", "Say what it shows")
    assert project.template == "dp-01-prices"
    assert project.brief == "Somebody asks what bread costs.\n\nThey have a list."


def test_deliverables_are_read_with_their_rubric(folder):
    [[project]] = [track.projects for track in read_tracks(folder)]
    notebook, change = project.deliverables
    assert (notebook.key, notebook.kind, notebook.is_required) == ("notebook", "file", True)
    assert notebook.about == "The notebook, run from top to bottom."
    assert not notebook.approves_on_merge
    assert (change.kind, change.is_required, change.approves_on_merge) == (
        *("pull_request", False),
        True,
    )
    assert [(each.key, each.points) for each in notebook.rubric] == [
        *[("runs", 10), ("right", 20)],
        ("clear", 5),
    ]
    assert notebook.rubric[0].criterion == "It runs"
    assert notebook.rubric[0].about == "From top to bottom."


def test_steps_end_with_what_one_can_see_when_they_are_done(folder):
    [[project]] = [track.projects for track in read_tracks(folder)]
    look, *_others, draw = project.steps
    assert [step.key for step in project.steps] == ["look", "clean", "count", "draw"]
    assert (look.title, look.is_required) == ("Look at the list", True)
    assert look.body.startswith("Open it:")
    assert "## This is code and no step {#code}" in look.body
    assert look.done_when == "you know how many rows there are.\n\n- 12 of them"
    assert (draw.title, draw.is_required) == ("Draw it", False)


def test_projects_may_be_due_in_the_same_week(folder):
    write(folder, "02-more.md", numbered(2))
    [track] = read_tracks(folder)
    assert [project.due_week for project in track.projects] == [2, 2]


def test_the_tenth_project_is_the_capstone(folder):
    for number in range(2, 10):
        write(folder, f"{number:02}-next.md", numbered(number))
    write(folder, "10-last.md", numbered(10, type="CAPSTONE"))
    [track] = read_tracks(folder)
    assert track.projects[-1].type == "CAPSTONE"
    write(folder, "10-last.md", numbered(10))
    assert "`type` of this project is CAPSTONE for number 10" in str(refusal(folder))


def test_hidden_files_are_no_content(folder):
    write(folder, ".01-prices.md.swp", "what an editor leaves")
    (folder / ".git").mkdir()
    assert len(read_tracks(folder)) == 1


def test_windows_line_ends_and_byte_order_marks_are_read(folder):
    text = "\ufeff" + PROJECT.replace("\n", "\r\n")
    (folder / "DP" / "01-prices.md").write_bytes(text.encode())
    [[project]] = [track.projects for track in read_tracks(folder)]
    assert project.brief == "Somebody asks what bread costs.\n\nThey have a list."


# What stands in the right file, what stands there instead, the line that is named, what is said.
MISTAKES = {
    "an unknown key": ("hours: 14", "hours: 14\nours: 14", 7, "A project has no `ours`"),
    "a missing key": ("hours: 14\n", "", 2, "This project lacks `hours`"),
    "a key that stands twice": ("hours: 14", "hours: 14\nhours: 15", 7, "`hours` of this project"),
    "a key that is no word": ("hours: 14", "? [hours]\n: 14", 6, "has no"),
    "a number in words": ("hours: 14", "hours: many", 6, "a whole number from 1 to 100"),
    "a broken number": ("hours: 14", "hours: 14.5", 6, "a whole number from 1 to 100"),
    "no hours": ("hours: 14", "hours: 0", 6, "a whole number from 1 to 100"),
    "a title that is a number": (
        *("title: Prices that anyone can check", "title: 1984"),
        *(3, "should be a text"),
    ),
    "an empty title": ("title: Prices that anyone can check", "title:", 3, "should be a text"),
    "an empty text in quotes": (
        "about: One change that another may merge.",
        'about: " "',
        29,
        "a text",
    ),
    "a long title": ("title: Prices", "title: " + "Prices " * 20, 3, "at most 120 characters"),
    "a title of two lines": (
        *("title: Prices that anyone can check", "title: |\n  Prices\n  and more"),
        *(3, "one line"),
    ),
    "a type that there is not": ("INTERNAL", "EXTERNAL", 5, "one of INTERNAL, CAPSTONE"),
    "a capstone too early": ("INTERNAL", "CAPSTONE", 5, "number 10, and for it alone"),
    "a week before the first": ("due_week: 2", "due_week: 0", 7, "from 1 to 12"),
    "a week after the last": ("due_week: 2", "due_week: 13", 7, "from 1 to 12"),
    "a list that is a text": ("[Python, pandas]", "Python, pandas", 8, "a list of 1 to 12"),
    "a technology that is a number": ("[Python, pandas]", "[Python, 3.11]", 8, "in quotes"),
    "a technology twice": ("[Python, pandas]", "[Python, Python]", 8, "names `Python` twice"),
    "too few goals": ("  - Read a file\n", "", 9, "a list of 3 to 6"),
    "a template in capitals": ("dp-01-prices", "DP-01", 13, "lower-case words"),
    "a template that is too long": ("dp-01-prices", "d" * 51, 13, "at most 50 characters"),
    "a head that is no YAML": ("hours: 14", "hours: [14", 7, "The head is no YAML"),
    "a head that is a list": (PROJECT[: PROJECT.index("\n\n")], "---\n- 1\n---", 2, "key: value"),
    "an empty head": (PROJECT[: PROJECT.index("\n\n")], "---\n---", 1, "The head is empty"),
    "no head": ("---\nnumber: 1", "number: 1", 1, "Begin with the head"),
    "a head without an end": ("---\n\nSomebody", "\nSomebody", 1, "Begin with the head"),
    "an unknown kind": ("kind: file", "kind: files", 16, "one of link, repository,"),
    "a deliverable that is a text": (
        *("  - key: notebook\n", "  - notebook\n  - key: notebook\n"),
        *(15, "A deliverable is written as"),
    ),
    "an unknown key of a deliverable": ("    kind: file", "    art: file", 16, "has no `art`"),
    "a missing key of a deliverable": ("    kind: file\n", "", 15, "lacks `kind`"),
    "deliverables with one key": ("key: change", "key: notebook", 24, "like another's"),
    "a flag in other words": ("required: true", "required: yes", 18, "true or false"),
    "merging that approves a file": (
        *("required: true", "required: true\n    approves_on_merge: true"),
        *(19, "not for file"),
    ),
    "nothing required": ("required: true", "required: false", 14, "all optional"),
    "no points": ("points: 10", "points: 0", 21, "from 1 to 100"),
    "too many points": ("points: 10", "points: 101", 21, "from 1 to 100"),
    "criteria with one key": ("key: right", "key: runs", 22, "like another's"),
    "an unknown key of a criterion": ("points: 10", "marks: 10", 21, "has no `marks`"),
    "a missing key of a criterion": (", points: 10", "", 21, "lacks `points`"),
    "too few criteria": (
        *("      - {key: small, criterion: It is small, points: 1, about: One thing.}\n", ""),
        *(30, "a list of 3 to 5"),
    ),
    "no brief": ("Somebody asks what bread costs.\n\nThey have a list.", "", 35, "the brief"),
    "a heading of the first level": (
        "They have",
        "# A list\n\nThey have",
        38,
        "title is in the head",
    ),
    "a step without a key": ("{#clean}", "", 52, "`## Title {#key}`"),
    "a step with a key in capitals": ("{#clean}", "{#Clean}", 52, "`## Title {#key}`"),
    "a step without a title": ("## Clean it {#clean}", "## {#clean}", 52, "`## Title {#key}`"),
    "a step with a long title": ("Clean it", "Clean it " * 15, 52, "within 120"),
    "a step with an unknown mark": ("{#draw optional}", "{#draw maybe}", 64, "Only `optional`"),
    "steps with one key": ("{#clean}", "{#look}", 52, "Another step is look"),
    "a step without an end": ("**Done when** nothing is twice.", "", 52, "End the step with one"),
    "a step with two ends": (
        *("Add up.", "**Done when** it is late.\n\nAdd up."),
        *(58, "End the step with one"),
    ),
    "a step whose end says nothing": (
        *("**Done when** nothing is twice.", "**Done when**"),
        *(56, "what one can see"),
    ),
    "a step that says nothing": ("Add up.\n\n", "", 59, "say what to do"),
    "three steps": (PROJECT[PROJECT.index("## Draw") :], "", None, "3 steps: write 4 to 8"),
    "nine steps": (
        "## Clean it {#clean}",
        "".join(f"## Do {n} {{#do-{n}}}\n\nDo.\n\n**Done when** done.\n\n" for n in range(5))
        + "## Clean it {#clean}",
        *(None, "9 steps: write 4 to 8"),
    ),
}


@pytest.mark.parametrize(("right", "wrong", "line", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_project_is_named_with_its_line(folder, right, wrong, line, said):
    assert right in PROJECT
    write(folder, "01-prices.md", PROJECT.replace(right, wrong, 1))
    refused = refusal(folder)
    assert said in str(refused)
    assert (refused.file, refused.line) == ("DP/01-prices.md", line)
    assert str(refused).startswith(f"DP/01-prices.md:{line}: " if line else "DP/01-prices.md: ")


@pytest.mark.parametrize("count", [1, 5])
def test_a_project_has_two_to_four_deliverables(folder, count):
    start, end = PROJECT.index("  - key: notebook"), PROJECT.index("  - key: change")
    one = PROJECT[start:end]
    several = "".join(one.replace("key: notebook", f"key: notebook-{n}") for n in range(count))
    rest = PROJECT.index("---\n\nSomebody")
    write(folder, "01-prices.md", PROJECT[:start] + several + PROJECT[rest:])
    assert "`deliverables` of this project should be a list of 2 to 4" in str(refusal(folder))


def test_steps_that_are_all_optional_are_refused(folder):
    text = PROJECT
    for key in ("look", "clean", "count"):
        text = text.replace(f"{{#{key}}}", f"{{#{key} optional}}")
    write(folder, "01-prices.md", text)
    assert "All steps are optional" in str(refusal(folder))


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("code: DP", "code: FSD", 2, "is FSD, but the folder is DP"),
        ("code: DP", "code: dp", 2, "capital letters"),
        ("duration_weeks: 12", "duration_weeks: 0", 5, "from 1 to 52"),
        ("name: Data Professional\n", "", 2, "This track lacks `name`"),
        ("pitch:", "slogan:", 4, "A track has no `slogan`"),
        ("For those who count.", "", 7, "describe the track"),
        ("For those", "# For those", 8, "The title is in"),
    ],
)
def test_a_mistake_in_a_track_is_named_with_its_line(folder, right, wrong, line, said):
    write(folder, "track.md", TRACK.replace(right, wrong, 1))
    refused = refusal(folder)
    assert said in str(refused)
    assert (refused.file, refused.line) == ("DP/track.md", line)


def test_a_track_without_its_own_file_is_refused(folder):
    (folder / "DP" / "track.md").unlink()
    assert str(refusal(folder)) == "DP/track.md: The file is missing: write it."


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    assert "There is no such folder" in str(refusal(tmp_path / "content"))


def test_a_file_that_is_named_like_no_project_is_refused(folder):
    write(folder, "2-more.md", numbered(2))
    assert str(refusal(folder)).startswith("DP/2-more.md: Not a project's name")


def test_a_number_that_its_file_name_does_not_say_is_refused(folder):
    write(folder, "02-more.md", numbered(3))
    assert "is 3, but the file's name says 02" in str(refusal(folder))


def test_a_gap_in_the_numbers_is_refused(folder):
    write(folder, "03-more.md", numbered(3))
    assert "`number` of this project should be 2" in str(refusal(folder))


def test_two_projects_with_one_number_are_refused(folder):
    write(folder, "01-more.md", numbered(1))
    assert "`number` of this project should be 2" in str(refusal(folder))


def test_a_due_week_that_falls_is_refused(folder):
    write(folder, "02-more.md", numbered(2, due_week=1))
    refused = refusal(folder)
    assert "the project before it is due in week 2" in str(refused)
    assert (refused.file, refused.line) == ("DP/02-more.md", 7)


def test_a_template_of_two_projects_is_refused(folder):
    write(folder, "02-more.md", numbered(2, template="dp-01-prices"))
    assert str(refusal(folder)).startswith("DP/02-more.md: `template: dp-01-prices` is another")


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "DP" / "01-prices.md").write_bytes(PROJECT.encode().replace(b"bread", b"caf\xe9"))
    assert str(refusal(folder)) == "DP/01-prices.md: Not UTF-8: save it in that encoding."


def test_a_control_character_in_the_head_is_refused(folder):
    write(folder, "01-prices.md", PROJECT.replace("Prices that", "Prices\x07that"))
    assert "The head is no YAML" in str(refusal(folder))


@pytest.fixture(scope="module")
def shipped() -> dict[str, TrackFile]:
    return {track.code: track for track in read_tracks(SHIPPED)}


def test_two_tracks_are_shipped(shipped):
    assert list(shipped) == ["DP", "FSD"]


@pytest.mark.parametrize("code", ["DP", "FSD"])
def test_a_shipped_track_has_ten_projects_in_twelve_weeks(shipped, code):
    projects = shipped[code].projects
    assert shipped[code].duration_weeks == 12
    assert [project.number for project in projects] == list(range(1, 11))
    assert [project.type for project in projects] == ["INTERNAL"] * 9 + ["CAPSTONE"]
    assert projects[-1].due_week == 12
    assert 150 <= sum(project.hours for project in projects) <= 12 * 16


@pytest.mark.parametrize("code", ["DP", "FSD"])
def test_the_first_project_of_a_shipped_track_can_be_tried_at_once(shipped, code):
    first = shipped[code].projects[0].deliverables
    assert any(each.kind == "file" and each.is_required for each in first)


@pytest.mark.parametrize("code", ["DP", "FSD"])
def test_a_merge_approves_some_pull_requests_and_not_others(shipped, code):
    approves = {
        each.approves_on_merge
        for project in shipped[code].projects
        for each in project.deliverables
        if each.kind == "pull_request"
    }
    assert approves == {True, False}


def test_the_data_track_asks_for_work_of_every_kind(shipped):
    kinds = [each.kind for project in shipped["DP"].projects for each in project.deliverables]
    assert set(kinds) == set(DELIVERABLE_KINDS)
    assert kinds.count("dashboard") > 1
