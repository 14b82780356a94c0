"""Writes that are repeated: done once, answered the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Semaphore

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.test import APIClient

from core.api import idempotent as mechanism
from core.clock import now
from core.errors import Conflict, Throttled
from core.idempotency import actions
from core.idempotency.models import KEPT_FOR, LEASE, IdempotentCall
from core.idempotency.tasks import purge
from core.tests.sample_api import OrderView

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]

URL = "/api/orders/a/"
KEY = "5f0c6a5e-7a1d-4f0b-9a52-0a7c54c7a111"


@pytest.fixture(autouse=True)
def done():
    OrderView.done.clear()
    yield OrderView.done
    OrderView.behave = None


def order(client, body=None, key=KEY, url=URL, **kwargs):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post(url, {"plan": 1} if body is None else body, headers=headers, **kwargs)


def behave(function):
    OrderView.behave = staticmethod(function)


def fail(error):
    def handler(request):
        raise error

    behave(handler)


def test_a_repetition_gets_the_first_answer_again(api, done):
    first, again = order(api), order(api)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Location"] == first["Location"] == "/orders/1/"
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert done == ["a"]


def test_without_a_key_every_call_is_done(api, done):
    order(api, key=None)
    order(api, key=None)
    assert done == ["a", "a"]


def test_the_same_key_with_another_body_is_a_conflict(api, done):
    order(api)
    other = order(api, {"plan": 2})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "CONFLICT")
    assert done == ["a"]


def test_the_key_is_looked_at_before_the_body_is_understood(api, done):
    order(api)
    broken = api.post(URL, "{", content_type="application/json", headers={"Idempotency-Key": KEY})
    assert broken.status_code == 409


def test_another_person_address_or_key_is_another_call(api, api_of, student, trainer, done):
    order(api)
    order(api_of(student))
    order(api_of(trainer))
    order(api, url="/api/orders/b/")
    order(api, key="another")
    assert len(done) == 5


def test_the_versioned_address_is_the_same_call(api, done):
    order(api)
    assert order(api, url="/api/v1/orders/a/")["Idempotent-Replayed"] == "true"
    assert done == ["a"]


@pytest.mark.parametrize(
    "error", [ValidationError({"plan": ["Unknown."]}), Conflict("Taken.", submission=3)]
)
def test_a_refusal_is_an_answer_too(api, done, error):
    fail(error)
    first, again = order(api), order(api)
    assert first.content == again.content
    assert first.status_code == again.status_code
    assert done == ["a"]


@pytest.mark.parametrize(
    "error", [NotAuthenticated(), PermissionDenied(), Throttled(retry_after=1), OperationalError()]
)
def test_what_may_fare_better_the_next_time_is_not_kept(api, done, error):
    fail(error)
    order(api)
    OrderView.behave = None
    assert order(api).status_code == 201
    assert len(done) == 2


def test_a_crash_in_the_handler_frees_the_key(done):
    fail(RuntimeError("a fault"))
    client = APIClient(raise_request_exception=False)
    assert order(client).status_code == 500
    OrderView.behave = None
    assert order(client).status_code == 201


def test_an_empty_answer_is_kept(api, done):
    behave(lambda _: Response(status=204))
    assert [order(api).status_code, order(api).status_code] == [204, 204]
    assert done == ["a"]


def test_a_call_that_is_still_under_way_is_a_conflict_for_now(api, done):
    behave(lambda _: order(APIClient()))
    inner = order(api)
    assert (inner.status_code, inner.json()["error"]["code"]) == (409, "CONFLICT")
    assert inner["Retry-After"] == "1"


def test_who_died_on_the_way_holds_the_key_no_longer_than_the_lease(api, done):
    order(api)
    IdempotentCall.objects.update(status=None, started_at=now() - LEASE + timedelta(seconds=5))
    assert order(api).status_code == 409
    IdempotentCall.objects.update(status=None, started_at=now() - LEASE)
    assert order(api).status_code == 201
    assert done == ["a", "a"]


def test_an_answer_is_kept_for_a_day(api, done):
    order(api)
    IdempotentCall.objects.update(started_at=now() - KEPT_FOR + timedelta(minutes=1))
    assert order(api)["Idempotent-Replayed"] == "true"
    IdempotentCall.objects.update(started_at=now() - KEPT_FOR)
    assert order(api, {"plan": 2}).status_code == 201


def test_old_answers_are_purged(api):
    order(api, key="old")
    order(api, key="new")
    IdempotentCall.objects.filter(key="old").update(started_at=now() - KEPT_FOR)
    purge()
    assert list(IdempotentCall.objects.values_list("key", flat=True)) == ["new"]


def test_whoever_lost_the_key_leaves_the_new_holders_row_alone():
    at = now()
    call = {"user": None, "route": "POST /x/", "key": KEY, "fingerprint": "f"}
    late, _ = actions.take_key(**call, at=at)
    mine, is_mine = actions.take_key(**call, at=at + LEASE)
    assert is_mine
    actions.free_key(late)
    actions.keep_answer(late, status=200, headers={}, body="{}")
    mine.refresh_from_db()
    assert not mine.is_answered


@pytest.mark.parametrize("key", ["", "with space", "é", "k" * 256])
def test_a_key_of_another_form_is_refused(api, done, key):
    response = order(api, key=key)
    assert response.status_code == 400
    assert "Idempotency-Key" in response.json()["error"]["details"]
    assert done == []


def upload(client, text=b"page one", name="work.txt", **fields):
    file = SimpleUploadedFile(name, text)
    return order(client, {"note": "done", **fields, "file": file}, format="multipart")


def test_a_form_with_files_is_the_same_by_its_fields_and_contents(api, done):
    first = upload(api)
    assert upload(api).content == first.content
    assert done == ["a"]


@pytest.mark.parametrize("other", [{"text": b"page two"}, {"name": "b.txt"}, {"note": "later"}])
def test_a_form_with_other_fields_or_contents_is_another(api, other):
    upload(api)
    assert upload(api, **other).status_code == 409


def test_the_handler_still_reads_the_uploaded_file(api):
    behave(lambda request: Response({"text": request.data["file"].read().decode()}))
    assert upload(api).json() == {"text": "page one"}


def test_kept_answers_are_not_readable_in_the_database(api):
    behave(lambda _: Response({"client_secret": "pi_secret_1"}))
    order(api)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM core_idempotentcall")
        assert "pi_secret_1" not in cursor.fetchone()[0]


def take_without_looking(*, user, route, key, fingerprint, at):
    """The fault that the real one does not have: nobody is the first."""
    fields = {"user": user, "route": route, "fingerprint": fingerprint, "started_at": at}
    return IdempotentCall(key=key, **fields), True


CALLERS = 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("take_key", "expected"),
    [(take_without_looking, CALLERS), (actions.take_key, 1)],
    ids=["fault", "ours"],
)
def test_calls_at_the_same_moment_are_done_once(monkeypatch, done, take_key, expected):
    monkeypatch.setattr(mechanism, "take_key", take_key)
    together, inside, refused = Barrier(CALLERS), Barrier(expected), Semaphore(0)

    def wait_for_the_others(request):
        inside.wait(timeout=60)
        for _ in range(CALLERS - expected):
            assert refused.acquire(timeout=60)
        return Response({"paid": True}, status=201)

    behave(wait_for_the_others)

    def call(_):
        together.wait(timeout=60)
        try:
            status = order(APIClient()).status_code
        finally:
            connection.close()
        if status == 409:
            refused.release()
        return status

    with ThreadPoolExecutor(CALLERS) as callers:
        answers = sorted(callers.map(call, range(CALLERS)))
    assert answers == [201] * expected + [409] * (CALLERS - expected)
    assert done == ["a"] * expected
