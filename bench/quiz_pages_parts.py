"""What quiz_pages.py measures, in the process that answers: so that statements can be told apart.

Each request goes through every layer that a server's would. `cpu` is the time that this process
worked, `db` what the database's own one did for it, both on the median; they say more than the
clock does where other programs keep the machine busy. What several processes of the database would
share is done by one, so that none of it is missed.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection
from django.test import Client

from accounts.models import User
from bench.serving import PERSON
from questions.models import Question, Subject
from quizzes.models import Attempt, AttemptQuestion, Generation, Quiz

TIMES = 7
MOST_MS = 200
ROLES = ("student", "trainer", "admin")


@dataclass
class Statements:
    count: int = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


@dataclass
class Taken:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    db: list[float] = field(default_factory=list)
    statements: int = 0
    kilobytes: float = 0

    @property
    def work(self) -> float:
        return statistics.median(self.cpu) + statistics.median(self.db)


def measure() -> int:
    wanted = sys.argv[1:]
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    slow = 0
    people = {role: User.objects.get(email=f"{role}@demo.apranova.test") for role in ROLES}
    clients = {role: _signed_in(user) for role, user in people.items()}
    print(f"{'':58}{'p50 ms':>8}{'cpu':>7}{'db':>7}{'work':>7}{'queries':>9}{'KB':>7}")
    for role, path in _pages(people):
        if wanted and not any(each in f"{role} {path}" for each in wanted):
            continue
        taken = _measured(clients[role], path)
        is_slow = taken.work > MOST_MS
        slow += is_slow
        print(
            f"{f'{role} {_shortened(path)}':58}{statistics.median(taken.wall):8.0f}"
            f"{statistics.median(taken.cpu):7.0f}{statistics.median(taken.db):7.0f}"
            f"{taken.work:7.0f}{taken.statements:9}{taken.kilobytes:7.0f}{' *' * is_slow}",
            flush=True,
        )
    if slow:
        print(f"\n{slow} over {MOST_MS} ms")
    return int(slow > 0)


def _signed_in(user: User) -> Client:
    client = Client(headers={"host": "localhost"})
    answer = client.post("/accounts/login/", {"login": user.email, "password": PERSON["password"]})
    if answer.status_code != HTTPStatus.FOUND:
        raise SystemExit(f"Signing in answered {answer.status_code}.")
    return client


def _measured(client: Client, path: str) -> Taken:
    taken = Taken()
    for _ in range(TIMES + 1):
        with _watched() as statements:
            worked, at_work = time.process_time(), _seconds_of_database()
            begins = time.perf_counter()
            answer = client.get(path)
            content = b"".join(answer) if answer.streaming else answer.content
            taken.wall.append((time.perf_counter() - begins) * 1000)
            taken.cpu.append((time.process_time() - worked) * 1000)
            taken.db.append((_seconds_of_database() - at_work) * 1000)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{path} answered {answer.status_code}.")
        taken.statements, taken.kilobytes = statements.count, len(content) / 1000
    for each in (taken.wall, taken.cpu, taken.db):
        del each[0]  # Templates are read, caches are filled.
    return taken


@contextmanager
def _watched() -> Iterator[Statements]:
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def _seconds_of_database() -> float:
    """On a processor, of the database's process that serves this one, on this machine."""
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(stat.read_text().split()[0]) / 1e9


def _shortened(path: str) -> str:
    return path if len(path) < 49 else f"{path[:24]}…{path[-23:]}"


def _pages(people: dict[str, User]) -> Iterator[tuple[str, str]]:
    student, trainer = people["student"], people["trainer"]
    large = Quiz.objects.get(title="Practice 0")
    small = Quiz.objects.get(title="Practice 20")
    question = Question.objects.filter(quiz_questions__quiz=large).earliest("pk")
    subject = Subject.objects.get(code="sql")
    own = Attempt.objects.filter(student=student, quiz=large).latest("number")
    waiting = (
        AttemptQuestion.objects.filter(attempt__quiz=large, score=None, response__isnull=False)
        .exclude(attempt__status="in_progress")
        .earliest("pk")
    )
    taker = Attempt.objects.filter(quiz=large).exclude(student=student).earliest("pk")
    for role in ROLES:
        for path in (
            "/dashboard/",
            "/quizzes/",
            "/quizzes/?q=practice+4",
            "/quizzes/?page=9",
            f"/quizzes/{large.pk}/",
            f"/quizzes/{small.pk}/",
            f"/attempts/{own.pk}/",
            "/api/subjects/",
            f"/api/subjects/{subject.pk}/progress/",
            "/api/quiz/quizzes/",
            "/api/quiz/quizzes/?search=practice&page_size=100",
            f"/api/quiz/quizzes/{large.pk}/",
            "/api/quiz/attempts/",
            "/api/quiz/attempts/?page_size=100&page=2",
            f"/api/quiz/attempts/?quiz={large.pk}&status=submitted",
            f"/api/quiz/attempts/{own.pk}/",
            "/api/users/attempts/",
        ):
            yield role, path
    for role in ("trainer", "admin"):
        for path in (
            "/questions/",
            "/questions/?q=join",
            "/questions/?q=nothing-has-this",
            "/questions/?place=s-sql&difficulty=hard",
            "/questions/?type=SINGLE&sort=-facility",
            "/questions/?sort=question&page=80",
            "/questions/?flag=key",
            "/questions/?tag=joins&whose=mine",
            "/questions/export/",
            "/questions/new/",
            "/questions/imports/",
            f"/questions/{question.pk}/",
            f"/questions/{question.pk}/versions/",
            "/quizzes/?show=all",
            "/quizzes/?show=all&sort=-attempts",
            "/quizzes/?show=all&sort=-average",
            "/quizzes/new/",
            f"/quizzes/{large.pk}/edit/",
            f"/quizzes/{large.pk}/preview/",
            f"/quizzes/{large.pk}/results/",
            f"/quizzes/{large.pk}/results/?who=did&sort=-best&page=20",
            f"/quizzes/{large.pk}/results/?who=waiting",
            f"/quizzes/{large.pk}/results/?q=diya",
            f"/quizzes/{large.pk}/results/{taker.student_id}/",
            f"/quizzes/{large.pk}/marking/",
            f"/quizzes/{large.pk}/marking/{waiting.pk}/",
            f"/quizzes/{small.pk}/results/",
            f"/quizzes/{small.pk}/results/export/",
            f"/quizzes/{small.pk}/results/export/?as=xlsx",
            "/quizzes/generate/",
            "/api/questions/",
            "/api/questions/?search=join&page_size=100",
            "/api/questions/?subject=sql&question_type=SINGLE&difficulty=hard",
            f"/api/questions/{question.pk}/",
            f"/api/questions/{question.pk}/versions/",
            f"/api/subjects/{subject.pk}/analytics/",
            f"/api/quiz/attempts/?student={student.pk}",
            "/class/",
        ):
            yield role, path
    generation = Generation.objects.filter(owner=trainer).latest("created_at")
    for path in (
        "/admin/",
        "/admin/quizzes/quiz/",
        f"/admin/quizzes/quiz/{large.pk}/change/",
        "/admin/quizzes/quiz/?q=practice",
        "/admin/quizzes/attempt/",
        "/admin/quizzes/attempt/?status__exact=submitted&p=40",
        "/admin/quizzes/attempt/?q=diya+pat",
        f"/admin/quizzes/attempt/{own.pk}/change/",
        "/admin/quizzes/drawrule/",
        "/admin/quizzes/generation/",
        "/admin/quizzes/generation/?q=practice",
        f"/admin/quizzes/generation/{generation.pk}/change/",
        "/admin/questions/subject/",
        "/admin/questions/question/",
        "/admin/questions/question/?q=demo",
        "/admin/questions/questionversion/",
        "/admin/questions/questionversion/?q=join",
        "/admin/questions/versionstatistics/",
        "/admin/questions/versionstatistics/?q=join",
        "/admin/questions/importbatch/",
    ):
        yield "admin", path


if __name__ == "__main__":
    sys.exit(measure())
