"""Texts to ask about, and the running of what was asked for."""

from __future__ import annotations

from typing import Any

from core.clock import new_seed, now
from core.jobs.models import Job
from core.jobs.running import run_job
from questions.models import QuestionVersion
from quizzes.actions.generation import ask_generation
from quizzes.models import GeneratedQuestion, Generation

TEXT = """# Indexes

An index is a sorted copy of some columns that points back to the rows. A sequential scan is a
reading of the whole table from its first page to its last. A primary key is a column or a group of
columns that names each row once. A foreign key is a column whose values must exist in another
table. A transaction is a group of statements that all happen or none of them.

PostgreSQL reads a table in pages of 8 kilobytes. The command `EXPLAIN` shows the plan of a query,
and `ANALYZE` refreshes the statistics that the planner rests on. A unique index refuses a second
row with the same value. The planner never uses an index that would cost more than a scan.

## Isolation

The level `READ COMMITTED` shows each statement what was committed before it began. The level
`REPEATABLE READ` shows a whole transaction what was committed before its first statement. The
level `SERIALIZABLE` refuses whatever could not have happened one after the other. A deadlock is a
circle of transactions that wait for each other. PostgreSQL looks for deadlocks after 1 second and
ends one of the transactions. A connection pool keeps at most 20 connections open.

## Making an index on a live table

1. Look at the plan of the slow query.
2. Make the index without locking the table.
3. Look at the plan once more.
4. Drop the index that nothing uses.
"""


def asked(trainer: Any, **wish: Any) -> tuple[Generation, Job]:
    order = {"title": "Indexes", "type_": "SOURCE_TEXT", "source_text": TEXT, "count": 5}
    order |= {"by": trainer, "at": now(), "seed": new_seed()}
    return ask_generation(**(order | wish))


def prompted(trainer: Any, **wish: Any) -> Generation:
    order = {"type_": "PROMPT", "source_text": "", "prompt": "Joins and indexes in SQL", "count": 4}
    return done(asked(trainer, **(order | wish)))


def done(started: tuple[Generation, Job]) -> Generation:
    """As it is once a worker has run its job."""
    generation, job = started
    run_job(job.pk)
    return Generation.objects.select_related("quiz").get(pk=generation.pk)


def keys(generation: Generation) -> list[int]:
    rows = generation.quiz.quiz_questions.order_by("position")
    return list(rows.values_list("question_id", flat=True))


def dispute(generation: Generation, place: int = 0) -> GeneratedQuestion:
    """As if a second look had come to something else."""
    question = keys(generation)[place]
    version = QuestionVersion.objects.newest().get(question=question)
    wrong = next(choice for choice in version.choices.all() if not choice.is_correct)
    item = GeneratedQuestion.objects.get(question=question)
    item.second_opinion, item.agrees = [wrong.text], False
    item.save()
    return item
