"""What reaches Sentry: a loopback server plays it, and a process of its own fails on purpose."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
FAIL_ON_PURPOSE = """
import sys
import django
django.setup()

import logging
import structlog
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt
def fail(request, **kwargs):
    password = "hunter2-local"
    request.POST.dict()
    raise RuntimeError(f"no way in for Bearer hunter2-token, {settings.SECRET_KEY}")

settings.ROOT_URLCONF = (path("fail/<uuid:id>/<str:key>/", fail),)
request = RequestFactory().post(
    "/fail/0b9c2f7e-6b1f-4c55-8a4c-111122223333/MjA-cxyz-hunter2hunter2hunter2/?email=a@b.example",
    {"password": "hunter2-body"},
    headers={
        "X-Request-ID": "request-7",
        "Authorization": "Bearer hunter2-header",
        "Cookie": "sessionid=hunter2-cookie",
    },
    REMOTE_ADDR="203.0.113.9",
)
for _part in get_wsgi_application()(request.environ, lambda *_args: None):
    pass
structlog.get_logger("app").error("lost too", where="here", password="hunter2-structlog")
logging.getLogger("app").error("lost", extra={"api_key": "hunter2-extra"})
if "sentry_sdk" in sys.modules:
    sys.modules["sentry_sdk"].flush(timeout=60)
else:
    print("sentry was never imported")
"""


@pytest.fixture(scope="module")
def sentry():
    """The address of a server that keeps the events sent to it, and those events."""
    events: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = UNPACK[self.headers["Content-Encoding"]](body)
            lines = [json.loads(line) for line in body.splitlines() if line.startswith(b"{")]
            events.extend(line for line in lines if "event_id" in line and "level" in line)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", events
    server.shutdown()
    server.server_close()


def fail_on_purpose(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FAIL_ON_PURPOSE],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def events(sentry):
    dsn, events = sentry
    fail_on_purpose(SENTRY_DSN=dsn, SENTRY_ENVIRONMENT="rehearsal")
    return events


@pytest.fixture
def failure(events):
    (event,) = [event for event in events if "exception" in event]
    return event


def test_an_error_is_reported_once_with_its_place(failure):
    (error,) = failure["exception"]["values"]

    assert error["type"] == "RuntimeError"
    assert any(frame["function"] == "fail" for frame in error["stacktrace"]["frames"])
    assert failure["environment"] == "rehearsal"
    assert failure["release"].startswith("apranova@")


def test_it_bears_the_request_id_so_that_the_log_lines_can_be_found(failure):
    assert failure["tags"]["request_id"] == "request-7"


def test_an_error_that_was_only_logged_is_reported_too(events):
    logged = [event for event in events if "logentry" in event]

    assert [event["logentry"]["message"] for event in logged] == ["lost too", "lost"]
    assert logged[0]["extra"]["where"] == "here"


def test_nothing_secret_and_nobody_s_data_are_in_it(events):
    told = json.dumps(events)

    for secret in ("hunter2", "a@b.example", "203.0.113.9", os.environ["SECRET_KEY"]):
        assert secret not in told


def test_of_the_request_only_method_and_address_are_kept(failure):
    assert {*failure["request"]} == {"method", "url"}
    assert failure["request"]["method"] == "POST"
    assert failure["request"]["url"].endswith(
        "/fail/0b9c2f7e-6b1f-4c55-8a4c-111122223333/[hidden]/"
    )


def test_without_a_dsn_the_sdk_is_not_even_there(sentry):
    _dsn, events = sentry
    before = len(events)

    assert "sentry was never imported" in fail_on_purpose(SENTRY_DSN="")
    assert len(events) == before


def test_a_sample_rate_of_zero_sends_nothing(sentry):
    dsn, events = sentry
    before = len(events)

    fail_on_purpose(SENTRY_DSN=dsn, SENTRY_SAMPLE_RATE="0")

    assert len(events) == before
