"""How long signing in by password takes on the production server, alone and as a class at once.

Each goes through everything: the brake, the throttle, the hash, a new sign-in and its audit entry.
The load comes from the same machine, so read the figures as upper bounds.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx

from bench.serving import PERSON, PRODUCTION, ROOT, prepared_demo, serving

LOGIN = "/api/auth/login/"
WARM_UP = 20
# How many sign in at once, and how often all of them together.
CROWDS = ((1, 100), (10, 200), (60, 300))


def main() -> None:
    with prepared_demo() as environment:
        milliseconds, megabytes = _cost_of_a_hash(environment)
        print(f"one hash: {milliseconds:.1f} ms, {megabytes:.0f} MB; {os.cpu_count()} cores\n")
        with serving(PRODUCTION, environment) as address:
            people = _students(address)
            _sign_in_all(address, islice(cycle(people), WARM_UP), at_once=1)
            print(f"{'at once':>8}{'sign-ins/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'not 200':>9}")
            for at_once, times in CROWDS:
                _measure(address, list(islice(cycle(people), times)), at_once)


def _measure(address: str, people: list[str], at_once: int) -> None:
    started = time.perf_counter()
    answers = _sign_in_all(address, people, at_once=at_once)
    per_second = len(people) / (time.perf_counter() - started)
    twentieths = statistics.quantiles((seconds * 1000 for _status, seconds in answers), n=20)
    failures = sum(status != httpx.codes.OK for status, _seconds in answers)
    print(f"{at_once:8}{per_second:12.1f}{twentieths[9]:9.0f}{twentieths[18]:9.0f}{failures:9}")


def _sign_in_all(
    address: str, people: Iterator[str] | list[str], *, at_once: int
) -> list[tuple[int, float]]:
    with (
        httpx.Client(base_url=address, timeout=60, trust_env=False) as client,
        ThreadPoolExecutor(at_once) as crowd,
    ):
        return list(crowd.map(lambda email: _sign_in(client, email), people))


def _sign_in(client: httpx.Client, email: str) -> tuple[int, float]:
    sent = time.perf_counter()
    answer = client.post(LOGIN, json={"email": email, "password": PERSON["password"]})
    return answer.status_code, time.perf_counter() - sent


def _students(address: str) -> list[str]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        access = client.post(LOGIN, json=PERSON).raise_for_status().json()["access"]
        listed = client.get(
            "/api/users/?role=student&page_size=100", headers={"Authorization": f"Bearer {access}"}
        )
    return [person["email"] for person in listed.raise_for_status().json()["results"]]


def _cost_of_a_hash(environment: Mapping[str, str]) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.hashing"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "core.settings.base"},
        check=True,
        capture_output=True,
        text=True,
    )
    milliseconds, megabytes = map(float, done.stdout.split())
    return milliseconds, megabytes


if __name__ == "__main__":
    main()
