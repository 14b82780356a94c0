"""Why a file is not taken. Each stands in `details` under the name of its field."""

from collections.abc import Sequence

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Invalid, TooLarge

MOST_NAMED = 12


class FileRefused(Invalid):
    message = gettext_lazy("This file cannot be taken.")

    def __init__(self, reason: str, *, field: str = "file") -> None:
        super().__init__(reason, **{field: [reason]})


class FileTooLarge(TooLarge):
    message = gettext_lazy("This file is too large.")

    def __init__(self, reason: str, *, field: str = "file", max_bytes: int = 0) -> None:
        super().__init__(reason, **{field: [reason]}, max_bytes=max_bytes)


def too_large(name: str, limit: int, *, field: str) -> FileTooLarge:
    text = _("“%(name)s” is larger than %(limit)s. Make it smaller, or leave parts of it out.")
    about = {"name": name, "limit": filesizeformat(limit)}
    return FileTooLarge(text % about, field=field, max_bytes=limit)


def too_large_together(limit: int, *, field: str) -> FileTooLarge:
    text = _("Together these files are larger than %(limit)s. Leave some of them out.")
    return FileTooLarge(text % {"limit": filesizeformat(limit)}, field=field, max_bytes=limit)


def too_many(limit: int, *, field: str) -> FileRefused:
    return FileRefused(_("At most %(n)d files at once.") % {"n": limit}, field=field)


def empty(name: str, *, field: str) -> FileRefused:
    text = _("“%(name)s” is empty. Perhaps it was still being written when you chose it.")
    return FileRefused(text % {"name": name}, field=field)


def not_taken(name: str, taken: Sequence[str], *, field: str) -> FileRefused:
    """Names what is taken where that is a few: forty endings are no help to anybody."""
    text = _("“%(name)s” is of no kind that can be taken here.")
    if len(taken) <= MOST_NAMED:
        text = _("“%(name)s” is of no kind that can be taken here. Taken are %(taken)s.")
    return FileRefused(text % {"name": name, "taken": ", ".join(taken)}, field=field)


def disguised(name: str, real: str, *, field: str) -> FileRefused:
    text = _("“%(name)s” is in truth a file of the kind %(real)s. Save it as what it is.")
    return FileRefused(text % {"name": name, "real": real}, field=field)
