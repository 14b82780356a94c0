"""What importing_questions.py measures, in a process whose peak of memory is its own."""

import resource
import sys
import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.core.files.base import ContentFile

from accounts.models import User
from core.clock import now
from core.jobs.models import Job
from core.jobs.running import run_job
from questions.actions.importing import start_import
from questions.formats import FORMATS, Loss, read_entry, written_as, written_of
from questions.formats.template import EXAMPLES

QUESTIONS = 5_000
MOST_SECONDS = 20


def measure() -> int:
    is_slow = False
    owner = User.objects.filter(role="trainer").earliest("pk")
    content = _workbook()
    print(f"{QUESTIONS:,} questions, {len(content) / 1e6:.1f} MB as XLSX\n")
    before = _peak()
    for what, is_dry_run in (("looked at", True), ("taken in", False), ("the same again", False)):
        begin = time.monotonic()
        job = start_import(
            content=ContentFile(content, "bench.xlsx"),
            name="bench.xlsx",
            owner=owner,
            at=now(),
            is_dry_run=is_dry_run,
        )
        run_job(job.pk)
        seconds = time.monotonic() - begin
        result: dict[str, Any] = Job.objects.get(pk=job.pk).result or {}
        counts = {name: result.get(name) for name in ("new", "changed", "identical", "wrong")}
        print(f"{what:16}{seconds:6.1f} s   {counts}")
        is_slow |= seconds > MOST_SECONDS
    print(f"\npeak memory {_peak():.0f} MB, of which {_peak() - before:.0f} MB by the imports")
    if is_slow:
        print(f"slower than {MOST_SECONDS} s")
    return int(is_slow)


def _workbook() -> bytes:
    examples = [entry for each in EXAMPLES if (entry := read_entry(each).entry)]
    drafts = [written_of(examples[number % len(examples)]) for number in range(QUESTIONS)]
    named = (
        (str(number), {**each, "reference": f"bench-{number}", "explanation": f"{number}. " * 40})
        for number, each in enumerate(drafts)
    )
    losses: list[Loss] = []
    return b"".join(written_as(FORMATS["xlsx"], named, losses))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(measure())
