"""What the frame does for a stand-in that is nothing but its routes."""

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.app import build_app
from sandbox.frame import Frame, frame_of
from sandbox.rendering import render
from sandbox.service import Service


async def greet(request: Request) -> Response:
    frame_of(request).records.put("echo", "greeting", "1", {"name": "Asha"})
    return JSONResponse({"hello": "Asha"})


async def stream(request: Request) -> Response:
    return StreamingResponse(iter(["one ", "two"]), media_type="text/event-stream")


async def break_down(request: Request) -> Response:
    raise KeyError("a fault of the stand-in")


async def show(request: Request) -> Response:
    return render(request, "error.html", detail="A page of its own", is_gone=False)


ECHO = Service(
    name="echo",
    title="Echo",
    about="Says what it hears.",
    routes=(
        Route("/greet", greet),
        Route("/stream", stream),
        Route("/break", break_down),
        Route("/page", show),
    ),
    error=lambda status, message: {"problem": message, "number": status},
    webhooks=("greeted",),
)


@pytest.fixture
def frame(database):
    return Frame(database, [ECHO])


@pytest.fixture
async def echo(frame):
    transport = httpx.ASGITransport(build_app(frame), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def test_a_service_is_served_below_its_name_logged_and_listed(frame, echo):
    assert (await echo.get("/echo/greet")).json() == {"hello": "Asha"}
    assert frame.records.get("echo", "greeting", "1") == {"name": "Asha"}
    (call,) = frame.calls.newest()
    assert (call.service, call.path, call.answer.body) == (
        "echo",
        "/echo/greet",
        '{"hello":"Asha"}',
    )
    assert "Says what it hears." in (await echo.get("/")).text
    assert (await echo.get("/faults")).status_code == 200


async def test_a_stream_is_logged_as_a_whole(frame, echo):
    assert (await echo.get("/echo/stream")).text == "one two"
    assert frame.calls.newest()[0].answer.body == "one two"


async def test_a_service_that_breaks_down_answers_in_its_own_shape_and_is_logged(frame, echo):
    answer = await echo.get("/echo/break")
    assert answer.status_code == 500
    assert answer.json()["number"] == 500
    assert frame.calls.newest()[0].status == 500


async def test_a_stream_that_the_client_leaves_is_logged_too(frame):
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.body":
            raise OSError("the client has gone")

    scope = {
        "type": "http",
        "asgi": {"spec_version": "2.4"},
        "method": "GET",
        "path": "/echo/stream",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
    }
    with pytest.raises(ClientDisconnect):
        await build_app(frame)(scope, receive, send)
    assert [call.status for call in frame.calls.newest()] == [200]


async def test_a_page_of_a_service_stands_in_the_frame(echo):
    page = (await echo.get("/echo/page")).text
    assert "A page of its own" in page
    assert "Nothing here leaves this machine." in page


def test_a_service_without_signatures_has_no_fault_for_them():
    names = {kind.name for kind in ECHO.fault_kinds}
    assert {"500", "lost"} <= names
    assert "wrong_signature" not in names


async def test_only_webhooks_that_a_service_declares_are_sent(frame):
    frame.webhooks.send("echo", "http://127.0.0.1:9/", {"a": 1}, event="greeted")
    assert frame.webhooks.newest()[0].body == b'{"a": 1}'
    with pytest.raises(ValueError, match="does not say that it sends shouted"):
        frame.webhooks.send("echo", "http://127.0.0.1:9/", {}, event="shouted")


def test_no_service_takes_a_path_of_the_frame(database):
    with pytest.raises(ValueError, match="inbox"):
        Frame(database, [Service(name="inbox", title="Inbox", about="")])
