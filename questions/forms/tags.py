"""Tags as people write them: in one line, with commas between them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from questions.formats.drafts import MOST_TAGS
from questions.models.bank import TAG_LENGTH
from questions.tags import plain_tags

LONGEST_TAGS = MOST_TAGS * (TAG_LENGTH + 2)


def tags_in(text: str) -> list[str]:
    """Each once, in small letters and in order. Raises ValidationError."""
    tags = sorted(plain_tags(text.split(",")))
    if len(tags) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in tags):
        most = {"most": MOST_TAGS, "longest": TAG_LENGTH}
        raise forms.ValidationError(_("At most %(most)d tags of %(longest)d characters.") % most)
    return tags
