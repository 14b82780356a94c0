"""Whether every direct dependency has its line in docs/dependencies.md, and no other has one."""

import json
import re
from pathlib import Path

PAGE = Path("docs") / "dependencies.md"

_REQUIREMENT = re.compile(r"^[A-Za-z0-9][\w.-]*", re.MULTILINE)
_LINE = re.compile(r"^\| `([^`]+)` \| \S.*\|$", re.MULTILINE)


def unexplained_dependencies(root: Path) -> set[str]:
    return direct_dependencies(root) - explained_dependencies(root)


def forgotten_explanations(root: Path) -> set[str]:
    """Lines about what is a dependency no more."""
    return explained_dependencies(root) - direct_dependencies(root)


def direct_dependencies(root: Path) -> set[str]:
    python = {
        _plain(name)
        for file in sorted(root.glob("requirements*.txt"))
        for name in _REQUIREMENT.findall(file.read_text())
    }
    package = json.loads((root / "package.json").read_text())
    browser = {*package.get("dependencies", ()), *package.get("devDependencies", ())}
    return python | {_plain(name) for name in browser}


def explained_dependencies(root: Path) -> set[str]:
    return {_plain(name) for name in _LINE.findall((root / PAGE).read_text())}


def _plain(name: str) -> str:
    """Python's names know no difference between these; of npm's, those with a scope do."""
    return name if name.startswith("@") else re.sub(r"[-_.]+", "-", name).lower()
