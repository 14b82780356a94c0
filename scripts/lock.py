"""Pins requirements*.txt with hashes, for every platform, without naming an index or a path."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
OPTIONS = [
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--python-version=3.11",
    "--upgrade",
    "--quiet",
]


def main() -> None:
    pin("requirements")
    # What tests run with is what the platform runs with.
    pin("requirements-dev", "--constraint=requirements.lock")


def pin(name: str, *constraints: str) -> None:
    command = [UV, "pip", "compile", *OPTIONS, *constraints, f"{name}.txt", "-o", f"{name}.lock"]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
