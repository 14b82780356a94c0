"""Fills a platform's database with people, questions of every kind, and answers in quizzes.

Run as a program in the platform's environment, since kinds say what a right answer is. Triggers and
foreign keys are off meanwhile, which is what makes it fast: all is sound by how it is made.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import django
import psycopg

if __name__ == "__main__":
    django.setup()

from bench.finding_people import fill_people
from questions.kinds import BadResponse, kind_of
from questions.models import QuestionVersion

QUESTIONS = 5_000
QUIZZES, ASKED = 500, 20
# One quiz that very many take, and a student who has tried every fifth, and that one often.
AT_THE_LARGEST, AT_EACH, OWN_AT_THE_LARGEST = 10_000, 80, 40
GENERATIONS = 20_000
STUDENT, TRAINER = "student@demo.apranova.test", "trainer@demo.apranova.test"

ENROLL = """
    WITH enrolled AS (
        INSERT INTO curriculum_enrollment (student_id, track_id, enrolled_at)
        SELECT student.id, track.id, student.joined_at
        FROM accounts_user AS student JOIN curriculum_track AS track ON track.code = student.track
        WHERE email LIKE 'person%%' RETURNING id, enrolled_at
    )
    INSERT INTO curriculum_grant (enrollment_id, source, reference, starts_at)
    SELECT id, 'free', '', enrolled_at FROM enrolled
"""
# What came with the platform, again and again; a tenth is the demo's trainer's own.
COPY_QUESTIONS = """
    CREATE TEMPORARY TABLE copied AS
    SELECT version.id AS source, version.question_id AS of, n,
        nextval(pg_get_serial_sequence('questions_question', 'id')) AS question,
        nextval(pg_get_serial_sequence('questions_questionversion', 'id')) AS version
    FROM generate_series(1, 1000) AS n, questions_questionversion AS version
    JOIN questions_question AS question ON question.id = question_id AND newest = number
    WHERE status = 'ready' LIMIT %(questions)s;

    INSERT INTO questions_question (id, owner_id, is_shared, status, subject_id, chapter_id,
        newest, reference, created_at, edited_at)
    SELECT copied.question, CASE WHEN n %% 10 = 0 THEN %(trainer)s END, n %% 7 > 0,
        CASE WHEN n %% 9 = 0 THEN 'draft' ELSE 'ready' END, subject_id, chapter_id, 1, '',
        now() - n * interval '1 hour', now() - n * interval '1 hour'
    FROM copied JOIN questions_question AS source ON source.id = of;

    INSERT INTO questions_questionversion (id, question_id, number, type, text, body, key,
        explanation, marks, difficulty, tags, sources, origin, digest, text_digest, made_at)
    SELECT copied.version, copied.question, 1, type, text || ' (' || n || ')', body, key,
        explanation, marks, difficulty, tags, sources, 'import', md5(copied.version::text),
        md5(copied.version::text), now() - n * interval '1 hour'
    FROM copied JOIN questions_questionversion AS source ON source.id = copied.source;

    INSERT INTO questions_choice (version_id, position, text, is_correct, place, feedback)
    SELECT copied.version, position, text, is_correct, place, feedback
    FROM copied JOIN questions_choice AS source ON source.version_id = copied.source
"""
MAKE_QUIZZES = """
    CREATE TEMPORARY TABLE made AS
    SELECT n, nextval(pg_get_serial_sequence('quizzes_quiz', 'id')) AS quiz
    FROM generate_series(0, %(quizzes)s - 1) AS n;

    INSERT INTO quizzes_quiz (id, title, description, status, author_id, track_id, is_shuffled,
        feedback, pass_percent, created_at, edited_at, published_at)
    SELECT quiz, 'Practice ' || n, 'What everybody has to know.', 'published',
        CASE WHEN n %% 20 = 0 THEN %(trainer)s ELSE trainer.id END, track.id, true,
        'after_submit', 60, now() - interval '90 days', now() - n * interval '1 hour',
        now() - interval '90 days'
    FROM made
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM accounts_user
        WHERE role = 'trainer' AND email LIKE 'person%%') AS trainer ON trainer.place = n + 1
    LEFT JOIN curriculum_track AS track ON track.code = (ARRAY['', 'FSD', 'DP'])[1 + n %% 3];

    INSERT INTO quizzes_quizquestion (quiz_id, question_id, position)
    SELECT quiz, question, 1 + place
    FROM made CROSS JOIN generate_series(0, %(asked)s - 1) AS place
    JOIN (SELECT question, row_number() OVER (ORDER BY md5(version::text)) - 1 AS chosen
        FROM copied JOIN questions_questionversion AS version ON version.id = copied.version
        WHERE type <> 'FILE_UPLOAD') AS usable
        ON chosen = (n * %(asked)s + place) %% (%(questions)s * 9 / 10)
"""
BEGIN_ATTEMPTS = """
    CREATE TEMPORARY TABLE tried AS
    WITH student AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_user
        WHERE role = 'student' AND email LIKE 'person%%'
    ), crowd AS (
        SELECT quiz, n * %(each)s + k AS place
        FROM made CROSS JOIN generate_series(0, %(largest)s - 1) AS k
        WHERE k < CASE WHEN n = 0 THEN %(largest)s ELSE %(each)s END
    ), every AS (
        SELECT quiz, student.id AS student, 1 AS number
        FROM crowd JOIN student ON student.place = crowd.place %% 95000
        UNION ALL
        SELECT quiz, %(student)s, number FROM made CROSS JOIN generate_series(1, %(own)s) AS number
        WHERE n = 0 OR n %% 5 = 0 AND number = 1
    )
    SELECT gen_random_uuid() AS id, quiz, student, number, row_number() OVER () AS n,
        now() - random() * interval '90 days' - interval '1 day' AS began,
        student <> %(student)s AND random() < 0.01 AS is_open
    FROM every;
    ANALYZE tried
"""
ANSWER = """
    INSERT INTO quizzes_attemptquestion (attempt_id, version_id, question_id, position, marks,
        deal, response, revision, saved_at, seconds, score, is_correct)
    SELECT id, version, question, position, marks, deal,
        CASE WHEN chance < 0.65 THEN right_one WHEN chance < 0.95 THEN wrong_one END,
        1, began + position * interval '30 seconds', (20 + 100 * chance)::int,
        CASE WHEN is_open OR chance < 0.95 AND is_by_hand THEN NULL
            WHEN chance < 0.65 THEN marks ELSE 0 END,
        CASE WHEN is_open OR chance < 0.95 AND is_by_hand THEN NULL ELSE chance < 0.65 END
    FROM (
        SELECT tried.id, began, is_open, listed.position, dealt.*, random() AS chance
        FROM tried JOIN quizzes_quizquestion AS listed ON listed.quiz_id = tried.quiz
        JOIN dealt ON dealt.question = listed.question_id
        ORDER BY n
    ) AS asked;

    INSERT INTO quizzes_attempt (id, quiz_id, student_id, number, status, seed, started_at,
        saved_at, ended_at, score, max_score, pending_count)
    SELECT id, quiz, student, number,
        CASE WHEN is_open THEN 'in_progress' WHEN n %% 31 = 0 THEN 'abandoned'
            ELSE 'submitted' END,
        n, began, began + interval '10 minutes',
        CASE WHEN NOT is_open THEN began + (11 + n %% 20) * interval '1 minute' END,
        CASE WHEN NOT is_open THEN won END, marks, CASE WHEN is_open THEN 0 ELSE pending END
    FROM tried JOIN (
        SELECT attempt_id, coalesce(sum(score), 0) AS won, sum(marks) AS marks,
            count(*) FILTER (WHERE score IS NULL) AS pending
        FROM quizzes_attemptquestion GROUP BY attempt_id
    ) AS sums ON sums.attempt_id = tried.id
"""
COUNT = """
    INSERT INTO questions_versionstatistics (version_id, answers, share_sum, share_squares,
        rest_sum, rest_squares, products, timed, seconds_sum)
    SELECT version_id, count(*), sum(share), sum(share * share), sum(rest), sum(rest * rest),
        sum(share * rest), count(seconds), sum(seconds)
    FROM (
        SELECT version_id, seconds, asked.score / marks AS share,
            (attempt.score - asked.score) / (max_score - marks) AS rest
        FROM quizzes_attemptquestion AS asked
        JOIN quizzes_attempt AS attempt ON attempt.id = attempt_id
        WHERE asked.score IS NOT NULL AND response IS NOT NULL
    ) AS outcome GROUP BY version_id ON CONFLICT DO NOTHING;

    INSERT INTO questions_choicecount (choice_id, times)
    SELECT choice.id, 100 FROM questions_choice AS choice
    JOIN copied ON copied.version = choice.version_id
"""
GENERATE = """
    INSERT INTO quizzes_generation (id, owner_id, quiz_id, type, wish, source_text, digest, state,
        is_from_cache, provider, model, requests, tokens_in, tokens_out, cost, asked_count,
        received_count, repaired_count, dropped_count, saved_count, problems, created_at, ended_at)
    SELECT gen_random_uuid(), author_id, quiz.id, 'PROMPT', '{}', '', md5(generation::text),
        'succeeded', false, 'gemini', 'gemini-' || generation %% 3, 2, 1000, 2000,
        generation * 0.00001, 10, 10, 0, 0, 10, '[]',
        now() - generation * interval '20 minutes', now() - generation * interval '19 minutes'
    FROM generate_series(1, %(generations)s) AS generation
    JOIN made ON made.n = generation %% %(quizzes)s
    JOIN quizzes_quiz AS quiz ON quiz.id = made.quiz
"""


def fill(database_url: str) -> int:
    """How many answers there are now."""
    fill_people(database_url)
    with psycopg.connect(
        database_url, autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as database:
        facts = {
            "questions": QUESTIONS,
            "quizzes": QUIZZES,
            "asked": ASKED,
            "largest": AT_THE_LARGEST,
            "each": AT_EACH,
            "own": OWN_AT_THE_LARGEST,
            "generations": GENERATIONS,
            "student": _key(database, STUDENT),
            "trainer": _key(database, TRAINER),
        }
        database.execute("SET session_replication_role = replica")
        for statement in (ENROLL, COPY_QUESTIONS, MAKE_QUIZZES, BEGIN_ATTEMPTS):
            database.execute(statement, facts)
        _deal(database)
        for statement in (ANSWER, COUNT, GENERATE):
            database.execute(statement, facts)
        database.execute("VACUUM ANALYZE")
        row = database.execute("SELECT count(*) FROM quizzes_attemptquestion").fetchone()
    return int(row[0]) if row else 0


def _key(database: psycopg.Connection[Any], email: str) -> int:
    row = database.execute("SELECT id FROM accounts_user WHERE email = %s", [email]).fetchone()
    return int(row[0]) if row else 0


def _deal(database: psycopg.Connection[Any]) -> None:
    """As one student might see each question, with an answer that is right and one that is not."""
    database.execute(
        "CREATE TEMPORARY TABLE dealt (question bigint, version bigint, marks numeric, deal jsonb,"
        " right_one jsonb, wrong_one jsonb, is_by_hand boolean)"
    )
    asked = [row[0] for row in database.execute("SELECT question FROM copied")]
    columns = "question, version, marks, deal, right_one, wrong_one, is_by_hand"
    with database.cursor().copy(f"COPY dealt ({columns}) FROM STDIN") as copy:
        for row in _dealt(asked):
            copy.write_row(row)
    database.execute("ANALYZE dealt")


def _dealt(questions: list[int]) -> Iterator[tuple[Any, ...]]:
    for version in QuestionVersion.objects.filter(question__in=questions).with_choices():
        kind, material = kind_of(version.type), version.material
        wrong = next(([each.id] for each in material.choices if not each.is_correct), None)
        answers = [kind.right_response(material), wrong]
        if kind.is_graded_by_hand:
            answers = ["First look at what is there, then change one thing."] * 2
        yield (
            version.question_id,
            version.pk,
            version.marks,
            json.dumps(asdict(kind.deal(material, seed=version.pk))),
            *(json.dumps(_sound(kind, material, each)) for each in answers),
            kind.is_graded_by_hand,
        )


def _sound(kind: Any, material: Any, raw: object) -> object:
    """None for what is no answer to this kind of question."""
    try:
        return kind.parse(material, raw)
    except BadResponse:
        return None


if __name__ == "__main__":
    begins = time.monotonic()
    answers = fill(os.environ["DATABASE_URL"])
    print(f"{answers:,} answers in {time.monotonic() - begins:.0f} s")
