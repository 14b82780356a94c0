"""How long lists and searches take among 100,000 people, asked one after another by one admin."""

import statistics
import time
from collections.abc import Mapping

import httpx
import psycopg

from bench.serving import EMBEDDED, PERSON, browser_session, prepared_demo, serving

PEOPLE = 100_000
TIMES = 15
# Names as mixed as names are: of some words there are thousands, of others one.
FILL = """
    INSERT INTO accounts_user (password, email, name, role, track, tracks, phone, avatar,
        github_username, notification_choices, time_zone, locale, is_active, joined_at)
    SELECT '!', 'person' || n || '@school' || n %% 40 || '.test',
        (ARRAY['Aarav','Diya','Kabir','Sara','Arjun','Ishita','Zoya','Nikhil'])[1 + n %% 8]
        || ' ' ||
        (ARRAY['Sharma','Patel','Singh','Nair','Khan','Rao','Menon'])[1 + n / 8 %% 7] || ' ' ||
        upper(substr(md5(n::text), 1, 6)),
        CASE WHEN n %% 25 = 0 THEN 'trainer' ELSE 'student' END,
        CASE WHEN n %% 25 = 0 THEN '' WHEN n %% 2 = 0 THEN 'FSD' ELSE 'DP' END,
        CASE WHEN n %% 25 = 0 THEN ARRAY['FSD'] ELSE ARRAY[]::text[] END,
        '', '', '', '{}', '', '', n %% 50 > 0, now() - n * interval '1 minute'
    FROM generate_series(1, %s) AS n
"""
ASSIGN = """
    WITH trainers AS (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user
        WHERE role = 'trainer' AND email LIKE 'person%%'
    ), students AS (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user
        WHERE role = 'student' AND email LIKE 'person%%' AND is_active
    )
    INSERT INTO accounts_trainerassignment (trainer_id, student_id, slot, started_at)
    SELECT trainers.id, students.id, 1 + students.n %% 15, now()
    FROM students JOIN trainers ON trainers.n = 1 + students.n / 15
"""
API, ADMIN = "/api/users/", "/admin/accounts/user/"
LISTS = (
    f"{API}",
    f"{API}?page=2500",
    f"{API}?ordering=-joined_at",
    f"{API}?ordering=email&page_size=100",
    f"{API}?role=trainer",
    f"{API}?role=student&track=FSD&active=true",
    f"{API}?trainer=none",
    f"{API}?trainer=25",
    f"{API}?active=false",
    f"{API}?search=person77777@school",
    f"{API}?search=diya%20pat",
    f"{API}?search=diya%20c4ca",
    f"{API}?search=school7",
    f"{API}?search=nobody-has-this",
    f"{API}?search=s&role=student&trainer=none",
    f"{API}trainers/",
    f"{API}trainers/?ordering=-free_places&track=FSD",
    f"{ADMIN}",
    f"{ADMIN}?q=diya+pat",
    f"{ADMIN}?trainer=none&is_active__exact=1",
    f"{ADMIN}?proven=yes&second_factor=no",
    "/dashboard/",
)


def main() -> None:
    with prepared_demo() as environment:
        fill_people(environment["DATABASE_URL"])
        with serving(EMBEDDED, environment) as address, httpx.Client(base_url=address) as client:
            signed_in = client.post("/api/auth/login/", json=PERSON).raise_for_status().json()
            token = {"Authorization": f"Bearer {signed_in['access']}"}
            cookie = {"Cookie": f"sessionid={browser_session(client)}"}
            client.cookies.clear()
            print(
                f"{PEOPLE:,} people, {TIMES} times each\n\n{'':54}{'median ms':>10}{'worst ms':>10}"
            )
            for path in LISTS:
                _measure(client, path, token if path.startswith("/api/") else cookie)
            _assign(client, token)
            _export(client, cookie)


def fill_people(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute(FILL, [PEOPLE])
        database.execute(ASSIGN, [])
        database.execute("VACUUM ANALYZE accounts_user")
        database.execute("VACUUM ANALYZE accounts_trainerassignment")


def _measure(client: httpx.Client, path: str, headers: Mapping[str, str]) -> None:
    taken = []
    for _ in range(TIMES):
        begins = time.perf_counter()
        client.get(path, headers=headers).raise_for_status()
        taken.append((time.perf_counter() - begins) * 1000)
    print(f"{path:54}{statistics.median(taken):10.1f}{max(taken):10.1f}")


def _assign(client: httpx.Client, token: Mapping[str, str]) -> None:
    """Among four thousand trainers; the students of the demo without one are taken in turn."""
    page = client.get(f"{API}?trainer=none&track=FSD&active=true&page_size={TIMES}", headers=token)
    taken = []
    for student in page.json()["results"]:
        begins = time.perf_counter()
        body = {"student": student["id"], "trainer": "auto"}
        client.post(f"{API}assign-trainer/", json=body, headers=token).raise_for_status()
        taken.append((time.perf_counter() - begins) * 1000)
    if taken:
        print(f"{'assign-trainer auto':54}{statistics.median(taken):10.1f}{max(taken):10.1f}")


def _export(client: httpx.Client, cookie: Mapping[str, str]) -> None:
    page = client.get(ADMIN, headers=cookie)
    crumb = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {
        "action": "export_csv",
        "select_across": "1",
        "_selected_action": "1",
        "csrfmiddlewaretoken": crumb,
    }
    headers = {
        "Cookie": f"{cookie['Cookie']}; csrftoken={page.cookies.get('csrftoken', '')}",
        "Referer": str(page.url),
    }
    begins = time.perf_counter()
    answer = client.post(ADMIN, data=form, headers=headers, timeout=120).raise_for_status()
    seconds = time.perf_counter() - begins
    print(f"\nCSV of {len(answer.text.splitlines()) - 1:,} people: {seconds:.1f} s")


if __name__ == "__main__":
    main()
