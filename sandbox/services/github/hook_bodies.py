"""A webhook as GitHub describes it, with what became of the last thing that it was sent."""

from sandbox.frame import Frame
from sandbox.services.github.bodies import Body, Links
from sandbox.services.github.store import Hook, Repository
from sandbox.services.github.telling import deliveries_of, outcome

SECRET_SHOWN = "********"  # noqa: S105 - what stands for one


def hook_body(frame: Frame, repository: Repository, hook: Hook, links: Links) -> Body:
    url = f"{links.repository(repository)}/hooks/{hook.id}"
    config = {
        "url": hook.url,
        "content_type": hook.content_type,
        "insecure_ssl": hook.insecure_ssl,
        **({"secret": SECRET_SHOWN} if hook.secret else {}),
    }
    return {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.is_active,
        "events": hook.events,
        "config": config,
        "updated_at": hook.updated_at,
        "created_at": hook.created_at,
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": _last_response(frame, hook),
    }


def _last_response(frame: Frame, hook: Hook) -> Body:
    for delivery in deliveries_of(frame, hook):
        status, code = outcome(delivery)
        word = "active" if status == "OK" else "failed"
        return {"code": code, "status": word, "message": status}
    return {"code": None, "status": "unused", "message": None}
