"""Forms that are too large, and bodies that end too soon."""

from io import BytesIO

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, UnreadablePostError
from django.test import RequestFactory
from django.urls import ResolverMatch

from core.bodies import WholeBodies, WholeBody
from core.files.uploads import AROUND, SMALL, takes_uploads
from core.wsgi import application

BOUNDARY = "xx"


def view(request):
    return HttpResponse()


@takes_uploads(1000)
def narrow_view(request):
    return HttpResponse()


def form_of(size: int, *, to=view):
    content = SimpleUploadedFile("a.txt", b"x" * size)
    request = RequestFactory().post("/", {"file": content})
    request.resolver_match = ResolverMatch(to, (), {})
    return request


def test_a_form_is_no_larger_than_its_view_takes():
    assert form_of(1000, to=narrow_view).FILES["file"].size == 1000
    with pytest.raises(RequestDataTooBig):
        form_of(1000 + AROUND, to=narrow_view).FILES  # noqa: B018


def test_a_view_that_says_nothing_takes_small_files():
    request = form_of(SMALL)
    assert request.FILES["file"].size == SMALL
    request.close()
    with pytest.raises(RequestDataTooBig):
        form_of(SMALL + AROUND).FILES  # noqa: B018


@pytest.mark.django_db
def test_whoever_sends_too_much_is_told_so_in_the_shape_of_the_place(client):
    content = SimpleUploadedFile("a.bin", b"x" * (SMALL + AROUND))
    page = client.post("/theme/", {"file": content})
    assert page.status_code == 413
    assert "too large" in page.content.decode()


def cut(body: bytes, missing: int, content_type: str, path: str = "/accounts/login/"):
    """The application's answer to a client that goes away before the end of its body."""
    environ = RequestFactory().generic("POST", path, body, content_type=content_type).environ
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body[:-missing])
    heard = []
    answer = application(environ, lambda status, _headers: heard.append(status))
    text = b"".join(answer).decode()
    answer.close()
    return heard[0], text


@pytest.mark.django_db
def test_an_upload_that_is_cut_off_is_no_shorter_file():
    body = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        f"{'x' * 5000}\r\n--{BOUNDARY}--\r\n"
    ).encode()
    status, _text = cut(body, 2000, f"multipart/form-data; boundary={BOUNDARY}")
    assert status.startswith("4")


@pytest.mark.django_db
def test_json_that_is_cut_off_is_refused_in_the_one_shape():
    status, text = cut(b'{"email": "a@example.org"}', 3, "application/json", "/api/auth/login/")
    assert status.startswith("400")
    assert '"VALIDATION_ERROR"' in text


def test_a_body_is_read_in_whatever_steps():
    for read in (
        lambda body: body.read(),
        lambda body: body.read(3) + body.read(100),
        b"".join,
        lambda body: b"".join(body.readlines()),
        lambda body: body.readline() + body.read(None),
    ):
        assert read(WholeBody(BytesIO(b"one\ntwo\nand what follows"), 7)) == b"one\ntwo"


@pytest.mark.parametrize("read", [lambda body: body.read(), lambda body: body.readlines()])
def test_reading_a_body_that_ended_too_soon_fails(read):
    with pytest.raises(ConnectionResetError):
        read(WholeBody(BytesIO(b"one\ntw"), 7))


def test_without_a_length_nothing_is_guessed():
    seen = []
    stream = BytesIO(b"x")

    def inner(environ, start_response):
        seen.append(environ["wsgi.input"])
        return []

    WholeBodies(inner)({"wsgi.input": stream, "CONTENT_LENGTH": ""}, lambda *_: None)
    assert seen == [stream]


def test_django_makes_an_unreadable_request_of_it():
    request = RequestFactory().post("/", b"abc", content_type="text/plain")
    request._stream = WholeBody(BytesIO(b"ab"), 3)
    with pytest.raises(UnreadablePostError):
        request.body  # noqa: B018
