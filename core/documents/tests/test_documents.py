"""The generated parts of docs/: fresh here, and noticed when they are not."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from core.documents.dependencies import direct_dependencies
from core.documents.tables import table
from core.registries import generated_docs

DEPENDENCIES = (
    "| name | what for |\n|---|---|\n| `Django` | the framework |\n| `@a/b` | an icon |\n"
)


@pytest.fixture
def project(tmp_path, settings, monkeypatch):
    """A small project with one page, one generated part and two dependencies."""
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(generated_docs, "_entries", {"greeting": lambda: "Hello."})
    monkeypatch.setattr(
        "core.management.commands.generate_docs.register_generated_docs", lambda: None
    )
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "dependencies.md").write_text(DEPENDENCIES)
    (tmp_path / "requirements.txt").write_text("# What for.\ndjango[x]~=5.2  # why\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    (tmp_path / "package.json").write_text('{"dependencies": {"@a/b": "^1"}}')
    page = tmp_path / "docs" / "deep" / "page.md"
    page.write_text(
        "Before.\n<!-- generated: greeting -->\nOld.\n<!-- end of greeting -->\nAfter.\n"
    )
    return page


def test_nothing_here_is_stale():
    """In a process of its own, in which no test has declared an event or a policy."""
    command = [sys.executable, "manage.py", "generate_docs", "--check"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_place_is_filled_and_what_is_around_it_stays(project):
    call_command("generate_docs")

    assert project.read_text() == (
        "Before.\n<!-- generated: greeting -->\n\nHello.\n\n<!-- end of greeting -->\nAfter.\n"
    )
    call_command("generate_docs", check=True)


def test_a_stale_page_is_named_and_left_alone(project):
    before = project.read_text()

    with pytest.raises(CommandError, match=r"docs/deep/page\.md is stale: run `make docs`"):
        call_command("generate_docs", check=True)
    assert project.read_text() == before


def test_a_part_without_a_place_is_named(project):
    project.write_text("Nothing.")

    with pytest.raises(CommandError, match="place for 'greeting'"):
        call_command("generate_docs", check=True)


def test_a_place_without_a_part_is_a_mistake(project):
    project.write_text("<!-- generated: nonsense -->\n<!-- end of nonsense -->")

    with pytest.raises(LookupError, match="nonsense"):
        call_command("generate_docs", check=True)


def test_a_dependency_without_a_line_is_named(project, settings):
    (settings.BASE_DIR / "requirements-dev.txt").write_text("Some_Tool>=1\n")

    with pytest.raises(CommandError, match="has no line for some-tool"):
        call_command("generate_docs")


def test_a_line_without_a_dependency_is_named(project, settings):
    (settings.BASE_DIR / "requirements.txt").write_text("")

    with pytest.raises(CommandError, match="explains django, which nothing requires"):
        call_command("generate_docs")


def test_a_name_with_nothing_said_of_it_counts_as_no_line(project, settings):
    page = settings.BASE_DIR / "docs" / "dependencies.md"
    page.write_text(page.read_text().replace("the framework", ""))

    with pytest.raises(CommandError, match="has no line for django"):
        call_command("generate_docs")


def test_comments_options_and_extras_are_no_names(project, settings):
    assert direct_dependencies(settings.BASE_DIR) == {"django", "@a/b"}


def test_a_cell_never_breaks_its_row():
    assert table(["a"], [["one | two\n  three"]]) == "| a |\n| --- |\n| one \\| two three |"
