"""How long the queue of reviews takes with 400 that wait among 20,000 that are decided.

One reviewer asks over real HTTP, one page after the other, as a trainer and as an admin.
"""

import statistics
import time

import httpx
import psycopg

from bench.serving import PRODUCTION, prepared_demo, serving, session_of

WAITING, DECIDED = 400, 20_000
TIMES = 40
STUDENTS = 2_000
# Some of them are looked after by the demo's trainer, most by nobody.
FILL_PEOPLE = """
    INSERT INTO accounts_user (password, email, name, role, track, tracks, phone, avatar,
        github_username, notification_choices, time_zone, locale, is_active, joined_at)
    SELECT '!', 'learner' || n || '@school.test',
        (ARRAY['Aarav','Diya','Kabir','Sara','Arjun','Ishita','Zoya','Nikhil'])[1 + n %% 8]
        || ' ' || upper(substr(md5(n::text), 1, 6)),
        'student', CASE WHEN n %% 2 = 0 THEN 'FSD' ELSE 'DP' END, ARRAY[]::text[],
        '', '', '', '{}', '', '', true, now() - n * interval '1 minute'
    FROM generate_series(1, %(students)s) AS n
"""
FILL_WORK = """
    WITH students AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM accounts_user
        WHERE email LIKE 'learner%%'
    ), deliverables AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS d FROM curriculum_deliverable
    ), pairs AS (
        SELECT students.id AS student, deliverables.id AS deliverable,
            row_number() OVER (ORDER BY d, n) AS place
        FROM students, deliverables
    ), handed_in AS (
        INSERT INTO curriculum_submission (deliverable_id, student_id, status, newest, created_at,
            submitted_at, decided_at)
        SELECT deliverable, student,
            CASE WHEN place > %(waiting)s THEN
                (ARRAY['approved','approved','changes_requested','rejected'])[1 + place %% 4]
            ELSE 'pending' END,
            1, now() - place * interval '3 minutes', now() - place * interval '3 minutes',
            CASE WHEN place > %(waiting)s THEN now() - place * interval '2 minutes' END
        FROM pairs WHERE place <= %(waiting)s + %(decided)s
        RETURNING id, submitted_at
    )
    INSERT INTO curriculum_revision (submission_id, number, url, note, submitted_at)
    SELECT id, 1, 'https://example.org/work', 'Please look at the loop first.', submitted_at
    FROM handed_in
"""
TRAINER, ADMIN = "trainer@demo.apranova.test", "admin@demo.apranova.test"
PAGES = (
    "/review/",
    "/review/?page=8",
    "/review/?track=FSD&whose=pool",
    "/review/?q=diya",
    "/review/?state=approved",
    "/review/?state=approved&page=300",
    "/review/?state=all",
)


def main() -> None:
    with prepared_demo() as environment:
        opened = _fill(environment["DATABASE_URL"])
        with serving(PRODUCTION, environment) as address:
            print(f"{WAITING} wait, {DECIDED:,} are decided, {TIMES} times each\n")
            print(f"{'':48}{'p50 ms':>10}{'p95 ms':>10}")
            for person in (TRAINER, ADMIN):
                with httpx.Client(base_url=address) as client:
                    cookie = {"Cookie": f"sessionid={session_of(client, person)}"}
                    client.cookies.clear()
                    for path in (*PAGES, f"/review/{opened}/", "/dashboard/"):
                        _measure(client, person.partition("@")[0], path, cookie)


def _fill(database_url: str) -> int:
    sizes = {"students": STUDENTS, "waiting": WAITING, "decided": DECIDED}
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(FILL_PEOPLE, sizes)
        database.execute(FILL_WORK, sizes)
        for table in ("accounts_user", "curriculum_submission", "curriculum_revision"):
            database.execute(f"VACUUM ANALYZE {table}")
        row = database.execute(
            "SELECT submission.id FROM curriculum_submission AS submission"
            " JOIN accounts_user AS student ON student.id = student_id"
            " WHERE status = 'pending' AND student.track = 'FSD' ORDER BY submitted_at LIMIT 1"
        ).fetchone()
        return int(row[0]) if row else 0


def _measure(client: httpx.Client, who: str, path: str, headers: dict[str, str]) -> None:
    taken = []
    for _ in range(TIMES):
        begins = time.perf_counter()
        client.get(path, headers=headers).raise_for_status()
        taken.append((time.perf_counter() - begins) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    print(f"{who + ' ' + path:48}{statistics.median(taken):10.1f}{p95:10.1f}")


if __name__ == "__main__":
    main()
