"""What taking_quizzes.py looks for in the end: every answer that was acknowledged, and its marks.

Run as a program in the platform's environment, with what was acknowledged as JSON: by attempt and
question the newest revision and its answer.
"""

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from questions.kinds import kind_of
from quizzes.models import Attempt, AttemptQuestion
from quizzes.rules import score_of


def faults_in(known: Mapping[str, Mapping[str, Any]]) -> list[str]:
    attempts = Attempt.objects.with_questions().filter(pk__in=known)
    faults = [] if len(attempts) == len(known) else ["an attempt is missing"]
    for attempt in attempts:
        asked = list(attempt.questions.all())
        for each in asked:
            revision, selected = known[str(attempt.pk)][str(each.question_id)]
            if (each.revision, each.response) != (revision, _parsed(each, selected)):
                faults.append(f"{each}: what was acknowledged is not what is kept")
            if each.score != _score(each):
                faults.append(f"{each}: its marks do not follow from its answer")
        if attempt.score != sum((each.score or Decimal(0) for each in asked), Decimal(0)):
            faults.append(f"{attempt}: its score is not the sum of its marks")
    return faults


def _parsed(asked: AttemptQuestion, raw: object) -> Any:
    return kind_of(asked.version.type).parse(asked.version.material, raw)


def _score(asked: AttemptQuestion) -> Decimal | None:
    grade = kind_of(asked.version.type).grade(asked.version.material, asked.response)
    return score_of(grade, asked.marks)


if __name__ == "__main__":
    acknowledged = json.load(sys.stdin)
    faults = faults_in(acknowledged)
    answers = sum(map(len, acknowledged.values()))
    print("\n".join(faults) or f"all {answers:,} answers are kept, and all scores follow from them")
    sys.exit(bool(faults))
