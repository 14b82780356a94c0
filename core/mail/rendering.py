"""From a template and what it is about to the words of a mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, engines
from django.template.loader import render_to_string
from django.utils import translation

from core.mail.models import SUBJECT_LENGTH


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    html: str


def render(template: str, context: Mapping[str, Any], *, language: str) -> Words:
    """The parts of `templates/mail/<template>.*` in the recipient's language."""
    about = {**context, "site_url": settings.FRONTEND_URL, "language": language}
    with translation.override(language):
        return Words(
            subject=_one_line(_plain(f"mail/{template}.subject.txt", about)),
            text=f"{_plain(f'mail/{template}.txt', about).strip()}\n",
            html=render_to_string(f"mail/{template}.html", about),
        )


def _plain(name: str, about: dict[str, Any]) -> str:
    """Plain text, in which a name like O'Neill stays as it is."""
    template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(about, autoescape=False)))


def _one_line(text: str) -> str:
    """A subject cannot grow further headers, whatever somebody typed as their name."""
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())[:SUBJECT_LENGTH]
