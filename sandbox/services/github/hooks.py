"""REST: the webhooks of a repository, what they were sent, and sending it again."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.routing import BaseRoute

from sandbox.services.github.calls import Answer, Call, Refusal, invalid, not_found
from sandbox.services.github.happenings import GitHub
from sandbox.services.github.hook_bodies import SECRET_SHOWN, hook_body
from sandbox.services.github.names import moment, new_id
from sandbox.services.github.repositories import of_repository
from sandbox.services.github.store import Hook, Repository
from sandbox.services.github.telling import (
    DELIVERY,
    Teller,
    deliveries_of,
    delivery_body,
    full_delivery_body,
)
from sandbox.webhooks import ForeignAddressError, Webhook, refuse_other_machines

READS = frozenset({"repo", "read:repo_hook"})
WRITES = frozenset({"repo", "write:repo_hook"})
DELETES = frozenset({"repo", "admin:repo_hook"})
MOST_HOOKS = 20
CONTENT_TYPES = frozenset({"json", "form"})


async def add_hook(call: Call) -> Answer:
    repository = _own(call, WRITES)
    asked = await call.asked()
    config = _config(asked)
    at = moment()
    hook = Hook(
        id=new_id(),
        url=str(config.get("url") or ""),
        content_type=str(config.get("content_type", "form")),
        insecure_ssl=str(config.get("insecure_ssl", "0")),
        secret=str(config.get("secret") or ""),
        events=_events(asked.get("events", ["push"])),
        is_active=asked.get("active", True) is not False,
        created_at=at,
        updated_at=at,
    )
    _refuse_hook(repository, hook)
    GitHub.of(call.request).add_hook(repository, hook, by=call.known_viewer)
    body = _body(call, repository, hook)
    return Answer(body=body, status=HTTPStatus.CREATED, headers={"Location": body["url"]})


async def list_hooks(call: Call) -> Answer:
    repository = _own(call, READS)
    page = call.page(repository.hooks)
    body = [_body(call, repository, hook) for hook in page.items]
    return Answer(body=body, headers=page.headers)


async def show_hook(call: Call) -> Answer:
    repository, hook = _named(call, READS)
    return Answer(body=_body(call, repository, hook))


async def change_hook(call: Call) -> Answer:
    repository, hook = _named(call, WRITES)
    asked = await call.asked()
    if "config" in asked:
        # GitHub takes it whole: a secret that is left out is gone.
        config = _config(asked)
        hook.url = str(config.get("url", hook.url))
        hook.content_type = str(config.get("content_type", hook.content_type))
        hook.insecure_ssl = str(config.get("insecure_ssl", hook.insecure_ssl))
        secret = str(config.get("secret") or "")
        hook.secret = hook.secret if secret == SECRET_SHOWN else secret
    events = _events(asked["events"]) if "events" in asked else hook.events
    events += [each for each in _events(asked.get("add_events", [])) if each not in events]
    gone = _events(asked.get("remove_events", []))
    hook.events = [each for each in events if each not in gone]
    hook.is_active = asked.get("active", hook.is_active) is not False
    hook.updated_at = moment()
    _refuse_hook(repository, hook)
    GitHub.of(call.request).keep_hooks(repository, repository.hooks)
    return Answer(body=_body(call, repository, hook))


async def delete_hook(call: Call) -> Answer:
    repository, hook = _named(call, DELETES)
    left = [each for each in repository.hooks if each.id != hook.id]
    GitHub.of(call.request).keep_hooks(repository, left)
    return Answer(status=HTTPStatus.NO_CONTENT)


async def ping_hook(call: Call) -> Answer:
    repository, hook = _named(call, READS)
    GitHub.of(call.request).ping(repository, hook, by=call.known_viewer)
    return Answer(status=HTTPStatus.NO_CONTENT)


async def list_deliveries(call: Call) -> Answer:
    """By a cursor, since new ones come in front while somebody reads on."""
    repository, hook = _named(call, READS)
    found = _told(call, hook)
    again = _sent_again(found)
    start = call.request.query_params.get("cursor", "")
    rest = [each for each in found if not start.isdecimal() or each.id <= int(start)]
    first, following = rest[: call.per_page], rest[call.per_page : call.per_page + 1]
    links = call.links_to(next=call.same_call(cursor=following[0].id)) if following else {}
    body = [delivery_body(each, repository, is_again=each.id in again) for each in first]
    return Answer(body=body, headers=links)


async def show_delivery(call: Call) -> Answer:
    repository, hook = _named(call, READS)
    delivery = _delivery(call, hook)
    is_again = delivery.id in _sent_again(_told(call, hook))
    return Answer(body=full_delivery_body(delivery, repository, is_again=is_again))


async def send_again(call: Call) -> Answer:
    _, hook = _named(call, WRITES)
    delivery = _delivery(call, hook)
    Teller(call.frame, call.links).send_again(hook, delivery)
    return Answer(body={}, status=HTTPStatus.ACCEPTED)


ROUTES: tuple[BaseRoute, ...] = (
    *of_repository("/hooks", "POST", add_hook),
    *of_repository("/hooks", "GET", list_hooks),
    *of_repository("/hooks/{hook_id:id}", "GET", show_hook),
    *of_repository("/hooks/{hook_id:id}", "PATCH", change_hook),
    *of_repository("/hooks/{hook_id:id}", "DELETE", delete_hook),
    *of_repository("/hooks/{hook_id:id}/pings", "POST", ping_hook),
    *of_repository("/hooks/{hook_id:id}/deliveries", "GET", list_deliveries),
    *of_repository("/hooks/{hook_id:id}/deliveries/{delivery_id:id}", "GET", show_delivery),
    *of_repository("/hooks/{hook_id:id}/deliveries/{delivery_id:id}/attempts", "POST", send_again),
)


def _own(call: Call, scopes: frozenset[str]) -> Repository:
    """Whoever may not see the webhooks is told that there is nothing."""
    call.known_viewer  # noqa: B018 - a stranger is asked who they are
    repository = call.repository()
    if not call.is_owner(repository):
        raise not_found()
    call.needs(scopes)
    return repository


def _named(call: Call, scopes: frozenset[str]) -> tuple[Repository, Hook]:
    repository = _own(call, scopes)
    hook = repository.hook(call.request.path_params["hook_id"])
    if hook is None:
        raise not_found()
    return repository, hook


def _body(call: Call, repository: Repository, hook: Hook) -> dict[str, Any]:
    return hook_body(call.frame, repository, hook, call.links)


def _config(asked: Mapping[str, Any]) -> Mapping[str, Any]:
    config = asked.get("config")
    if not isinstance(config, dict):
        raise invalid("Hook", "", field="config", code="missing_field")
    return config


def _events(asked: Any) -> list[str]:
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid request.")
    return list(dict.fromkeys(asked))


def _refuse_hook(repository: Repository, hook: Hook) -> None:
    others = [each for each in repository.hooks if each.id != hook.id]
    if not hook.url:
        raise invalid("Hook", "Config must contain URL for webhooks")
    if hook.content_type not in CONTENT_TYPES:
        raise invalid("Hook", "Invalid config attribute: content_type")
    try:
        refuse_other_machines(hook.url)
    except ForeignAddressError as error:
        raise invalid("Hook", str(error), field="url") from error
    if any(each.url == hook.url and set(each.events) & set(hook.events) for each in others):
        raise invalid("Hook", "Hook already exists on this repository")
    if len(others) >= MOST_HOOKS:
        raise invalid("Hook", f"A repository cannot have more than {MOST_HOOKS} hooks")


def _told(call: Call, hook: Hook) -> list[Webhook]:
    """What waits to be sent is no delivery yet."""
    return [
        each
        for each in deliveries_of(call.frame, hook)
        if each.attempts or each.state not in {"queued", "held"}
    ]


def _delivery(call: Call, hook: Hook) -> Webhook:
    wanted = call.request.path_params["delivery_id"]
    for delivery in _told(call, hook):
        if delivery.id == wanted:
            return delivery
    raise not_found()


def _sent_again(deliveries: list[Webhook]) -> set[int]:
    """All but the first of each number."""
    first = {each.headers[DELIVERY]: each.id for each in deliveries}
    return {each.id for each in deliveries if first[each.headers[DELIVERY]] != each.id}
