"""The JSON that tests and the pages' own script ask for, below /_sandbox."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import CannotPlayError
from sandbox.frame import frame_of
from sandbox.inbox import Message
from sandbox.playing import play_asked
from sandbox.queries import number_asked

LONGEST_WAIT_SECONDS = 30


async def show_health(request: Request) -> Response:
    frame = frame_of(request)
    counts = frame.calls.counts()
    return JSONResponse(
        {
            "status": "healthy",
            "smtp_port": frame.smtp_port,
            "services": [
                {
                    "name": service.name,
                    "title": service.title,
                    "calls": counts.get(service.name, 0),
                    "faults": len(frame.faults.active(service=service.name)),
                }
                for service in frame.services.values()
            ],
        }
    )


async def show_pulse(request: Request) -> Response:
    """How much has happened; with `since`, as soon as more has."""
    changes = frame_of(request).changes
    since = number_asked(request, "since")
    await changes.until(lambda: changes.count != since, seconds=_wait(request))
    return JSONResponse({"changes": changes.count})


async def list_calls(request: Request) -> Response:
    calls = frame_of(request).calls.newest(service=request.query_params.get("service", ""))
    return JSONResponse({"calls": [call.as_json() for call in calls]})


async def clear_calls(request: Request) -> Response:
    frame_of(request).calls.clear(service=request.query_params.get("service", ""))
    return Response(status_code=204)


async def list_mails(request: Request) -> Response:
    """Mails with all their parts; with `wait`, as soon as there is one."""
    frame = frame_of(request)
    messages = await _find_messages(request, kind="mail")
    opened = (frame.inbox.open(message.id) for message in messages)
    return JSONResponse({"mails": [mail.as_json() for mail in opened if mail]})


async def list_messages(request: Request) -> Response:
    """Mails and texts as the inbox lists them; with `wait`, as soon as there is one."""
    messages = await _find_messages(request, kind=request.query_params.get("kind", ""))
    return JSONResponse({"messages": [message.as_json() for message in messages]})


async def clear_messages(request: Request) -> Response:
    frame_of(request).inbox.clear()
    return Response(status_code=204)


async def list_faults(request: Request) -> Response:
    faults = frame_of(request).faults.active(service=request.query_params.get("service", ""))
    return JSONResponse({"faults": [fault.as_json() for fault in faults]})


async def play_fault(request: Request) -> Response:
    try:
        asked = await request.json()
    except ValueError as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(asked, dict):
        raise HTTPException(400, "The body must be an object.")
    try:
        fault = play_asked(frame_of(request), asked)
    except CannotPlayError as error:
        raise HTTPException(400, str(error)) from error
    return JSONResponse(fault.as_json(), 201)


async def clear_faults(request: Request) -> Response:
    frame_of(request).clear_faults(
        service=request.query_params.get("service", ""),
        fault_id=request.path_params.get("fault_id"),
    )
    return Response(status_code=204)


async def list_webhooks(request: Request) -> Response:
    webhooks = frame_of(request).webhooks.newest(service=request.query_params.get("service", ""))
    return JSONResponse({"webhooks": [webhook.as_json() for webhook in webhooks]})


async def redeliver_webhook(request: Request) -> Response:
    webhooks = frame_of(request).webhooks
    webhook = webhooks.get(request.path_params["webhook_id"])
    if webhook is None:
        raise HTTPException(404, "There is no such webhook.")
    webhooks.redeliver(webhook)
    return JSONResponse(webhook.as_json(), 202)


async def reset(request: Request) -> Response:
    frame_of(request).clear()
    return Response(status_code=204)


def explain(request: Request, error: HTTPException) -> Response:
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


ROUTES = [
    Route("/health", show_health),
    Route("/pulse", show_pulse),
    Route("/calls", list_calls),
    Route("/calls", clear_calls, methods=["DELETE"]),
    Route("/mails", list_mails),
    Route("/messages", list_messages),
    Route("/messages", clear_messages, methods=["DELETE"]),
    Route("/faults", list_faults),
    Route("/faults", play_fault, methods=["POST"]),
    Route("/faults", clear_faults, methods=["DELETE"]),
    Route("/faults/{fault_id:id}", clear_faults, methods=["DELETE"]),
    Route("/webhooks", list_webhooks),
    Route("/webhooks/{webhook_id:id}/redeliver", redeliver_webhook, methods=["POST"]),
    Route("/reset", reset, methods=["POST"]),
]


async def _find_messages(request: Request, *, kind: str) -> list[Message]:
    frame = frame_of(request)
    to = request.query_params.get("to", "")
    after = number_asked(request, "after") or 0

    def look() -> list[Message]:
        return frame.inbox.newest(kind=kind, to=to, after=after)

    return await frame.changes.until(look, seconds=_wait(request))


def _wait(request: Request) -> int:
    return min(LONGEST_WAIT_SECONDS, number_asked(request, "wait") or 0)
