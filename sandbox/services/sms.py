"""A gateway for text messages: a bearer key, a JSON message in, its id out, a receipt by webhook.

Every text is delivered at once, to the inbox."""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clock import now
from sandbox.frame import frame_of
from sandbox.service import Service, bearer_key
from sandbox.webhooks import ForeignAddressError

NAME = "sms"
KEY = "sandbox-sms-key"
WEBHOOK_SECRET = "sandbox-sms-webhook-secret"  # noqa: S105 - made for the sandbox, worth nothing
MOST_CHARACTERS = 1_600

_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


async def send_text(request: Request) -> Response:
    if bearer_key(request) != KEY:
        return _refusal(401, "The key is missing or not known.")
    try:
        asked = await request.json()
    except ValueError:
        return _refusal(400, "The body is not JSON.")
    if complaint := _complaint(asked):
        return _refusal(400, complaint)
    message = _message(asked, at=now())
    try:
        _send_receipt(request, message, url=asked.get("status_callback"))
    except ForeignAddressError as error:
        return _refusal(400, str(error))
    frame = frame_of(request)
    frame.inbox.add_sms(asked["text"], sender=asked["from"], recipient=asked["to"], at=now())
    frame.records.put(NAME, "message", message["id"], {**message, "status": "delivered"})
    return JSONResponse(message, 201)


async def show_text(request: Request) -> Response:
    if bearer_key(request) != KEY:
        return _refusal(401, "The key is missing or not known.")
    message = frame_of(request).records.get(NAME, "message", request.path_params["id"])
    return JSONResponse(message) if message else _refusal(404, "There is no such message.")


def error_body(status: int, message: str) -> Mapping[str, Any]:
    return {"error": {"code": status, "message": message}}


def sign_receipt(*, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
    time = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Sms-Signature": f"t={time},v1={digest}"}


SERVICE = Service(
    name=NAME,
    title="SMS gateway",
    about="Takes text messages over HTTP and puts them in the inbox, the code picked out.",
    routes=(
        Route("/messages", send_text, methods=["POST"]),
        Route("/messages/{id}", show_text, methods=["GET"]),
    ),
    keys={"API key": KEY, "Webhook secret": WEBHOOK_SECRET},
    error=error_body,
    webhooks=("message.delivered",),
    sign=sign_receipt,
    retry_webhooks_after=(5, 30),
    icon="sms",
    page="/inbox?kind=sms",
)


def _complaint(asked: Any) -> str:
    if not isinstance(asked, dict):
        return "The body must be an object with to, from and text."
    to, sender, text = (asked.get(name) for name in ("to", "from", "text"))
    if not isinstance(to, str) or not _PHONE.fullmatch(to):
        return "“to” must be a phone number such as +4915112345678."
    if not isinstance(sender, str) or not _SENDER.fullmatch(sender):
        return "“from” must be a phone number or a name of at most 11 letters and digits."
    if not isinstance(text, str) or not 1 <= len(text) <= MOST_CHARACTERS:
        return f"“text” must have 1 to {MOST_CHARACTERS} characters."
    if not isinstance(asked.get("status_callback", ""), str):
        return "“status_callback” must be an address."
    return ""


def _message(asked: Mapping[str, str], *, at: datetime) -> dict[str, Any]:
    return {
        "id": f"SM{secrets.token_hex(16)}",
        "to": asked["to"],
        "from": asked["from"],
        "status": "queued",
        "created_at": at.isoformat(),
    }


def _send_receipt(request: Request, message: Mapping[str, Any], *, url: str | None) -> None:
    if not url:
        return
    receipt = {"event": "message.delivered", "id": message["id"], "to": message["to"]}
    frame_of(request).webhooks.send(
        NAME,
        url,
        json.dumps(receipt).encode(),
        event="message.delivered",
        secret=WEBHOOK_SECRET,
    )


def _refusal(status: int, message: str) -> Response:
    return JSONResponse(error_body(status, message), status)
