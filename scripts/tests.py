"""The test suite, with the parts that this machine can run; says what it left out, and why."""

import argparse
import json
import os
import shutil
import subprocess
import sys

import pytest
from bootstrap import ROOT, VENV, npm

CHROMIUM_NAMES = (
    # Without windows the same engine takes half of the time.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
TOOLS_HINT = "`make test-all` installs it on Debian"
# One more than cores, since some tests wait for processes; a server of Redis has 16 databases.
WORKERS = min((os.cpu_count() or 1) + 1, 12)
# Of so many a busy machine may be the reason; of more it is not.
ASKED_AGAIN_AT_MOST = 5


def main() -> int:
    options, arguments = _parser().parse_known_args()
    left_out = {} if options.all or options.servers else missing_tools()
    browser = 0 if options.servers or arguments else test_browser_code()
    run_python = test_python_twice if options.twice else test_python
    tests = run_python(arguments, without=list(left_out), servers=options.servers)
    for part, reason in left_out.items():
        print(f"Left out: the {part} tests. {reason}")
    if browser:
        print("The browser code's tests failed; see above.")
    return tests or browser


def missing_tools() -> dict[str, str]:
    """The marked parts of the suite whose tool is not here."""
    reasons = {}
    if not find_chromium():
        reasons["browser"] = f"No Chromium is here: name one with CHROMIUM=, or {TOOLS_HINT}."
    if not _docker_answers():
        reasons["docker"] = (
            f"No Docker engine answers: name one with DOCKER_HOST=, or {TOOLS_HINT}."
        )
    return reasons


def find_chromium() -> str:
    named = os.environ.get("CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")


def test_browser_code() -> int:
    return subprocess.call([npm(), "test", "--silent"], cwd=ROOT, env=_environment())


def test_python(arguments: list[str], *, without: list[str], servers: bool) -> int:
    spread = [f"--numprocesses={WORKERS}", "--dist=worksteal"]
    command = [sys.executable, "-m", "pytest", *spread, "--quiet"]
    if servers:
        # On other servers nothing else can come out differently.
        command += ["--engines-only"]
        without = ["browser", "docker"]
    if without:
        command += ["-m", " and ".join(f"not {part}" for part in without)]
    return subprocess.call([*command, *arguments], cwd=ROOT, env=_environment())


def test_python_twice(arguments: list[str], *, without: list[str], servers: bool) -> int:
    """The same, with a second look at the few that failed; what differs is named, to be mended."""
    first = test_python(["--cache-clear", *arguments], without=without, servers=servers)
    failed = last_failed()
    if first != pytest.ExitCode.TESTS_FAILED or not 0 < len(failed) <= ASKED_AGAIN_AT_MOST:
        return first
    print("These failed, and are asked once more:", *failed, sep="\n  ", flush=True)
    second = test_python(["--last-failed", *arguments], without=without, servers=servers)
    if second == pytest.ExitCode.OK:
        print("They passed the second time: what made them differ is a fault. It is above.")
    return second


def last_failed() -> list[str]:
    try:
        return sorted(json.loads((ROOT / ".pytest_cache/v/cache/lastfailed").read_text()))
    except FileNotFoundError:
        return []


def _environment() -> dict[str, str]:
    chromium = find_chromium()
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # Sets have the same order at each run; PYTHONHASHSEED=random looks whether it matters.
    environment = {"PYTHONHASHSEED": "0", **os.environ, "PATH": path}
    # Each worker, and each process that a test starts, would compile all of it anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**environment, "CHROMIUM": chromium} if chromium else environment


def _docker_answers() -> bool:
    try:
        command = ["docker", "version", "--format", "{{.Server.Version}}"]
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="leave nothing out")
    parser.add_argument("--twice", action="store_true", help="ask again the few that failed")
    parser.add_argument("--servers", action="store_true", help="on DATABASE_URL and REDIS_URL")
    return parser


if __name__ == "__main__":
    sys.exit(main())
