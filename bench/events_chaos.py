"""Events recorded while processes are killed at random: each delivered, and none twice.

Recorders add rows together with their events, workers deliver them, and all of them die by SIGKILL
again and again: whole workers, single processes of a worker, recorders, and recorders exactly
between their commit and the hand-over to the broker. Then it is counted.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from core.embedded.engines import throwaway_engines

ROOT = Path(__file__).resolve().parents[1]
PARTS = "bench.chaos_parts"
LONGEST_WAIT_SECONDS = 300
CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "core.celery"]
WORKER = [
    *(*CELERY, "worker", "--include", PARTS, "--concurrency=2", "--loglevel=error"),
    *("--without-gossip", "--without-mingle"),
]


def main() -> int:
    options = _options()
    # So that whoever ends this ends its processes too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with (
        tempfile.TemporaryDirectory(prefix="apranova-bench-") as data_dir,
        throwaway_engines() as urls,
    ):
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "core.settings.base",
            "DEMO": "1",
            "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
            "ENCRYPTION_KEYS": "YmVuY2hiZW5jaGJlbmNoYmVuY2hiZW5jaGJlbmNoLS0=",
            "FRONTEND_URL": "http://localhost",
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "DATA_DIR": data_dir,
            "LOG_LEVEL": "ERROR",
            "SWEEP_SECONDS": "1",
            "HANDOVER_PATIENCE_SECONDS": "4",
        }
        _prepare(environment, Path(data_dir))
        with psycopg.connect(urls.database_url, autocommit=True) as database:
            database.execute("CREATE TABLE chaos_changes (number bigserial PRIMARY KEY)")
            database.execute("CREATE TABLE chaos_effects (number bigint NOT NULL)")
            return _show(_run(options, environment, database))


@dataclass
class Deaths:
    """Who was killed, or killed itself, how often."""

    count: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return ", ".join(f"{number} x {who}" for who, number in sorted(self.count.items()))


@dataclass(frozen=True)
class Figures:
    changes: int
    events: int
    heard: int
    calls: int
    tried_again: int
    given_up: int
    recording_seconds: float
    total_seconds: float
    deaths: Deaths

    @property
    def is_sound(self) -> bool:
        return self.changes == self.events == self.heard == self.calls and not self.given_up


class Crowd:
    """Processes of one kind; whoever dies is replaced."""

    def __init__(
        self, who: str, command: list[str], size: int, environment: dict[str, str]
    ) -> None:
        self.who, self._command, self._environment = who, command, environment
        self._members = [self._start() for _ in range(size)]

    def replace_the_dead(self, deaths: Deaths) -> None:
        for place, member in enumerate(self._members):
            if member.poll() not in {None, -signal.SIGKILL}:
                raise SystemExit(f"A {self.who} failed; see above.")
            if member.poll() is not None:
                deaths.count[f"{self.who} right after its commit"] += 1
                self._members[place] = self._start()

    def kill_one(self, deaths: Deaths) -> None:
        place = random.randrange(len(self._members))
        _kill_group(self._members[place])
        deaths.count[self.who] += 1
        self._members[place] = self._start()

    def kill_a_child(self, deaths: Deaths) -> None:
        children = _children(random.choice(self._members).pid)
        if children:
            os.kill(random.choice(children), signal.SIGKILL)
            deaths.count[f"process of a {self.who}"] += 1

    def kill_all(self) -> None:
        for member in self._members:
            _kill_group(member)

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command, cwd=ROOT, env=self._environment, start_new_session=True
        )


def _run(
    options: argparse.Namespace, environment: dict[str, str], database: psycopg.Connection
) -> Figures:
    deaths, started = Deaths(), time.monotonic()
    recorder = [sys.executable, "-m", PARTS, str(options.die_every)]
    with (
        _beat(environment),
        _crowd("worker", WORKER, options.workers, environment) as workers,
    ):
        with _crowd("recorder", recorder, options.recorders, environment) as recorders:
            _kill_at_random(options, workers, recorders, database, deaths)
        recorded = time.monotonic()
        _wait_for_deliveries(database)
        ended = time.monotonic()
    return _count(database, recorded - started, ended - started, deaths)


def _kill_at_random(
    options: argparse.Namespace,
    workers: Crowd,
    recorders: Crowd,
    database: psycopg.Connection,
    deaths: Deaths,
) -> None:
    ways = [
        lambda: workers.kill_one(deaths),
        lambda: workers.kill_a_child(deaths),
        lambda: recorders.kill_one(deaths),
    ]
    next_kill = time.monotonic() + options.kill_every
    while _number(database, "SELECT count(*) FROM chaos_changes") < options.events:
        time.sleep(0.1)
        recorders.replace_the_dead(deaths)
        if options.kill_every and time.monotonic() > next_kill:
            random.choice(ways)()
            next_kill = time.monotonic() + random.uniform(0.5, 1.5) * options.kill_every


def _wait_for_deliveries(database: psycopg.Connection) -> None:
    ends = time.monotonic() + LONGEST_WAIT_SECONDS
    waiting = "SELECT count(*) FROM core_eventdelivery WHERE delivered_at IS NULL"
    while left := _number(database, waiting):
        if time.monotonic() > ends:
            print(f"{left} deliveries were not made in {LONGEST_WAIT_SECONDS} s.")
            return
        time.sleep(0.1)


def _count(
    database: psycopg.Connection, recording_seconds: float, total_seconds: float, deaths: Deaths
) -> Figures:
    deliveries = "SELECT count(*) FROM core_eventdelivery WHERE"
    return Figures(
        changes=_number(database, "SELECT count(*) FROM chaos_changes"),
        events=_number(
            database,
            "SELECT count(*) FROM core_event JOIN chaos_changes"
            " ON number = (payload->>'number')::bigint",
        ),
        heard=_number(database, "SELECT count(DISTINCT number) FROM chaos_effects"),
        calls=_number(database, "SELECT count(*) FROM chaos_effects"),
        tried_again=_number(database, f"{deliveries} tries > 1"),
        given_up=_number(database, f"{deliveries} given_up_at IS NOT NULL"),
        recording_seconds=recording_seconds,
        total_seconds=total_seconds,
        deaths=deaths,
    )


def _show(figures: Figures) -> int:
    rate = figures.events / figures.total_seconds
    print(f"killed:                     {figures.deaths or 'nobody'}")
    print(f"changes committed:          {figures.changes}")
    print(f"events of these:            {figures.events}")
    print(f"delivered at least once:    {figures.heard}")
    print(f"delivered more than once:   {figures.calls - figures.heard}")
    print(f"given up:                   {figures.given_up}")
    print(f"needed more than one try:   {figures.tried_again}")
    print(f"recorded in:                {figures.recording_seconds:.1f} s")
    print(f"all delivered after:        {figures.total_seconds:.1f} s ({rate:.0f} a second)")
    print("sound" if figures.is_sound else "NOT SOUND")
    return 0 if figures.is_sound else 1


def _prepare(environment: dict[str, str], data_dir: Path) -> None:
    (data_dir / "beat").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )


@contextmanager
def _crowd(who: str, command: list[str], size: int, environment: dict[str, str]) -> Iterator[Crowd]:
    crowd = Crowd(who, command, size, environment)
    try:
        yield crowd
    finally:
        crowd.kill_all()


@contextmanager
def _beat(environment: dict[str, str]) -> Iterator[None]:
    beat = subprocess.Popen(
        [*CELERY, "beat", "--loglevel=error"], cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        yield
    finally:
        _kill_group(beat)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> list[int]:
    """Nobody where the kernel does not tell."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _number(database: psycopg.Connection, query: str) -> int:
    return int(database.execute(query).fetchall()[0][0])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--recorders", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--die-every", type=int, default=500, help="changes; then a recorder dies after its commit"
    )
    parser.add_argument(
        "--kill-every", type=float, default=4.0, help="seconds on average; 0 kills nobody"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
