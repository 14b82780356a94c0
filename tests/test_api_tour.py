"""`docs/api-tour.md` is true: a client walks it, and it leaves out no endpoint it tells of."""

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.db.models import F
from drf_spectacular.generators import SchemaGenerator
from PIL import Image

from accounts.actions.texts import send_text
from accounts.actions.trainers import assign_trainer
from accounts.models import SignIn
from accounts.tests.authenticators import Device, code_at
from accounts.tests.factories import UserFactory
from accounts.tests.phones import newest
from accounts.tests.providers import Providers, providers
from core.callers import Caller
from core.clock import now
from core.jobs.models import Job
from core.jobs.running import run_job
from core.jobs.states import JobStatus
from core.mail.models import Mail
from curriculum.loading import load_own_content
from questions.models import Subject
from tests.architecture.walking import shape_of
from tests.touring import Tour, blocks_of, call_in

__all__ = ["providers"]

TOUR = Path(__file__).parents[1] / "docs" / "api-tour.md"
FRONTEND_URL = "http://localhost:8000"
APP_URL = "http://localhost:47115/signed-in"
ROOMS = ("accounts.", "curriculum.")
# GitHub has a page of its own, since it takes a browser and GitHub.
TOLD_ELSEWHERE = frozenset(
    f"curriculum.api.{name}" for name in ("github", "repositories", "webhooks")
)
PLACES = 20
LOOK_SECONDS = 0.05


@pytest.fixture
def platform(live_server, settings, tmp_path, sandbox_server, providers: Providers) -> str:
    """As in production, with the sandbox in the place of the world outside."""
    settings.FRONTEND_URL = FRONTEND_URL
    settings.SOCIAL_REDIRECT_URIS = (APP_URL,)
    settings.EMAIL_VERIFICATION = "mandatory"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SMS_URL = f"{sandbox_server.url}/sms/messages"
    settings.SMS_KEY = "sandbox-sms-key"
    return live_server.url


@pytest.fixture
def people(platform) -> None:
    """Who is there before the tour begins, and what there is to learn."""
    load_own_content(now())
    Subject.objects.get_or_create(code="sql", defaults={"name": "SQL"})
    meera = UserFactory(email="meera@example.org", name="Meera Nair", superadmin=True)
    UserFactory(email="ananya@example.org", name="Ananya Iyer", trainer=True, tracks=["FSD"])
    vikram = UserFactory(email="vikram@example.org", name="Vikram Singh", trainer=True)
    for _ in range(PLACES):
        assign_trainer(UserFactory(), trainer=vikram, by=meera, caller=Caller(), at=now())


@pytest.fixture
def worker(platform) -> Iterator[None]:
    """Runs the jobs that wait, beside the server."""
    is_over = threading.Event()

    def work() -> None:
        try:
            while not is_over.wait(LOOK_SECONDS):
                for job in Job.objects.filter(status=JobStatus.QUEUED):
                    run_job(job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    is_over.set()
    thread.join()


class Hands:
    """What the owner of a phone does between two calls."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._device = Device()
        self._steps: dict[str, int] = {}

    def read_text(self, phone: str) -> str:
        send_text(newest(phone).pk, at=now())
        text, *_older = self._providers.sandbox.messages(to=phone, kind="sms")
        return str(text["preview"])

    def show_code(self, secret: str, _shown: str) -> str:
        """Each is good once, so the next one is taken ahead of its time."""
        step = self._steps[secret] = self._steps.get(secret, -1) + 1
        return code_at(now(), steps=step, secret=secret)

    def use_passkey(self, verb: str, options: dict, _shown: str) -> dict:
        return self._device.create(options) if verb == "create" else self._device.get(options)

    def ask_provider(self, where: str, kind: str, lines: str) -> str:
        told = dict(line.split(": ", 1) for line in lines.splitlines())
        person = {"email": told.pop("email"), "name": told.pop("name")}
        if kind == "id_token":
            return self._providers.mint(where, person=person, claims=told)
        if verifier := told.pop("code_verifier", ""):
            digest = hashlib.sha256(verifier.encode()).digest()
            told["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self._providers.code(where, **told, **person)


def mails_to(address: str) -> list[str]:
    return [mail.text for mail in Mail.objects.filter(to=address).order_by("-created_at")]


def let_time_go_by(time) -> None:
    SignIn.objects.update(proved_at=F("proved_at") - time)


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (320, 240), "teal").save(content, "PNG")
    return content.getvalue()


def page_as_zip() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("index.html", "<h1>The Shed</h1>")
    return content.getvalue()


def operations_told() -> set[tuple[str, str]]:
    generator = SchemaGenerator()
    generator.get_schema(public=True)
    return {
        (method, shape_of(path))
        for path, _regex, method, view in generator._get_paths_and_endpoints()
        if type(view).__module__.startswith(ROOMS) and type(view).__module__ not in TOLD_ELSEWHERE
    }


def calls_that_succeed() -> Iterator[tuple[str, str]]:
    shown = list(blocks_of(TOUR))
    for block, answer in pairwise(shown):
        if block.kind == "http" and answer.words[1].startswith("2"):
            call = call_in(block)
            path = call.path.partition("?")[0].replace("<", "{").replace(">", "}")
            yield call.method, shape_of(path)


@pytest.mark.django_db(transaction=True)
def test_the_tour_can_be_walked(platform, people, worker, providers):
    hands = Hands(providers)
    with httpx.Client(base_url=platform, trust_env=False, timeout=90) as client:
        tour = Tour(
            TOUR,
            client,
            files={
                "asha.png": picture(),
                "page.zip": page_as_zip(),
                "by-mistake.zip": page_as_zip(),
            },
            mails_to=mails_to,
            later=let_time_go_by,
            hands={
                "text": hands.read_text,
                "authenticator": hands.show_code,
                "passkey": hands.use_passkey,
                "provider": hands.ask_provider,
            },
        )
        assert tour.walk() > 0


def test_the_tour_calls_every_endpoint_that_is_told_there():
    assert operations_told() - set(calls_that_succeed()) == set()
