"""Two admins at one page: whoever saves second is told, and nothing is overwritten unseen."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from curriculum.actions.content import wait_in_line
from curriculum.models import Project, Track
from curriculum.models.content import Content

FIELD = "seen"


def version_of(row: Content) -> str:
    """Another one after each write to the row as it was fetched, or to what stands on its page."""
    facts = [(row.edited_at, row.loaded_digest)]
    for parts in _parts_of(row):
        facts.extend(parts.order_by("pk").values_list("pk", "edited_at", "loaded_digest"))
    return sha256(json.dumps(facts, cls=DjangoJSONEncoder).encode()).hexdigest()


class ContentForm(forms.ModelForm):
    """Saved by whoever has seen what stands there. What was typed comes back with its refusal, and
    with what is there now as seen: so saving it once more is a decision."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = self.data.get(FIELD)
        if seen is None or self.prefix or not self.instance.pk:
            return cleaned
        wait_in_line()
        present = self.instance._meta.default_manager.filter(pk=self.instance.pk).first()
        if present is not None and seen != version_of(present):
            raise ValidationError(
                _(
                    "This was saved by somebody else, or in another tab, while it was open here. "
                    "Nothing of yours is saved yet, and all of it still stands below. Save again "
                    "to put it in place of theirs, or open the page anew to keep theirs."
                )
            )
        return cleaned


def _parts_of(row: Content) -> list[Any]:
    if isinstance(row, Project):
        return [row.steps, row.deliverables]
    return [row.projects] if isinstance(row, Track) else []
