"""How often somebody may call, and who counts as somebody."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.test import Client, RequestFactory

from core import throttles
from core.clock import now
from core.errors import Throttled
from core.requests import NO_ADDRESS, client_address

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _small_rates(settings):
    settings.THROTTLES = {
        "default": {"account": "5/hour", "address": "3/hour"},
        "poll": {"account": "2/minute", "address": "2/minute"},
        "login": {"account": "2/minute", "address": "4/minute"},
    }
    settings.THROTTLE_FACTOR = 1


def sign_in(client, email, **kwargs):
    body = json.dumps({"email": email})
    return client.post("/api/sign-in/", body, content_type="application/json", **kwargs)


def statuses(client, path, times, **kwargs):
    return [client.get(path, **kwargs).status_code for _ in range(times)]


def test_anonymous_calls_are_counted_by_address(client):
    assert statuses(client, "/api/nothing/", 4) == [404, 404, 404, 429]
    assert statuses(client, "/api/nothing/", 1, REMOTE_ADDR="192.0.2.9") == [404]


def test_every_answer_tells_where_one_stands(client):
    first, second = client.get("/api/own/"), client.get("/api/nothing/")
    assert (first.status_code, first["X-RateLimit-Remaining"]) == (401, "2")
    assert (second.status_code, second["X-RateLimit-Remaining"]) == (404, "1")
    assert second["X-RateLimit-Limit"] == "3"
    assert 0 < int(second["X-RateLimit-Reset"]) - now().timestamp() <= 3601


def test_a_refusal_says_when_to_come_again(client):
    statuses(client, "/api/nothing/", 3)
    refused = client.get("/api/nothing/")
    assert refused.json()["error"]["code"] == "THROTTLED"
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused.json()["error"]["details"]["retry_after"] == int(refused["Retry-After"])
    assert refused["X-RateLimit-Remaining"] == "0"


def test_a_view_is_not_run_for_whoever_comes_too_often(client):
    statuses(client, "/api/people/", 3)
    assert client.get("/api/people/").status_code == 429


def test_people_behind_one_address_do_not_use_up_each_others_room(client_of, student, trainer):
    statuses(Client(), "/api/nothing/", 4)
    mine, theirs = client_of(student), client_of(trainer)
    assert statuses(mine, "/api/own/", 6) == [200] * 5 + [429]
    assert statuses(theirs, "/api/own/", 1) == [200]


def test_what_a_role_may_not_do_counts_for_the_person_and_not_for_the_address(client_of, student):
    answer = client_of(student).get("/api/staff/")
    assert (answer.status_code, answer["X-RateLimit-Limit"]) == (403, "5")
    assert Client().get("/api/nothing/")["X-RateLimit-Remaining"] == "2"


def test_an_admin_has_no_limit(client_of, admin):
    client = client_of(admin)
    assert statuses(client, "/api/own/", 8) == [200] * 8
    assert client.get("/api/own/")["X-RateLimit-Remaining"] == "5"


def test_reading_what_is_public_is_not_counted(client):
    assert statuses(client, "/api/public/", 8) == [200] * 8
    assert client.get("/api/public/")["X-RateLimit-Remaining"] == "3"
    client.post("/api/public/")
    assert client.get("/api/public/")["X-RateLimit-Remaining"] == "2"


def test_a_scope_has_room_of_its_own(client_of, student):
    client = client_of(student)
    assert statuses(client, "/api/poll/", 3) == [200, 200, 429]
    assert statuses(client, "/api/own/", 1) == [200]


def test_signing_in_is_counted_by_account_first(client):
    assert [sign_in(client, "a@example.test").status_code for _ in range(3)] == [200, 200, 429]
    # The third did not count for the address, so that two are left for the neighbours.
    assert sign_in(client, "b@example.test").status_code == 200
    assert sign_in(client, "c@example.test").status_code == 200
    assert sign_in(client, "d@example.test").status_code == 429
    assert client.get("/api/nothing/")["X-RateLimit-Remaining"] == "2"


def test_an_account_is_the_same_however_it_is_written(client):
    tries = ["a@example.test", "A@example.test", " a@EXAMPLE.test"]
    assert [sign_in(client, email).status_code for email in tries] == [200, 200, 429]


def test_expired_credentials_go_on_being_told_so(client):
    """A classroom whose tokens expire at once must hear 401, or it would never renew them."""
    expired = {"Authorization": "Bearer expired"}
    assert statuses(client, "/api/own/", 6, headers=expired) == [401] * 6


def test_a_view_that_counts_in_its_own_way_is_not_counted_on_top(client):
    assert [client.post("/api/own-count/").status_code for _ in range(6)] == [400] * 6
    assert client.post("/api/own-count/")["X-RateLimit-Remaining"] == "3"


def test_the_count_begins_anew_when_its_window_is_over(client):
    statuses(client, "/api/nothing/", 4)
    key = "apranova:rate:default:address:127.0.0.1"
    counters = throttles._counters()
    assert 0 < counters.ttl(key) <= 3600
    counters.pexpire(key, 1)
    _until(lambda: not counters.exists(key))
    assert client.get("/api/nothing/").status_code == 404


def test_the_demo_has_ten_times_the_room(client, settings):
    settings.THROTTLE_FACTOR = 10
    assert client.get("/api/public/")["X-RateLimit-Limit"] == "30"


def test_keys_hold_no_personal_data(client):
    sign_in(client, "someone@example.test")
    assert not [key for key in throttles._counters().scan_iter() if b"someone" in key]


def test_without_the_cache_everybody_is_let_through(client, settings, caplog, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(throttles, "_resting_until", 0.0)
    forget_connections()
    try:
        answers = [client.get("/api/own/") for _ in range(5)]
    finally:
        forget_connections()
        monkeypatch.setattr(throttles, "_resting_until", 0.0)
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0]["X-RateLimit-Limit"] == "3"
    warnings = [each for each in caplog.records if each.name == "core.throttles"]
    assert len(warnings) == 1


def forget_connections():
    throttles._counters.cache_clear()
    throttles._script.cache_clear()


def count_in_two_steps(key, rate, *, by):
    """The fault that the real one does not have: others count between the look and the write."""
    counters = throttles._counters()
    used = int(counters.get(key) or 0) + by
    _meet(_together)
    counters.set(key, used, ex=rate.seconds)
    return throttles.Standing(rate.limit, used, rate.seconds)


_together = Barrier(8)


@pytest.mark.parametrize(
    ("counter", "expected"), [(count_in_two_steps, 8), (throttles._count, 3)], ids=["fault", "ours"]
)
def test_calls_at_the_same_moment_are_all_counted(monkeypatch, counter, expected):
    monkeypatch.setattr(throttles, "_count", counter)
    together = Barrier(8)

    def call(_):
        request = RequestFactory().get("/api/nothing/")
        _meet(together)
        try:
            throttles.charge(request)
        except Throttled:
            return 0
        return 1

    with ThreadPoolExecutor(8) as callers:
        assert sum(callers.map(call, range(8))) == expected


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "address"),
    [
        (0, "203.0.113.1", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.2", "10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1", "192.0.2.1"),
        (1, "not an address", "192.0.2.1", "192.0.2.1"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.1:5060", "10.0.0.1", "203.0.113.1"),
        (1, "[2001:db8::7]:5060", "10.0.0.1", "2001:db8::7"),
        (0, "", "::ffff:192.0.2.1", "192.0.2.1"),
        (0, "", "", NO_ADDRESS),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(settings, proxies, forwarded, peer, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_a_forged_address_makes_no_new_caller(client):
    for number in range(3):
        client.get("/api/nothing/", headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert client.get("/api/nothing/").status_code == 429


def test_one_customers_ipv6_addresses_count_together(client):
    for number in range(3):
        client.get("/api/nothing/", REMOTE_ADDR=f"2001:db8:0:1::{number}")
    assert statuses(client, "/api/nothing/", 1, REMOTE_ADDR="2001:db8:0:1:ffff::1") == [429]
    assert statuses(client, "/api/nothing/", 1, REMOTE_ADDR="2001:db8:0:2::1") == [404]


@pytest.mark.parametrize("text", ["100", "100/week", "-1/hour", "a/hour"])
def test_a_rate_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="no rate"):
        throttles.parse_rate(text)


def _meet(barrier):
    barrier.wait(timeout=60)


def _until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
