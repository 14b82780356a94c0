"""Request ids, and what one request leaves in the log."""

import io
import json
import logging

import pytest
import structlog
from celery.app.trace import build_tracer
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import Client, RequestFactory

from core import logs
from core.celery import app
from core.redaction import HIDDEN, without_secrets
from core.tests.runaways import not_running_away
from core.trace import current_request_id, tracing

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]

SECRETS = [
    "hunter2-hunter2",
    "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxfQ.c2lnbmF0dXJl",
    "sessionvalue123",
    "csrfvalue123456",
    "sk_live_abcdef123456",
    "mailed-link-key-1",
]


@pytest.fixture
def log_of():
    """Everything that is logged from here on, as the lines that operators see."""
    handlers = []

    def attach(form="json", level="DEBUG"):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logs.formatter(form))
        root = logging.getLogger()
        root.addHandler(handler)
        handlers.append((handler, root.level))
        root.setLevel(level)
        return stream

    yield attach
    for handler, level in handlers:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("given", ["a", "call-7", "req.2026_11", "x" * 64])
def test_a_sane_request_id_is_taken_over(client, given):
    assert client.get("/api/public/", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "with space", "new\nline", "<script>", "é", "a;b"])
def test_another_request_id_is_replaced(client, given):
    answer = client.get("/api/public/", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    assert len(answer["X-Request-ID"]) == 36


@pytest.mark.parametrize(
    "path",
    [
        "/api/public/",
        "/api/own/",
        "/api/nothing/",
        "/api/raise/fault/",
        "/raise/fault/",
        "/nothing/",
        "/static/css/app.css",
        "/only-get/",
        "/public",
    ],
)
def test_every_answer_bears_a_request_id_and_one_line_tells_of_it(client, log_of, path):
    stream = log_of()
    answer = client.get(path, headers={"X-Request-ID": "call-7"})
    assert answer["X-Request-ID"] == "call-7"
    [line] = [each for each in lines(stream) if each["event"] == "request"]
    assert (line["request_id"], line["method"], line["path"]) == ("call-7", "GET", path)
    assert line["status"] == answer.status_code
    assert line["ms"] >= 0


def test_every_line_of_a_request_bears_its_id(client, log_of):
    stream = log_of()
    client.get("/api/raise/fault/", headers={"X-Request-ID": "call-7"})
    found = lines(stream)
    assert {each["request_id"] for each in found} == {"call-7"}
    assert {each["event"] for each in found} >= {"request failed", "request"}


def test_the_id_of_one_request_does_not_stay_for_the_next_line(client, log_of):
    stream = log_of()
    client.get("/api/public/")
    logging.getLogger("anything").info("later")
    assert "request_id" not in lines(stream)[-1]
    assert current_request_id() == ""


def test_whoever_is_signed_in_is_named_by_id(client_of, student, log_of):
    stream = log_of()
    client_of(student).get("/api/own/")
    line = lines(stream)[-1]
    assert (line["event"], line["user_id"]) == ("request", student.pk)
    assert student.email not in stream.getvalue()


def test_logging_never_looks_a_user_up(client_of, student, log_of, django_assert_num_queries):
    client = client_of(student)
    log_of()
    with django_assert_num_queries(0):
        client.get("/only-get/")


def test_a_fault_is_logged_with_its_place_and_an_outage_with_its_reason_only(client, log_of):
    stream = log_of()
    client.get("/api/raise/fault/")
    client.get("/api/raise/database-away/")
    client.get("/raise/database-away/")
    client.get("/api/raise/domain-away/")
    [fault] = [each for each in lines(stream) if each["event"] == "request failed"]
    outages = [each for each in lines(stream) if each["event"] == "unavailable"]
    assert "RuntimeError" in fault["exception"]
    assert "sample_api.py" in fault["exception"]
    assert len(outages) == 2
    assert outages[0]["reason"].startswith("OperationalError: connection refused")
    assert "exception" not in outages[0]


def test_what_is_wrong_with_a_request_is_one_line_without_a_traceback(client, log_of):
    stream = log_of()
    assert client.get("/raise/django-suspicious/").status_code == 400
    assert [each["event"] for each in lines(stream)] == ["request"]


def test_a_query_and_the_key_of_a_mailed_link_stay_out_of_the_log(client, log_of):
    stream = log_of()
    client.get("/confirm/mailed-link-key-1/?next=/somewhere/&token=hunter2-hunter2")
    assert lines(stream)[-1]["path"] == f"/confirm/{HIDDEN}/"
    assert "somewhere" not in stream.getvalue()


def test_a_path_cannot_forge_a_line(client, log_of):
    stream = log_of("console")
    client.get("/nothing/%0A2026-01-01 [info] forged/")
    assert len(stream.getvalue().splitlines()) == 1


def fail_aloud(password, token):
    raise RuntimeError(f"login failed with password={password} and Bearer {token}")


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_never_reach_the_log(client, log_of, form, settings):
    password, token, session, csrf, api_key, link = SECRETS
    stream = log_of(form)
    client.cookies["sessionid"] = session
    client.cookies["csrftoken"] = csrf
    bearer = {"Authorization": f"Bearer {token}", "X-API-Key": api_key, "X-CSRFToken": csrf}
    client.get(f"/confirm/{link}/?token={token}", headers=bearer)
    client.post(
        "/api/sign-in/?api_key=" + api_key,
        {"email": "a@example.test", "password": password},
        content_type="application/json",
        headers=bearer,
    )
    logger = logging.getLogger("careless")
    ours = structlog.get_logger("careless")
    try:
        fail_aloud(password, token)
    except RuntimeError:
        logger.exception("could not sign in, token: %s", token)
        ours.exception("could not sign in", password=password, headers=dict(bearer))
    logger.info("settings %s", {"api_key": api_key, "cookies": {"sessionid": session}})
    logger.info("GET https://user:%s@example.org/", password, extra={"csrftoken": csrf})
    ours.info("sent", body=[{"refresh_token": token}], authorization=f"Basic {password}")
    logger.info("the key is %s", settings.SECRET_KEY)
    logged = stream.getvalue()
    assert "could not sign in" in logged
    assert not [secret for secret in [*SECRETS, settings.SECRET_KEY] if secret in logged]


def test_what_is_no_secret_stays_readable():
    said = {"path": "/api/tokens-of-love/", "status": 200, "code": "NOT_FOUND", "track": "FSD"}
    assert without_secrets(said) == said
    assert without_secrets("connection refused: is PostgreSQL running on port 5432?") == (
        "connection refused: is PostgreSQL running on port 5432?"
    )


def test_lines_for_people_are_short_and_say_the_same(client, log_of):
    stream = log_of("console")
    client.get("/only-get/", headers={"X-Request-ID": "call-7"})
    line = stream.getvalue()
    assert "request" in line
    assert "status=200" in line
    assert "request_id=call-7" in line


def test_the_job_that_a_request_starts_bears_its_id(log_of):
    @app.task(name="tests.traced", shared=False)
    def traced():
        logging.getLogger("job").info("at work")

    stream = log_of()
    work = build_tracer("tests.traced", traced, app=app)
    work("task-1", (), {}, {"id": "task-1", "request_id": "call-7"})
    at_work, done = (each for each in lines(stream) if each["event"] in {"at work", "task"})
    assert at_work["request_id"] == done["request_id"] == "call-7"
    assert at_work["task_id"] == done["task_id"] == "task-1"
    assert (done["task"], done["state"]) == ("tests.traced", "success")
    assert current_request_id() == ""
    app.tasks.unregister("tests.traced")


def test_the_id_travels_with_the_message_to_the_broker():
    @app.task(name="tests.sent", shared=False)
    def sent():
        """Only its message is looked at."""

    with app.connection_for_write() as link, tracing("call-7"):
        queue = link.SimpleQueue("tests-of-requests")
        sent.apply_async(queue=queue.queue, connection=link, retry=False)
        message = queue.get(timeout=60)
        message.ack()
        queue.close()
    assert message.headers["request_id"] == "call-7"
    app.tasks.unregister("tests.sent")


def test_a_page_during_a_database_outage_is_a_page_and_keeps_its_id(
    client_of, student, monkeypatch
):
    client = client_of(student)
    client.raise_request_exception = False

    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(connection, "_cursor", refuse)
    answer = client.get("/api/own/", headers={"X-Request-ID": "call-7"})
    assert (answer.status_code, answer["X-Request-ID"]) == (503, "call-7")
    assert answer.json()["error"]["code"] == "UNAVAILABLE"


def test_the_outermost_layer_also_serves_plain_wsgi():
    environ = RequestFactory().get("/api/public/").environ
    started = []
    body = b"".join(WSGIHandler()(environ, lambda _, headers: started.append(headers)))
    assert dict(started[0])["X-Request-ID"]
    assert json.loads(body) == {"open": True}


@pytest.mark.parametrize("how", [{"path": "/confirm/mailed-link-key-1"}, {"host": "evil.example"}])
def test_the_key_of_a_link_stays_out_of_the_log_before_a_view_is_found(client, log_of, how):
    """Mail programs drop the last slash, and the platform leads from HTTP to HTTPS."""
    stream = log_of()
    path = how.get("path", "/confirm/mailed-link-key-1/")
    assert client.get(path, headers={"host": how.get("host", "testserver")}).status_code in {
        301,
        400,
    }
    assert "mailed-link-key" not in stream.getvalue()
    assert HIDDEN in stream.getvalue()


@pytest.mark.parametrize("piece", ["a-", "-eyJaaaaa", "token ", "://a:", "otp-"])
def test_a_long_path_does_not_hold_the_process_while_its_line_is_written(piece):
    """Whoever asks for 32 KB of words would else stop everybody for a minute, signed in or not."""
    with not_running_away():
        without_secrets(f"/{piece * (32_000 // len(piece))}")


def test_a_token_is_hidden_wherever_it_stands_in_a_word():
    assert without_secrets("x-csrf-token: abc") == f"x-csrf-token: {HIDDEN}"
    assert without_secrets("my_password=abc;b") == f"my_password={HIDDEN};b"
    assert without_secrets("/a/eyJhbGciOi.eyJ1c2VyX2.c2ln/b") == f"/a/{HIDDEN}/b"
