"""How long 5,000 questions take from a workbook into the bank, and how much memory."""

import subprocess
import sys

from bench.serving import prepared_demo


def main() -> int:
    with prepared_demo() as environment:
        environment["DJANGO_SETTINGS_MODULE"] = "core.settings.base"
        command = [sys.executable, "-m", "bench.importing_parts"]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
