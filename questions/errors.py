"""What the question bank refuses."""

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Invalid


class InUse(Conflict):
    message = _("This question was asked already, so it can only be retired.")


class AskedMeanwhile(Conflict):
    message = _("One of these was asked in this very moment, so nothing was deleted. Try again.")


class CannotUndo(Conflict):
    message = _("This can no longer be undone: what it was before is not there any more.")


class EditedMeanwhile(Conflict):
    message = _("Somebody has saved a newer version. Compare both before you save yours.")


class NothingToUndo(Conflict):
    message = _("This import was not taken in, or is taken back already.")


class ImportInUse(Conflict):
    message = _("Some of these questions were asked already; only the others can be taken back.")


class FileUnreadable(Invalid):
    message = _("This file cannot be read.")


class RowsAreWrong(Conflict):
    message = _("Some rows are wrong. Mend them and send the file again, or take the good ones.")


class NothingToApply(Conflict):
    message = _("This import is taken in already, or taken back, or its file is gone.")
