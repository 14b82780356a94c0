"""`docs/attacks.md` names tests that are there, for each attack, and leaves out none of ours."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "attacks.md").read_text()
NODE = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
HEAD = "| attack |"
ROOMS = ("accounts", "curriculum", "questions", "quizzes")


def rows() -> Iterator[list[str]]:
    """Of the tables of attacks; the page has others."""
    is_ours = False
    for line in TABLE.splitlines():
        is_ours = line.startswith(HEAD) or (is_ours and line.startswith("|"))
        if is_ours and not line.startswith((HEAD, "|---")):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


ROWS = list(rows())


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("attack", "tests"), [(row[0], row[2]) for row in ROWS])
def test_each_attack_is_held_by_tests_that_are_there(attack, tests):
    named = NODE.findall(tests)
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_each_row_says_what_holds_the_attack():
    assert ROWS
    assert [row for row in ROWS if len(row) != 3 or not row[1].endswith(".")] == []


def test_no_file_of_attacks_is_left_out():
    named = {path for path, _name in NODE.findall(TABLE)}
    files = [each for room in ROOMS for each in (ROOT / room / "tests").glob("test_attacks_*.py")]
    assert {str(path.relative_to(ROOT)) for path in files} - named == set()
