"""What `make` says and does before anything of ours is installed, and what the locks promise."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
BOOTSTRAP = ROOT / "scripts" / "bootstrap.py"
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script in a clone of its own, whose installations are only noted."""
    spec = importlib.util.spec_from_file_location("bootstrap_in_a_test", BOOTSTRAP)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.done = []
    places = {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": Path(sys.executable),
        "STAMP": tmp_path / ".venv" / "stamp.json",
        "RUN_LOCK": tmp_path / "requirements.lock",
        "DEV_LOCK": tmp_path / "requirements-dev.lock",
        "_make_venv": lambda: module.done.append("venv"),
        "_install": lambda lock: module.done.append(lock.name),
        "_say": lambda _: None,
    }
    for name, value in places.items():
        monkeypatch.setattr(module, name, value)
    (tmp_path / ".venv").mkdir()
    module.RUN_LOCK.write_text("one")
    module.DEV_LOCK.write_text("one and more")
    return module


def test_plain_make_prints_the_front_doors() -> None:
    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    doors = set(re.findall(r"^ {2}make ([a-z-]+)", said, re.MULTILINE))
    assert doors >= {"run", "test", "test-all", "check", "fix", "bench", "shell", "docs"}
    assert doors >= {"psql", "backup", "restore", "lock"}


def test_a_second_time_there_is_nothing_to_install(bootstrap: ModuleType) -> None:
    bootstrap.install_python_packages(dev=False)
    assert bootstrap.done == ["venv", "requirements.lock"]

    bootstrap.install_python_packages(dev=False)
    assert bootstrap.done == ["venv", "requirements.lock"]


def test_a_changed_lock_is_installed_into_the_same_venv(bootstrap: ModuleType) -> None:
    bootstrap.install_python_packages(dev=False)
    bootstrap.done.clear()

    bootstrap.RUN_LOCK.write_text("another")
    bootstrap.install_python_packages(dev=False)

    assert bootstrap.done == ["requirements.lock"]


def test_what_tests_brought_stays_when_a_platform_starts(bootstrap: ModuleType) -> None:
    bootstrap.install_python_packages(dev=True)
    bootstrap.done.clear()

    bootstrap.install_python_packages(dev=False)
    assert bootstrap.done == []

    bootstrap.RUN_LOCK.write_text("another")
    bootstrap.install_python_packages(dev=False)
    assert bootstrap.done == ["requirements-dev.lock"]


@pytest.mark.parametrize("change", [{"path": "/old/clone/.venv"}, {"python": "3.10.1"}])
def test_a_venv_that_was_moved_or_lost_its_python_is_made_anew(
    bootstrap: ModuleType, change: dict[str, str]
) -> None:
    bootstrap.install_python_packages(dev=False)
    bootstrap.done.clear()

    bootstrap.STAMP.write_text(json.dumps(json.loads(bootstrap.STAMP.read_text()) | change))
    bootstrap.install_python_packages(dev=False)

    assert bootstrap.done == ["venv", "requirements.lock"]


def test_an_interrupted_installation_is_taken_up_again(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.install_python_packages(dev=False)

    bootstrap.install_python_packages(dev=False)
    assert bootstrap.done[-1] == "requirements.lock"


def test_an_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    """With no newer one in sight; where there is one, the old one hands over to it."""
    pretend = (
        "import collections, runpy, sys\n"
        "V = collections.namedtuple('V', 'major minor micro releaselevel serial')\n"
        "sys.version_info = V(3, 9, 2, 'final', 0)\n"
        f"runpy.run_path({str(BOOTSTRAP)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", pretend],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "is 3.9" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_debians_python_without_venv_is_told_the_name_of_the_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: None)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"

    with pytest.raises(bootstrap.BootstrapError, match=rf"apt-get install python{version}-venv"):
        bootstrap._make_venv()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "no space left"),
        ("NewConnectionError: Failed to establish a new connection: refused", "Check the network"),
        ("Temporary failure in name resolution", "Check the network"),
        ("error: Failed to fetch: dns error", "Check the network"),
        ("npm error code ENOTFOUND", "Check the network"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE LOCK", "was not installed"),
    ],
)
def test_the_usual_failures_are_explained(bootstrap: ModuleType, said: str, sentence: str) -> None:
    assert sentence in bootstrap._explained(said)


def test_a_platform_without_wheels_of_the_engines_gets_all_the_rest(
    bootstrap: ModuleType,
) -> None:
    whole = (ROOT / "requirements.lock").read_text()

    rest = bootstrap._without(whole, bootstrap.ENGINES)

    assert names(whole) - names(rest) == set(bootstrap.ENGINES)
    assert names(bootstrap._only(whole, ("uv",))) == {"uv"}


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_by_hash_and_name_neither_an_index_nor_a_machine(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ |file:|^/", text, re.MULTILINE)
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        assert re.match(r"[\w.\[\],-]+==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_the_lock_of_browser_code_names_no_place_to_download_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name


def test_tests_run_with_what_the_platform_runs_with() -> None:
    runtime, dev = ((ROOT / lock).read_text() for lock in LOCKS)

    assert pins(runtime) <= pins(dev)


def test_the_locks_hold_what_is_asked_for() -> None:
    for source, lock in zip(("requirements.txt", "requirements-dev.txt"), LOCKS, strict=True):
        lines = (ROOT / source).read_text().splitlines()
        asked = {
            match[0].lower() for line in lines if (match := re.match(r"[A-Za-z][\w.-]*", line))
        }
        assert asked <= names((ROOT / lock).read_text())


def names(lock: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pins(lock)}


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+==[^\s;]+)", lock, re.MULTILINE))
