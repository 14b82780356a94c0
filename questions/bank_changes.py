"""What is done to many questions of the list at once: the form, and the ticket that undoes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.widgets import Suggested
from questions.actions.many import Undo
from questions.bank_list import FormWithPlace
from questions.forms.places import NOWHERE, PlaceField
from questions.forms.tags import LONGEST_TAGS, tags_in
from questions.models import Difficulty

UNDO = "questions.undo"
TAG, UNTAG, PLACE, WEIGH = "tag", "untag", "place", "difficulty"
READY, RETIRE, SHARE, HIDE = "ready", "retire", "share", "hide"
EXPORT, DELETE = "export", "delete"
DEEDS = (
    (
        _("Sort them"),
        [
            (TAG, _("Add tags")),
            (UNTAG, _("Remove tags")),
            (PLACE, _("Put into a chapter")),
            (WEIGH, _("Set the difficulty")),
        ],
    ),
    (
        _("Who may use them"),
        [
            (READY, _("Mark as ready")),
            (RETIRE, _("Retire")),
            (SHARE, _("Share with all who teach")),
            (HIDE, _("Make private")),
        ],
    ),
    (_("Take them away"), [(EXPORT, _("Export")), (DELETE, _("Delete…"))]),
)


class ChangeForm(FormWithPlace):
    """What to do with those that are selected; each field is there for some of it."""

    do = forms.ChoiceField(label=_("What to do"), choices=[("", _("Choose what to do")), *DEEDS])
    tags = forms.CharField(
        label=_("Tags, with commas between them"),
        required=False,
        max_length=LONGEST_TAGS,
        widget=Suggested({"placeholder": _("joins, basics")}),
    )
    place = PlaceField(label=_("Put into"), empty=_("Choose a chapter"))
    difficulty = forms.ChoiceField(
        label=_("Difficulty"),
        choices=[("", _("Choose a difficulty")), *Difficulty.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """What is to be done needs to know with what."""
        given = super().clean() or {}
        do = given.get("do", "")
        if do in (TAG, UNTAG) and "tags" in given and not given["tags"]:
            self.add_error("tags", _("Write at least one tag."))
        if do == PLACE and given.get("place", NOWHERE) == NOWHERE:
            self.add_error("place", _("Choose a subject or a chapter to put them into."))
        if do == WEIGH and "difficulty" in given and not given["difficulty"]:
            self.add_error("difficulty", _("Choose a difficulty."))
        return given

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])

    @property
    def complaint(self) -> str:
        """The first of what is wrong, for where the form itself is not shown again."""
        return next((str(errors[0]) for errors in self.errors.values()), "")


def ticket_of(undo: Undo, *, user: User) -> str:
    """Signed: one takes back what one did oneself, and nothing that one makes up."""
    return signing.dumps([user.pk, asdict(undo)], salt=UNDO, compress=True)


def undo_in(ticket: str, *, user: User) -> Undo | None:
    try:
        by, given = signing.loads(ticket, salt=UNDO)
    except signing.BadSignature:
        return None
    return Undo(**given) if by == user.pk else None
