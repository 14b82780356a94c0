"""The webhooks of a repository: who wants to hear of something, and what they are sent."""

import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sandbox.frame import Frame
from sandbox.people import Person
from sandbox.services.github.bodies import Body, Links, repository_body, user_body
from sandbox.services.github.names import NAME
from sandbox.services.github.store import Hook, Repository
from sandbox.webhooks import Webhook

EVENTS = (
    "ping",
    "push",
    "pull_request",
    "pull_request_review",
    "check_suite",
    "workflow_run",
    "repository",
    "installation",
    "star",
)
DELIVERY = "X-GitHub-Delivery"
HOOK_ID = "X-GitHub-Hook-ID"
TARGET_ID = "X-GitHub-Hook-Installation-Target-ID"
FORM = "application/x-www-form-urlencoded"


class Teller:
    """Tells the hooks of repositories what happened, as GitHub would."""

    def __init__(self, frame: Frame, links: Links) -> None:
        self._frame = frame
        self._links = links

    def tell(
        self, repository: Repository, event: str, payload: Mapping[str, Any], *, by: Person
    ) -> None:
        """Whoever subscribed; all of them with one number, as there."""
        guid = str(uuid.uuid4())
        for hook in repository.hooks:
            if hook.hears(event):
                self._send(repository, hook, event, payload, by=by, guid=guid)

    def tell_all(
        self, repository: Repository, event: str, payload: Mapping[str, Any], *, by: Person
    ) -> None:
        """Also who did not ask for this event, which GitHub itself would spare them."""
        guid = str(uuid.uuid4())
        for hook in repository.hooks:
            self._send(repository, hook, event, payload, by=by, guid=guid)

    def ping(self, repository: Repository, hook: Hook, hook_body: Body, *, by: Person) -> None:
        payload = {
            "zen": "A small thing that works is worth keeping.",
            "hook_id": hook.id,
            "hook": hook_body,
            "repository": repository_body(repository, self._links),
        }
        self._send(repository, hook, "ping", payload, by=by, guid=str(uuid.uuid4()))

    def send_again(self, hook: Hook, delivery: Webhook) -> None:
        """A delivery of its own, with the number of the first."""
        self._frame.webhooks.send(
            NAME,
            hook.url,
            delivery.body,
            event=delivery.event,
            secret=hook.secret,
            headers=delivery.headers,
        )

    def _send(
        self,
        repository: Repository,
        hook: Hook,
        event: str,
        payload: Mapping[str, Any],
        *,
        by: Person,
        guid: str,
    ) -> None:
        whole = {**payload, "sender": user_body(by, self._links)}
        text = json.dumps(whole, separators=(",", ":"))
        is_form = hook.content_type == "form"
        self._frame.webhooks.send(
            NAME,
            hook.url,
            (urlencode({"payload": text}) if is_form else text).encode(),
            event=event,
            secret=hook.secret,
            headers={
                "Content-Type": FORM if is_form else "application/json",
                "Accept": "*/*",
                "User-Agent": "GitHub-Hookshot/5a9d0c1",
                "X-GitHub-Event": event,
                DELIVERY: guid,
                HOOK_ID: str(hook.id),
                TARGET_ID: str(repository.id),
                "X-GitHub-Hook-Installation-Target-Type": "repository",
            },
        )


def sign(*, body: bytes, secret: str, at: datetime) -> Mapping[str, str]:
    """A hook without a secret signs nothing."""
    if not secret:
        return {}
    return {
        f"X-Hub-Signature{suffix}": f"{name}={hmac.new(secret.encode(), body, name).hexdigest()}"
        for suffix, name in (("", "sha1"), ("-256", "sha256"))
    }


def deliveries_of(frame: Frame, hook: Hook) -> list[Webhook]:
    """Newest first."""
    return [each for each in sent(frame) if each.headers.get(HOOK_ID) == str(hook.id)]


def deliveries_for(frame: Frame, repository: Repository) -> list[Webhook]:
    """Newest first."""
    return [each for each in sent(frame) if each.headers.get(TARGET_ID) == str(repository.id)]


def sent(frame: Frame) -> list[Webhook]:
    return frame.webhooks.newest(service=NAME)


def delivery_body(delivery: Webhook, repository: Repository, *, is_again: bool) -> Body:
    last = delivery.attempts[-1] if delivery.attempts else None
    status, code = outcome(delivery)
    return {
        "id": delivery.id,
        "guid": delivery.headers[DELIVERY],
        "delivered_at": (last["at"] if last else delivery.queued_at.isoformat()).replace(
            "+00:00", "Z"
        ),
        "redelivery": is_again or len(delivery.attempts) > 1,
        "duration": round(last["duration_ms"] / 1000, 2) if last else 0.0,
        "status": status,
        "status_code": code,
        "event": delivery.event,
        "action": payload_of(delivery).get("action"),
        "installation_id": None,
        "repository_id": repository.id,
        "throttled_at": None,
    }


def full_delivery_body(delivery: Webhook, repository: Repository, *, is_again: bool) -> Body:
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        **delivery_body(delivery, repository, is_again=is_again),
        "url": delivery.url,
        "request": {
            "headers": last["headers"] if last else delivery.headers,
            "payload": payload_of(delivery),
        },
        "response": {"headers": {}, "payload": last["answer"] if last else None},
    }


def payload_of(delivery: Webhook) -> Body:
    text = delivery.body.decode()
    if delivery.headers.get("Content-Type") == FORM:
        text = dict(parse_qsl(text))["payload"]
    found: Body = json.loads(text)
    return found


def outcome(delivery: Webhook) -> tuple[str, int]:
    """One that was lost on its way is one that GitHub could not bring."""
    if delivery.state in {"queued", "held"} and not delivery.attempts:
        return "pending", 0
    code = delivery.last_status
    if code is None:
        return "failed to connect to host", HTTPStatus.BAD_GATEWAY
    return ("OK" if code < HTTPStatus.BAD_REQUEST else f"Invalid HTTP Response: {code}"), code
