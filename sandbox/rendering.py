"""Turns a template into a page; services use it for pages of their own."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sandbox.frame import frame_of

TEMPLATES = Path(__file__).parent / "templates"


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    frame = frame_of(request)
    page = _environment.get_template(template).render(
        request=request,
        frame=frame,
        active_faults=frame.faults.active(),
        unsettled_webhooks=frame.webhooks.count_unsettled(),
        messages_count=frame.inbox.count(),
        **context,
    )
    return HTMLResponse(page, status)


def _clock(at: datetime) -> str:
    """In the time of this machine, which is the reader's."""
    local = at.astimezone()
    is_today = local.date() == datetime.now(local.tzinfo).date()
    return local.strftime("%H:%M:%S" if is_today else "%d %b %H:%M")


def _size(count: int) -> str:
    for unit, step in (("MB", 1024 * 1024), ("kB", 1024)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} bytes" if count != 1 else "1 byte"


def _duration(milliseconds: float) -> str:
    if milliseconds < 1:
        return "< 1 ms"
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "clock": _clock,
    "duration": _duration,
    "pretty": _pretty,
    "size": _size,
    "time": datetime.fromisoformat,
}
