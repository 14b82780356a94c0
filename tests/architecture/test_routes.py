"""Every address is asked by every role, and answers what `docs/routes.txt` says."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.cookies import SimpleCookie
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils.http import int_to_base36

from accounts.actions import addresses, unlocking
from accounts.actions.api_keys import make_api_key
from accounts.actions.audit import record_audit
from accounts.actions.invitations import digest_of
from accounts.actions.sign_ins import start_browser_sign_in, start_token_sign_in
from accounts.actions.trainers import assign_trainer
from accounts.entry.links import sign
from accounts.models import ApiKey, AuditEntry, Invitation, SignIn, User
from accounts.permissions import ANONYMOUS, ROLES, Line, read_table
from accounts.roles import Role
from accounts.tests.authenticators import give_passkey
from accounts.tests.factories import UserFactory, sign_in_browser
from core.asgi import application
from core.callers import Caller
from core.clock import now
from core.events.models import Event, EventDelivery
from core.files.actions import store_file
from core.files.purposes import EXPORT
from core.idempotency.models import IdempotentCall
from core.jobs.models import Job
from core.live.consumer import LiveConsumer
from core.mail.models import Mail
from core.mail.samples import mail_templates
from core.styleguide.catalogue import LAYOUTS, pages
from curriculum.actions.cohorts import extend
from curriculum.actions.comments import write_comment
from curriculum.actions.files import PURPOSE as WORK_FILE
from curriculum.models import (
    Cohort,
    Deliverable,
    Enrollment,
    Extension,
    GitHubConnection,
    Grant,
    Project,
    PullRequest,
    Repository,
    Review,
    Step,
    Submission,
    Track,
    WebhookDelivery,
)
from curriculum.policies import LEARNING
from curriculum.tests.factories import (
    decide,
    enrolled,
    hand_in,
    in_cohort,
    make_track,
)
from curriculum.tests.github_world import make_project, make_pull_request, make_repository
from questions.models import (
    ImportBatch,
    Question,
    QuestionVersion,
    Subject,
    VersionStatistics,
)
from questions.tests.factories import make_question
from quizzes.actions.attempts import save_answer, start_attempt, submit_attempt
from quizzes.models import Attempt, AttemptQuestion, DrawRule, Generation, Quiz
from quizzes.tests.factories import make_published_quiz
from quizzes.tests.generation import asked, done
from tests.architecture.walking import Address, every_address, every_socket, shape_of

SIGN_IN = "/accounts/login/"
LINES = read_table()
MODELS = [line for line in LINES if line.method == "admin"]
SOCKETS = [line for line in LINES if line.method == "WS"]
ASKED = [line for line in LINES if line.method not in {"admin", "WS"}]
# Their guests come and sign in once for all of a lot, which takes longer than most answers.
LOT = 16
LOTS = [ASKED[start : start + LOT] for start in range(0, len(ASKED), LOT)]


@dataclass(frozen=True)
class Guest:
    """Somebody of a role, signed in by browser and by token; nobody has no `pk`."""

    role: str
    pk: int | None
    cookies: SimpleCookie
    headers: dict[str, str]


def make_job(owner: User | None) -> str:
    at = now()
    job = Job.objects.create(
        kind="core.any", owner=owner, max_attempts=1, created_at=at, due_at=at, remind_at=at
    )
    return str(job.pk)


def make_event() -> Event:
    return Event.objects.create(name="core.any", payload={}, recorded_at=now())


def make_delivery() -> EventDelivery:
    at = now()
    return EventDelivery.objects.create(event=make_event(), receiver="any", due_at=at, remind_at=at)


def make_mail() -> Mail:
    at = now()
    return Mail.objects.create(
        key=str(uuid4()),
        to="a@example.org",
        text="",
        html="",
        created_at=at,
        due_at=at,
        remind_at=at,
    )


def make_sign_in(asker: User | None) -> str:
    user = asker or UserFactory()
    return str(start_browser_sign_in(user, way="any", caller=Caller(), at=now()).sid)


def make_passkey(asker: User | None) -> str:
    user = asker or UserFactory()
    give_passkey(user)
    return str(Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN).pk)


def make_api_key_of(asker: User | None) -> str:
    owner, at = asker or UserFactory(admin=True), now()
    key, _text = make_api_key(
        owner, name="any", scopes=["users:read"], expires_at=None, caller=Caller(), at=at
    )
    return str(key.pk)


def make_student(asker: User | None) -> str:
    """Whom the asker looks after, where the asker is a trainer."""
    student = UserFactory()
    if asker is not None and asker.role == Role.TRAINER:
        assign_trainer(student, trainer=asker, by=None, caller=Caller(), at=now())
    return str(student.pk)


def make_learner(asker: User | None) -> str:
    """On a track, and with more time for its project."""
    student = User.objects.get(pk=make_student(asker))
    track = make_track(projects=1)
    enrolled(track, student)
    day = date(2027, 1, 1)
    extend(student, project=track.projects.get(), due_on=day, reason="", by=student, at=now())
    return str(student.pk)


def make_work(asker: User | None) -> str:
    """Handed in by somebody whom the asker looks after, where the asker is a trainer."""
    student = User.objects.get(pk=make_student(asker))
    track = make_track(projects=1, deliverables=1)
    return str(hand_in(track.projects.get().deliverables.get(), enrolled(track, student)).pk)


def make_export(owner: User | None) -> str:
    content = BytesIO()
    ZipFile(content, "w").close()
    stored = store_file(
        content=File(content), name="copy.zip", purpose=EXPORT, owner=owner, at=now()
    )
    return str(stored.pk)


def make_social_account(asker: User | None) -> str:
    user = asker or UserFactory()
    account = SocialAccount.objects.create(user=user, provider="google", uid=str(uuid4()))
    return str(account.pk)


def make_mailed_key() -> str:
    address = EmailAddress.objects.get(user=UserFactory(is_proven=False))
    return sign(addresses.PURPOSE, address.pk, address.email, at=now())


def make_invitation() -> str:
    token, at = uuid4().hex, now()
    Invitation.objects.create(
        email=f"{token}@example.org",
        role=Role.TRAINER,
        digest=digest_of(token),
        created_at=at,
        expires_at=at + timedelta(days=1),
    )
    return token


def make_github_project() -> str:
    return str(make_project().pk)


def make_github_repository(asker: User | None) -> str:
    return str(make_repository(asker or UserFactory()).pk)


def make_github_pull_request(asker: User | None) -> str:
    return str(make_pull_request(make_repository(asker or UserFactory())).pk)


def make_own_project(asker: User | None) -> str:
    """On a track that the asker is on, where that is for them."""
    track = make_track()
    if asker is not None and asker.role in LEARNING:
        enrolled(track, asker)
    return str(track.projects.get(number=1).pk)


def make_submission(asker: User | None) -> str:
    """Their own, where they may hand in; else that of somebody who is nobody of theirs."""
    own = asker if asker is not None and asker.role in LEARNING else UserFactory()
    track = make_track()
    enrolled(track, own)
    return str(hand_in(track.projects.get(number=1).deliverables.get(number=1), own).pk)


def make_submission_of_another(asker: User | None) -> str:
    """Whom the asker looks after, where the asker is a trainer."""
    track = make_track()
    student = enrolled(track, User.objects.get(pk=make_student(asker)))
    return str(hand_in(track.projects.get(number=1).deliverables.get(number=1), student).pk)


def make_its_comment(_asker: User | None) -> str:
    submission = Submission.objects.latest("pk")
    return str(write_comment(submission, body="Why?", by=submission.student, at=now()).pk)


def make_cohort_of(asker: User | None) -> str:
    """That the asker leads, where the asker is a trainer."""
    track = make_track()
    cohort = in_cohort(track, enrolled(track), starts_on=date(2026, 11, 2))
    if asker is not None and asker.role == Role.TRAINER:
        cohort.trainers.add(asker)
    return str(cohort.pk)


def make_work_file(asker: User | None) -> str:
    content = File(BytesIO(b"# Mine\n"))
    owner = asker or UserFactory()
    stored = store_file(content=content, name="mine.md", purpose=WORK_FILE, owner=owner, at=now())
    return str(stored.pk)


def make_own_question(asker: User | None) -> str:
    return str(make_question(owner=asker or UserFactory(trainer=True)).pk)


def make_own_quiz(asker: User | None) -> str:
    return str(make_published_quiz(author=asker or UserFactory(trainer=True)).pk)


def make_generation(asker: User | None) -> str:
    owner = asker or UserFactory(trainer=True)
    return str(asked(owner)[0].pk)


def make_made(asker: User | None) -> str:
    """A generation that is done."""
    return str(done(asked(asker or UserFactory(trainer=True))).pk)


def make_its_taker() -> str:
    """Somebody who has taken the quiz that was made last."""
    taker = UserFactory()
    start_attempt(Quiz.objects.latest("pk"), by=taker, at=now(), seed=1)
    return str(taker.pk)


def make_its_answer() -> str:
    """One that a person has to look at, in the quiz that was made last."""
    quiz, taker = Quiz.objects.latest("pk"), UserFactory()
    essay = make_question("ESSAY", owner=quiz.author)
    quiz.quiz_questions.create(question=essay, position=100)
    attempt, _is_new = start_attempt(quiz, by=taker, at=now(), seed=1)
    save_answer(attempt, question=essay.pk, raw="My thoughts.", at=now())
    submit_attempt(attempt, at=now())
    return str(attempt.questions.get(question_id=essay.pk).pk)


def make_attempt(asker: User | None) -> str:
    quiz, taker = make_published_quiz(), asker or UserFactory()
    return str(start_attempt(quiz, by=taker, at=now(), seed=1)[0].pk)


def make_draw_rule() -> DrawRule:
    subject = Subject.objects.create(code=uuid4().hex[:12], name="Any")
    return DrawRule.objects.create(quiz=make_published_quiz(), position=1, count=1, subject=subject)


# A row of each model of the admin, where nobody's sign-in has made one already.
ROWS: dict[type[Model], Callable[[], Model]] = {
    User: UserFactory,
    Invitation: lambda: Invitation.objects.get(digest=digest_of(make_invitation())),
    SignIn: lambda: start_browser_sign_in(UserFactory(), way="any", caller=Caller(), at=now()),
    ApiKey: lambda: ApiKey.objects.get(pk=make_api_key_of(None)),
    AuditEntry: lambda: record_audit("any.thing", by=None, at=now()),
    Event: make_event,
    EventDelivery: make_delivery,
    IdempotentCall: lambda: IdempotentCall.objects.create(key=str(uuid4()), started_at=now()),
    Job: lambda: Job.objects.get(pk=make_job(None)),
    Mail: make_mail,
    Track: lambda: make_track(projects=0),
    Project: lambda: Project.objects.get(track=make_track(projects=1, deliverables=0, steps=0)),
    Step: lambda: Step.objects.filter(project__track=make_track(projects=1))[0],
    Deliverable: lambda: Deliverable.objects.filter(project__track=make_track(projects=1))[0],
    Enrollment: lambda: Enrollment.objects.get(student=enrolled(make_track())),
    Grant: lambda: Grant.objects.get(enrollment__student=enrolled(make_track())),
    Cohort: lambda: Cohort.objects.get(pk=make_cohort_of(None)),
    Submission: lambda: Submission.objects.get(pk=make_work(None)),
    Review: lambda: Review.objects.get(
        revision__submission=decide(Submission.objects.get(pk=make_work(None)))
    ),
    Repository: lambda: make_repository(UserFactory(), make_project()),
    PullRequest: lambda: make_pull_request(make_repository(UserFactory(), make_project())),
    GitHubConnection: lambda: GitHubConnection.objects.create(
        user=UserFactory(), github_id=uuid4().int % 2**60, login="any", connected_at=now()
    ),
    Quiz: make_published_quiz,
    DrawRule: make_draw_rule,
    Attempt: lambda: Attempt.objects.get(pk=make_attempt(None)),
    Generation: lambda: Generation.objects.get(pk=make_generation(None)),
    WebhookDelivery: lambda: WebhookDelivery.objects.create(
        delivery=uuid4(), event="ping", body=b"{}", received_at=now(), due_at=now(), remind_at=now()
    ),
    Subject: lambda: Subject.objects.create(code=uuid4().hex[:12], name="Any"),
    Question: make_question,
    QuestionVersion: lambda: QuestionVersion.objects.get(question=make_question()),
    VersionStatistics: lambda: VersionStatistics.objects.create(
        version=make_question().versions.get()
    ),
    ImportBatch: lambda: ImportBatch.objects.get(pk=make_question_import(None)),
}


def make_question_import(asker: User | None) -> str:
    owner = asker or UserFactory(trainer=True)
    batch = ImportBatch.objects.create(
        owner=owner, file_name="a.csv", format="csv", created_at=now()
    )
    return str(batch.pk)


# What stands in an address, made anew for whoever asks (nobody is None).
THINGS: dict[str, Callable[[User | None], str]] = {
    "own-job": make_job,
    "mailed-key": lambda _asker: make_mailed_key(),
    "old-uid": lambda _asker: int_to_base36(UserFactory().pk),
    "old-token": lambda _asker: "cz0t2v-used",
    "unlock-key": lambda _asker: sign(unlocking.PURPOSE, UserFactory().pk, "brake", at=now()),
    "invitation": lambda _asker: make_invitation(),
    "job-of-another": lambda _asker: make_job(UserFactory()),
    "own-passkey": make_passkey,
    "passkey-of-another": lambda _asker: make_passkey(None),
    "own-sign-in": make_sign_in,
    "own-api-key": make_api_key_of,
    "api-key-of-another": lambda _asker: make_api_key_of(None),
    "sign-in-of-another": lambda _asker: make_sign_in(None),
    "somebody": lambda _asker: str(UserFactory().pk),
    "own-student": make_student,
    "handed-in": make_work,
    "own-learner": make_learner,
    "its-extension": lambda _asker: str(Extension.objects.latest("pk").pk),
    "own-export": make_export,
    "export-of-another": lambda _asker: make_export(UserFactory()),
    "github-project": lambda _asker: make_github_project(),
    "github-repository": make_github_repository,
    "github-repository-of-another": lambda _asker: make_github_repository(None),
    "github-pull-request": make_github_pull_request,
    "avatar": lambda _asker: str(uuid4()),
    "own-social-account": make_social_account,
    "social-account-of-another": lambda _asker: make_social_account(None),
    "user": lambda asker: str((asker or UserFactory()).pk),
    "content-type": lambda _asker: str(ContentType.objects.get_for_model(User).pk),
    "component": lambda _asker: next(iter(pages())),
    "mail": lambda _asker: mail_templates()[0],
    "layout": lambda _asker: next(iter(LAYOUTS)),
    "app": lambda _asker: "accounts",
    "track": lambda _asker: make_track().code,
    "hidden-track": lambda _asker: make_track(is_published=False).code,
    "project": lambda _asker: str(make_track().projects.get(number=1).pk),
    "own-project": make_own_project,
    "its-step": lambda _asker: str(Track.objects.latest("pk").projects.first().steps.first().pk),
    "its-deliverable": lambda _asker: str(
        Track.objects.latest("pk").projects.first().deliverables.first().pk
    ),
    "own-submission": make_submission,
    "submission-of-another": make_submission_of_another,
    "its-comment": make_its_comment,
    "own-cohort": make_cohort_of,
    "its-member": lambda _asker: str(Cohort.objects.latest("pk").members.get().pk),
    "own-work-file": make_work_file,
    "work-file-of-another": lambda _asker: make_work_file(UserFactory()),
    "subject": lambda _asker: str(Subject.objects.create(code=uuid4().hex[:12], name="Any").pk),
    "own-question": make_own_question,
    "shared-question": lambda _asker: make_own_question(None),
    "first": lambda _asker: "1",
    "own-quiz": make_own_quiz,
    "quiz": lambda _asker: make_own_quiz(None),
    "its-taker": lambda _asker: make_its_taker(),
    "its-answer": lambda _asker: make_its_answer(),
    "quiz-question": lambda _asker: str(
        Quiz.objects.latest("pk").quiz_questions.first().question_id
    ),
    "own-generation": make_generation,
    "generation-of-another": lambda _asker: make_generation(None),
    "own-made": make_made,
    "made-of-another": lambda _asker: make_made(None),
    "its-draft": lambda _asker: str(Quiz.objects.latest("pk").quiz_questions.first().question_id),
    "own-attempt": make_attempt,
    "its-question": lambda _asker: str(AttemptQuestion.objects.latest("pk").question_id),
    "attempt-of-another": lambda _asker: make_attempt(UserFactory()),
    "own-import": make_question_import,
    "import-of-another": lambda _asker: make_question_import(None),
    "anything": lambda _asker: f"{uuid4()}/",
}


def test_every_address_has_a_line():
    listed = {(shape_of(line.address), line.method) for line in ASKED}
    missing = [
        f"{address.shape} {method}"
        for address in addresses_to_list()
        for method in sorted(address.methods)
        if (address.shape, method) not in listed
    ]
    assert not missing, (
        "These have no line in docs/routes.txt. Add for each: the address, the method, and what "
        f"{', '.join(ROLES)} hear there:\n" + "\n".join(missing)
    )


def test_every_line_has_an_address():
    there = {address.shape for address in every_address()} | every_socket()
    gone = {line.address for line in ASKED + SOCKETS if shape_of(line.address) not in there}
    assert not gone, f"docs/routes.txt lists what is no more: {', '.join(sorted(gone))}"


def test_every_socket_has_a_line():
    missing = every_socket() - {line.address for line in SOCKETS}
    assert not missing, f"Add a WS line to docs/routes.txt for {', '.join(sorted(missing))}"


def test_every_model_of_the_admin_has_a_line():
    shown = {model._meta.label_lower for model in admin.site._registry}
    listed = {line.address for line in MODELS}
    assert shown == listed, (
        "The second part of docs/routes.txt has a line for each model of the admin: "
        f"missing {sorted(shown - listed)}, no more there {sorted(listed - shown)}"
    )


def test_the_same_routes_answer_below_v1():
    by_shape = {address.shape: address.view for address in every_address()}
    current = {
        shape.removeprefix("/api/"): view
        for shape, view in by_shape.items()
        if shape.startswith("/api/") and not shape.startswith("/api/v1/")
    }
    versioned = {
        shape.removeprefix("/api/v1/"): view
        for shape, view in by_shape.items()
        if shape.startswith("/api/v1/")
    }
    assert current
    assert versioned == current


@pytest.mark.django_db
@pytest.mark.parametrize("lines", LOTS, ids=lambda lines: f"from {lines[0].address}")
def test_addresses_answer_each_role_as_the_table_says(lines: list[Line]):
    guests = [guest_of(role) for role in ROLES]
    told = {(line.method, line.address): line.answers for line in lines}
    heard = {
        (line.method, line.address): {guest.role: hear(line, guest) for guest in guests}
        for line in lines
    }
    assert heard == told


@pytest.mark.django_db
@pytest.mark.parametrize("line", MODELS, ids=lambda line: line.address)
def test_a_model_of_the_admin_gives_each_role_its_rights(line: Line):
    for role in ROLES:
        asker = person_of(role)
        client = browser_of(asker)
        rights = set(line.answers[role].split(",")) - {"none"}
        for method, path, right in questions_about(line.address):
            if not (asker and asker.is_staff):
                expected = "sign-in" if asker is None else "403"
            else:
                expected = "200" if right in rights else "403"
            answer = word_for(client.generic(method, path), path)
            assert answer == expected, f"{method} {path} as {role}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("line", SOCKETS, ids=lambda line: line.address)
def test_a_socket_lets_in_whom_the_table_says(line: Line, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "seconds_to_sign_in", 0.05)
    heard = {
        role: async_to_sync(knock)(line.address, browser_of(person_of(role))) for role in ROLES
    }
    assert heard == line.answers


def addresses_to_list() -> list[Address]:
    """Those of the admin's models follow the rights in the table's second part."""
    of_models = tuple(
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    )
    return [
        address
        for address in every_address()
        if not address.shape.startswith(("/api/v1/", *of_models))
    ]


def person_of(role: str) -> User | None:
    return None if role == ANONYMOUS else UserFactory(role=role)


def browser_of(asker: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if asker is not None:
        sign_in_browser(client, asker)
    return client


def guest_of(role: str) -> Guest:
    asker = person_of(role)
    if asker is None:
        return Guest(role, None, SimpleCookie(), {})
    tokens = start_token_sign_in(asker, way="password", caller=Caller(), at=now())
    return Guest(
        role, asker.pk, browser_of(asker).cookies, {"Authorization": f"Bearer {tokens.access}"}
    )


def hear(line: Line, guest: Guest) -> str:
    with forgotten():
        asker = guest.pk and User.objects.get(pk=guest.pk)
        path = re.sub(r"\{([^}]*)\}", lambda found: THINGS[found[1]](asker), line.address)
        if path.startswith("/api/"):
            client = Client(raise_request_exception=False, headers=guest.headers)
            response = client.generic(line.method, path, content_type="application/json")
        else:
            client = Client(raise_request_exception=False)
            client.cookies.load(guest.cookies)
            response = client.generic(line.method, path)
        if response.streaming:
            b"".join(response.streaming_content)
        return word_for(response, path)


@contextmanager
def forgotten() -> Iterator[None]:
    """Nothing that one question leaves behind meets the next, as between tests."""
    with transaction.atomic():
        yield
        if not connection.needs_rollback:
            connection.check_constraints()
        transaction.set_rollback(True)
    cache.clear()


def word_for(response: HttpResponse, path: str) -> str:
    goes_to = response.headers.get("Location", "")
    if goes_to == f"{SIGN_IN}?next={quote(path)}" or (
        goes_to == SIGN_IN and response.request["REQUEST_METHOD"] not in {"GET", "HEAD"}
    ):
        return "sign-in"
    return str(response.status_code)


def questions_about(label: str) -> list[tuple[str, str, str]]:
    """Method, address and the right that it takes, for each page of a model in the admin."""
    model = apps.get_model(label)
    root = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    row = f"{root}{ROWS[model]().pk}/"
    return [
        ("GET", root, "view"),
        ("GET", f"{root}add/", "add"),
        ("POST", f"{root}add/", "add"),
        ("GET", f"{row}change/", "view"),
        ("POST", f"{row}change/", "change"),
        ("GET", f"{row}history/", "view"),
        ("GET", f"{row}delete/", "delete"),
        ("POST", f"{row}delete/", "delete"),
    ]


async def knock(address: str, client: Client) -> str:
    cookies = client.cookies.output(header="", attrs=[], sep=";").encode()
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver"), (b"cookie", cookies)]
    scope = {"type": "websocket", "path": address, "headers": headers, "subprotocols": []}
    socket = ApplicationCommunicator(application, scope)
    await socket.send_input({"type": "websocket.connect"})
    accepted, heard = await socket.receive_output(60), await socket.receive_output(60)
    assert accepted["type"] == "websocket.accept"
    await socket.send_input({"type": "websocket.disconnect", "code": 1001})
    await socket.wait(60)
    return str(heard.get("code") or json.loads(heard["text"])["type"])
