"""Students who take a quiz of 50 questions all at once, over HTTP, as their pages save it.

Each answer is changed now and then, sent twice, or overtaken by a newer one. In the end the
database must hold of everybody exactly the last answer that was acknowledged, and scores that
follow from these; anything else fails.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.serving import EMBEDDED, PERSON, PRODUCTION, ROOT, prepared_demo, serving

QUESTIONS = 50
STUDENTS, AT_ONCE = 60, 12
TYPES = ("SINGLE", "MULTIPLE", "TRUE_FALSE")
CHANGED, TWICE, OVERTAKEN = 0.3, 0.1, 0.1
TRAINER = "trainer@demo.apranova.test"
# Nobody answers as fast as these do.
UNBRAKED = {"THROTTLE_ANSWERS": "1000000/minute", "THROTTLE_USER": "1000000/minute"}


@dataclass
class Taker:
    """One student; `known` is what was acknowledged last, by question."""

    client: httpx.Client
    token: str
    chance: random.Random
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    known: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    attempt: str = ""

    def take(self, quiz: int) -> None:
        begun = self._post("start", f"/api/quiz/quizzes/{quiz}/start/")
        self.attempt = begun["id"]
        for question in begun["questions"]:
            self._answer(question)
        first = self._post("submit", f"/api/quiz/attempts/{self.attempt}/submit/")
        again = self._post("submit again", f"/api/quiz/attempts/{self.attempt}/submit/")
        if (first["status"], first["score"]) != ("submitted", again["score"]):
            raise SystemExit("Handed in twice, it is not the same.")

    def _answer(self, question: Mapping[str, Any]) -> None:
        choices = [each["id"] for each in question["answers"]]
        revisions = [1]
        while self.chance.random() < CHANGED:
            revisions.append(revisions[-1] + 1)
        answers = [(number, [self.chance.choice(choices)]) for number in revisions]
        if self.chance.random() < TWICE:
            answers.append(answers[-1])
        if self.chance.random() < OVERTAKEN and len(answers) > 1:
            answers[-2:] = answers[:-3:-1]
        for revision, selected in answers:
            body = {"question": question["id"], "selected": selected, "revision": revision}
            kept = self._post("save", f"/api/quiz/attempts/{self.attempt}/answer/", body)
            newest = self.known.get(question["id"], (0, []))
            if revision > newest[0]:
                self.known[question["id"]] = (revision, selected)
            elif bool(kept.get("stale")) != (selected != newest[1]):
                raise SystemExit("An older answer is not told as what it is.")
            if kept["revision"] != self.known[question["id"]][0]:
                raise SystemExit("What was acknowledged is not the newest revision.")

    def _post(self, step: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        begins = time.perf_counter()
        answer = self.client.post(path, json=body, headers=headers)
        self.taken[step].append((time.perf_counter() - begins) * 1000)
        if answer.is_error:
            raise SystemExit(f"{path} answered {answer.status_code}: {answer.text[:200]}")
        return answer.json()


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else STUDENTS
    with prepared_demo() as environment:
        environment |= {**UNBRAKED, "DJANGO_SETTINGS_MODULE": "core.settings.base"}
        tokens = iter(_run("bench.people", str(2 * students), environment=environment).split())
        for title, command in (("embedded", EMBEDDED), ("production", PRODUCTION)):
            with serving(command, environment) as address:
                print(f"\n{title}: {students} students, {AT_ONCE} at once, {QUESTIONS} questions")
                own = [next(tokens) for _ in range(students)]
                _measure(address, own, environment)


def _measure(address: str, tokens: list[str], environment: Mapping[str, str]) -> None:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    with (
        httpx.Client(base_url=address, timeout=60, trust_env=False, limits=limits) as client,
        ThreadPoolExecutor(AT_ONCE) as crowd,
    ):
        quiz = _make_quiz(client)
        takers = [Taker(client, each, random.Random(n)) for n, each in enumerate(tokens)]
        begins = time.perf_counter()
        list(crowd.map(lambda taker: taker.take(quiz), takers))
        seconds = time.perf_counter() - begins
    print(f"{'':14}{'times':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for step in takers[0].taken:
        taken = [each for taker in takers for each in taker.taken[step]]
        cuts = statistics.quantiles(taken, n=100)
        print(f"{step:14}{len(taken):8}{cuts[49]:9.0f}{cuts[94]:9.0f}{cuts[98]:9.0f}")
    saves = sum(len(taker.taken["save"]) for taker in takers)
    print(f"{saves / seconds:.0f} saves a second; load {os.getloadavg()[0]:.0f}")
    known = {taker.attempt: taker.known for taker in takers}
    print(_run("bench.taking_parts", environment=environment, said=json.dumps(known)).strip())


def _make_quiz(client: httpx.Client) -> int:
    login = client.post("/api/auth/login/", json={**PERSON, "email": TRAINER})
    headers = {"Authorization": f"Bearer {login.raise_for_status().json()['access']}"}
    found: list[dict[str, int]] = []
    for type_ in TYPES:
        query = {"question_type": type_, "status": "ready", "page_size": 100}
        page = client.get("/api/questions/", params=query, headers=headers).raise_for_status()
        found += [{"id": each["id"]} for each in page.json()["results"][: QUESTIONS // 2]]
    body = {"title": "Fifty at once", "questions": found[:QUESTIONS]}
    made = client.post("/api/quiz/quizzes/", json=body, headers=headers).raise_for_status()
    quiz = int(made.json()["id"])
    client.post(f"/api/quiz/quizzes/{quiz}/publish/", headers=headers).raise_for_status()
    return quiz


def _run(module: str, *words: str, environment: Mapping[str, str], said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        cwd=ROOT,
        env=environment,
        input=said,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout or f"{module} failed.")
    return done.stdout


if __name__ == "__main__":
    main()
