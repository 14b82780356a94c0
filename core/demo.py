"""The demo's data, of which each app makes its own part."""

from datetime import datetime

from core.registries import demo_content


def make_demo(*, at: datetime) -> list[str]:
    """Make what is missing, part by part; says which parts lacked something."""
    lacking = [(name, part) for name, part in demo_content if not part.is_made()]
    for _name, part in lacking:
        part.make(at)
    return [name for name, _part in lacking]


def is_demo_ready() -> bool:
    return all(part.is_made() for _name, part in demo_content)
