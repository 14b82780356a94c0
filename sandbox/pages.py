"""The pages that a person reads: services, inbox, calls, webhooks, faults."""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import CannotPlayError, Family
from sandbox.frame import Frame, frame_of
from sandbox.inbox import Opened
from sandbox.mail import safe_html
from sandbox.playing import play_asked
from sandbox.queries import number_asked
from sandbox.rendering import render
from sandbox.service import Service
from sandbox.shield import MAIL_HEADERS

PAGE_SIZE = 50
SOURCE_SHOWN_BYTES = 100 * 1024


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


async def show_services(request: Request) -> Response:
    frame = frame_of(request)
    last_calls = {
        name: call for name in frame.services for call in frame.calls.newest(service=name, limit=1)
    }
    return render(
        request,
        "services.html",
        counts=frame.calls.counts(),
        last_calls=last_calls,
        addresses={
            service.name: _address(request, service, frame) for service in frame.services.values()
        },
    )


async def show_inbox(request: Request) -> Response:
    return render(request, "inbox.html", opened=None, **_inbox_list(request))


async def show_message(request: Request) -> Response:
    opened = _opened(request)
    views = _views(opened)
    view = request.query_params.get("view", "")
    return render(
        request,
        "inbox.html",
        opened=opened,
        views=views,
        view=view if view in views else views[0],
        source=opened.raw[:SOURCE_SHOWN_BYTES].decode("utf-8", "replace"),
        **_inbox_list(request),
    )


async def show_mail_html(request: Request) -> Response:
    return Response(safe_html(_opened(request).mail), media_type="text/html", headers=MAIL_HEADERS)


async def show_source(request: Request) -> Response:
    return Response(_opened(request).raw, media_type="text/plain; charset=utf-8")


async def download_attachment(request: Request) -> Response:
    parts = _opened(request).mail.attachments
    number = request.path_params["number"]
    if not 1 <= number <= len(parts):
        raise HTTPException(404)
    part = parts[number - 1]
    # As bytes and never to be shown: whatever it says of itself, it does not open here.
    disposition = f"attachment; filename*=utf-8''{quote(part.name, safe='')}"
    return Response(
        part.content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


async def empty_inbox(request: Request) -> Response:
    frame_of(request).inbox.clear()
    return RedirectResponse("/inbox", 303)


async def show_calls(request: Request) -> Response:
    frame = frame_of(request)
    service = request.query_params.get("service", "")
    calls = frame.calls.newest(
        service=service, before=number_asked(request, "before"), limit=PAGE_SIZE + 1
    )
    return render(
        request,
        "calls.html",
        calls=calls[:PAGE_SIZE],
        service=service,
        older=_older_page(request, calls),
    )


async def show_call(request: Request) -> Response:
    call = frame_of(request).calls.get(request.path_params["id"])
    if call is None:
        raise HTTPException(404)
    return render(request, "call.html", call=call)


async def clear_calls(request: Request) -> Response:
    frame_of(request).calls.clear()
    return RedirectResponse("/calls", 303)


async def show_webhooks(request: Request) -> Response:
    frame = frame_of(request)
    webhooks = frame.webhooks.newest(before=number_asked(request, "before"), limit=PAGE_SIZE + 1)
    return render(
        request,
        "webhooks.html",
        webhooks=webhooks[:PAGE_SIZE],
        older=_older_page(request, webhooks),
    )


async def show_webhook(request: Request) -> Response:
    webhook = frame_of(request).webhooks.get(request.path_params["id"])
    if webhook is None:
        raise HTTPException(404)
    return render(request, "webhook.html", webhook=webhook)


async def redeliver(request: Request) -> Response:
    webhooks = frame_of(request).webhooks
    webhook = webhooks.get(request.path_params["id"])
    if webhook is None:
        raise HTTPException(404)
    webhooks.redeliver(webhook)
    return RedirectResponse(f"/webhooks/{webhook.id}", 303)


async def show_faults(request: Request) -> Response:
    return _faults_page(request, asked=dict(request.query_params))


async def play(request: Request) -> Response:
    form = await request.form()
    asked = {name: str(value) for name, value in form.items()}
    try:
        fault = play_asked(frame_of(request), asked)
    except CannotPlayError as error:
        return _faults_page(request, asked=asked, complaint=str(error), status=400)
    return RedirectResponse(f"/faults?{urlencode({'service': fault.service})}", 303)


async def clear_faults(request: Request) -> Response:
    form = await request.form()
    frame_of(request).clear_faults(fault_id=request.path_params.get("id"))
    back = {"service": str(form.get("service", ""))}
    return RedirectResponse(f"/faults?{urlencode(back)}", 303)


def explain(request: Request, error: HTTPException) -> Response:
    status = error.status_code
    return render(request, "error.html", status=status, detail=error.detail, is_gone=status == 404)


ROUTES = [
    Route("/", show_services),
    Route("/inbox", show_inbox),
    Route("/inbox/empty", empty_inbox, methods=["POST"]),
    Route("/inbox/{id:id}", show_message),
    Route("/inbox/{id:id}/html", show_mail_html),
    Route("/inbox/{id:id}/source", show_source),
    Route("/inbox/{id:id}/attachments/{number:id}", download_attachment),
    Route("/calls", show_calls),
    Route("/calls/clear", clear_calls, methods=["POST"]),
    Route("/calls/{id:id}", show_call),
    Route("/webhooks", show_webhooks),
    Route("/webhooks/{id:id}", show_webhook),
    Route("/webhooks/{id:id}/redeliver", redeliver, methods=["POST"]),
    Route("/faults", show_faults),
    Route("/faults/play", play, methods=["POST"]),
    Route("/faults/clear", clear_faults, methods=["POST"]),
    Route("/faults/{id:id}/clear", clear_faults, methods=["POST"]),
]


def _inbox_list(request: Request) -> dict[str, Any]:
    frame = frame_of(request)
    kind = request.query_params.get("kind", "")
    to = request.query_params.get("to", "").strip()
    messages = frame.inbox.newest(
        kind=kind, to_part=to, before=number_asked(request, "before"), limit=PAGE_SIZE + 1
    )
    narrowed = {name: value for name, value in (("kind", kind), ("to", to)) if value}
    return {
        "messages": messages[:PAGE_SIZE],
        "kind": kind,
        "to": to,
        "query": f"?{urlencode(narrowed)}" if narrowed else "",
        "older": _older_page(request, messages),
    }


def _opened(request: Request) -> Opened:
    opened = frame_of(request).inbox.open(request.path_params["id"])
    if opened is None:
        raise HTTPException(404, "That message is gone.")
    return opened


def _views(opened: Opened) -> list[str]:
    if opened.message.kind == "sms":
        return ["text"]
    parts = [("html", opened.mail.html), ("text", opened.mail.text)]
    return [*(name for name, part in parts if part.strip()), "headers", "source"]


def _faults_page(
    request: Request, *, asked: dict[str, str], complaint: str = "", status: int = 200
) -> Response:
    frame = frame_of(request)
    service = frame.services.get(asked.get("service", "")) or next(iter(frame.services.values()))
    return render(
        request, "faults.html", status=status, service=service, asked=asked, complaint=complaint
    )


def _address(request: Request, service: Service, frame: Frame) -> str:
    if service.speaks is Family.SMTP:
        return f"smtp://{request.url.hostname}:{frame.smtp_port}"
    return f"{str(request.base_url).rstrip('/')}/{service.name}"


def _older_page(request: Request, found: Sequence[Numbered]) -> str:
    """The address of the next page, when one more was found than fits on this one."""
    if len(found) <= PAGE_SIZE:
        return ""
    last = found[PAGE_SIZE - 1].id
    return str(request.url.include_query_params(before=last).replace(scheme="", netloc=""))
