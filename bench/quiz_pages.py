"""Server time of every page and list of questions and quizzes, with 1,000,000 answers.

Among 100,000 people and 5,000 questions: see quiz_data.py for how they are spread.
"""

import subprocess
import sys

from bench.serving import prepared_demo


def main() -> int:
    with prepared_demo() as environment:
        environment["DJANGO_SETTINGS_MODULE"] = "core.settings.base"
        for part in ("quiz_data", "quiz_pages_parts"):
            done = subprocess.run(
                [sys.executable, "-m", f"bench.{part}"], env=environment, check=False
            )
            if done.returncode:
                break
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
