"""Reads that cost little when nothing changed."""

import pytest
from django.test import Client

from core.tests.sample_api import PublishedView, VersionedView

pytestmark = [pytest.mark.urls("core.tests.sample_api"), pytest.mark.django_db]


@pytest.fixture(params=["/api/published/", "/api/versioned/"])
def url(request):
    return request.param


def read(url, etag=None, **headers):
    return Client().get(url, headers={**({"If-None-Match": etag} if etag else {}), **headers})


def test_whoever_has_it_already_gets_no_body(url):
    etag = read(url)["ETag"]
    again = read(url, etag)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag


@pytest.mark.parametrize("held", ['"other"', "W/nonsense", '"a", "b"'])
def test_whoever_has_something_else_gets_it_anew(url, held):
    assert read(url, held).status_code == 200


def test_one_of_several_held_versions_is_enough(url):
    etag = read(url)["ETag"]
    assert read(url, f'"other", {etag}').status_code == 304
    assert read(url, "*").status_code == 304


def test_a_compressed_copy_counts_as_the_same(monkeypatch):
    monkeypatch.setattr(PublishedView, "content", {"text": "word " * 200})
    compressed = read("/api/published/", **{"Accept-Encoding": "gzip"})
    assert compressed["Content-Encoding"] == "gzip"
    assert compressed["ETag"].startswith('W/"')
    assert read("/api/published/", compressed["ETag"]).status_code == 304


def test_a_change_is_seen(monkeypatch):
    etags = {url: read(url)["ETag"] for url in ("/api/published/", "/api/versioned/")}
    monkeypatch.setattr(PublishedView, "content", {"title": "Full-Stack"})
    monkeypatch.setattr(VersionedView, "version", 2)
    for url, etag in etags.items():
        changed = read(url, etag)
        assert changed.status_code == 200
        assert changed["ETag"] != etag


def test_with_a_known_version_the_answer_is_not_even_made(monkeypatch):
    etag = read("/api/versioned/")["ETag"]
    monkeypatch.setattr(VersionedView, "calls", 0)
    read("/api/versioned/", etag)
    assert VersionedView.calls == 0


def test_it_is_kept_by_the_caller_alone_and_told_apart_by_what_it_depends_on(url):
    for answer in (read(url), read(url, read(url)["ETag"])):
        assert answer["Cache-Control"] == "private, no-cache"
        varied = {each.strip() for each in answer["Vary"].split(",")}
        assert {"Accept", "Accept-Language", "Authorization", "Cookie"} <= varied


def test_another_language_is_another_version(url):
    english, hindi = (read(url, **{"Accept-Language": each}) for each in ("en", "hi"))
    if url == "/api/versioned/":
        assert english["ETag"] != hindi["ETag"]
    assert "Accept-Language" in english["Vary"]


def test_other_answers_are_kept_by_nobody():
    answer = Client().get("/api/public/")
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
