"""Every check of `make check`: each is a step, all of them run, and the failed ones are named.

Runs in an environment with engines, since some steps ask the database.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap import ROOT, npm

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]


@dataclass
class Outcome:
    step: Step
    seconds: float
    failed: bool
    said: str = field(repr=False)


OWN_APPS = sorted(path.parents[1].name for path in ROOT.glob("*/migrations/__init__.py"))
# The slowest first, since two run at a time.
STEPS = [
    Step("types", [str(BIN / "mypy")]),
    Step(
        "schema",
        [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
    ),
    Step("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"]),
    Step(
        "migration safety",
        [
            *[*MANAGE, "lintmigrations", "--settings", "core.settings.test"],
            *["--no-cache", "--quiet", "warning", "--include-apps", *OWN_APPS],
        ],
    ),
    Step("settings", [*MANAGE, "check", "--fail-level", "WARNING"]),
    Step("docs", [*MANAGE, "generate_docs", "--check"]),
    Step("imports", [str(BIN / "lint-imports")]),
    Step("templates", [str(BIN / "djlint"), "--lint", "."]),
    Step("template rules", [sys.executable, "scripts/lint_templates.py"]),
    Step("browser types", [npm(), "run", "--silent", "types"]),
    Step("lint", [str(BIN / "ruff"), "check", "."]),
    Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
]


def main() -> int:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(take, STEPS))
    failed = [outcome for outcome in outcomes if outcome.failed]
    for outcome in failed:
        print(f"\n----- {outcome.step.name}: {' '.join(outcome.step.command)}\n{outcome.said}")
    print(f"\nFailed: {', '.join(each.step.name for each in failed)}" if failed else "All good.")
    return 1 if failed else 0


def take(step: Step) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    outcome = Outcome(step, time.monotonic() - started, done.returncode != 0, done.stdout.strip())
    verdict = "FAILED" if outcome.failed else "ok"
    print(f"{step.name:<18}{verdict:<8}{outcome.seconds:5.1f} s", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
