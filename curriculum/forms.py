"""Forms of students: handing work in, and saying something about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.files.models import StoredFile
from core.files.purposes import MB
from core.widgets import CheckboxCards, FileDrop, MarkdownInput
from curriculum.actions.files import PURPOSE
from curriculum.actions.submissions import HandedIn
from curriculum.files import SUBMISSION_FILES
from curriculum.models import Deliverable, DeliverableKind, Revision
from curriculum.models.reviews import COMMENT_LENGTH
from curriculum.models.submissions import NOTE_LENGTH, URL_LENGTH

WITHOUT_ADDRESS = {DeliverableKind.FILE, DeliverableKind.TEXT}
ADDRESS_HELP = {
    DeliverableKind.REPOSITORY: _(
        "The repository's own page, such as https://github.com/you/name."
    ),
    DeliverableKind.PULL_REQUEST: _(
        "The pull request's page, such as https://github.com/you/name/pull/1."
    ),
    DeliverableKind.DASHBOARD: _("Where the dashboard can be looked at."),
    DeliverableKind.DEPLOYED_URL: _("Where it runs, so that it can be tried."),
}
NOTE_LABELS = {DeliverableKind.TEXT: _("Your text")}


class DroppedFiles(forms.FileField):
    """Where files are chosen. What was taken in stands in `file_ids`."""

    def clean(self, data: Any, initial: Any = None) -> None:
        return None


class HandInForm(forms.Form):
    """What the kind asks for. `file_ids` are those that come along: of before, or just sent."""

    url = forms.CharField(
        label=_("Address"),
        max_length=URL_LENGTH,
        widget=forms.URLInput(attrs={"autocomplete": "url", "placeholder": "https://"}),
    )
    file = DroppedFiles(label=_("Files"), required=False, widget=FileDrop(multiple=True))
    file_ids = forms.MultipleChoiceField(
        label=_("Files that come along"),
        required=False,
        widget=CheckboxCards,
        error_messages={
            "invalid_choice": _("One of these files is no longer there. Choose it again.")
        },
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=MarkdownInput(attrs={"rows": 8}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        deliverable: Deliverable,
        owner: User,
        last: Revision | None = None,
    ) -> None:
        self.label_suffix = ""
        initial = {"url": last.url if last else ""}
        super().__init__(data, initial=initial, label_suffix="")
        self.kept = [each.file for each in last.files.all()] if last else []
        self.sent = list(_just_sent(data, owner))
        self._ask_for(DeliverableKind(deliverable.kind), has_kept=bool(self.kept))
        if "file_ids" in self.fields:
            self._offer([*self.kept, *self.sent], chosen=[str(file.pk) for file in self.kept])

    def clean_file_ids(self) -> list[str]:
        """A file that was just sent takes the place of one from before that is called so too."""
        ids: list[str] = self.cleaned_data["file_ids"]
        sent = {file.name for file in self.sent if str(file.pk) in ids}
        replaced = {str(file.pk) for file in self.kept if file.name in sent}
        return [each for each in ids if each not in replaced]

    @property
    def work(self) -> HandedIn:
        given = self.cleaned_data
        return HandedIn(
            url=given.get("url", ""), note=given["note"], file_ids=given.get("file_ids", ())
        )

    @property
    def limits(self) -> str:
        """Told before anything is sent."""
        about = {
            "n": SUBMISSION_FILES.max_files,
            "one": SUBMISSION_FILES.max_bytes // MB,
            "all": (SUBMISSION_FILES.max_total_bytes or 0) // MB,
        }
        return (
            _(
                "At most %(n)d files, %(one)d MB each and %(all)d MB together: pictures, PDF, "
                "Office documents, films as MP4, archives, and text or code of any kind."
            )
            % about
        )

    @property
    def most_bytes(self) -> int:
        return SUBMISSION_FILES.max_bytes

    def _ask_for(self, kind: DeliverableKind, *, has_kept: bool) -> None:
        note = self.fields["note"]
        if kind in WITHOUT_ADDRESS:
            del self.fields["url"]
        else:
            self.fields["url"].help_text = ADDRESS_HELP.get(kind, "")
        if kind == DeliverableKind.TEXT:
            note.label, note.required = NOTE_LABELS[kind], True
            note.widget.attrs["rows"] = 14
            self.order_fields(["note", "file", "file_ids"])
        else:
            note.help_text = _("What should be looked at first? What is still open?")
        if kind not in WITHOUT_ADDRESS and not has_kept:
            del self.fields["file"], self.fields["file_ids"]
        elif kind == DeliverableKind.FILE:
            self.fields["file"].required = True
        if has_kept:
            self.fields["file"].help_text = _(
                "What you send takes the place of a file from before with the same name."
            )

    def _offer(self, files: Sequence[StoredFile], *, chosen: Sequence[str]) -> None:
        field = self.fields["file_ids"]
        if not files and not self.is_bound:
            del self.fields["file_ids"]
            return
        field.choices = [(str(file.pk), file.name) for file in files]  # type: ignore[attr-defined]
        field.widget.explained = {str(file.pk): filesizeformat(file.size) for file in files}
        field.initial = chosen


class CommentForm(forms.Form):
    body = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=MarkdownInput(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def _just_sent(data: Any, owner: User) -> Iterable[StoredFile]:
    """Those that were sent while the form was open: one's own, and not handed in yet."""
    if data is None:
        return ()
    ids = [each for each in data.getlist("file_ids") if _is_uuid(each)]
    return StoredFile.objects.filter(
        pk__in=ids, owner=owner, purpose=PURPOSE, submission_files=None
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
