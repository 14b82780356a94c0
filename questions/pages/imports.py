"""Files of questions: sent, looked at row by row, taken in, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.entrance import user_in
from core.clock import now
from core.errors import Conflict
from core.jobs.models import Job
from core.jobs.states import LIVE, JobStatus
from core.pages import errors_on
from core.policies import demand, requires
from questions.actions.importing import ALL, GOOD, ask_to_apply, start_import, undo_import
from questions.forms.files import ImportForm, carryings
from questions.models import ImportBatch, ImportState
from questions.planning import RowState

IMPORT = "questions.import"
IMPORTS_ON_A_PAGE, ROWS_ON_A_PAGE = 20, 100


@require_http_methods(["GET", "POST"])
@requires(IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """A file that is sent is looked at first: nothing is taken in before somebody says so."""
    user = user_in(request)
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    if is_sent and form.is_valid():
        upload = form.cleaned_data["file"]
        with errors_on(form):
            job = start_import(
                content=upload,
                name=upload.name,
                owner=user,
                at=now(),
                format_=form.cleaned_data["format"],
                is_dry_run=True,
            )
            return redirect("question_import", job.payload["batch"])
    batches = ImportBatch.objects.visible_to(user).select_related("owner").defer("report")
    context = {
        "form": form,
        "formats": carryings(),
        "page": Paginator(batches, IMPORTS_ON_A_PAGE).get_page(request.GET.get("page")),
        "trail": [(_("Questions"), reverse("questions"))],
    }
    return render(request, "questions/imports/imports.html", context)


@require_GET
@requires(IMPORT)
def one_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _visible(request, pk)
    job = Job.objects.filter(pk=batch.job).first() if batch.job else None
    rows: Sequence[dict[str, Any]] = batch.report.get("rows", ())
    state = request.GET.get("state", "")
    if state in RowState.__members__.values():
        rows = [row for row in rows if row["state"] == state]
    is_under_way = job is not None and job.status in LIVE
    context = {
        "batch": batch,
        "job": job,
        "is_under_way": is_under_way,
        "has_failed": job is not None and job.status in {JobStatus.FAILED, JobStatus.CANCELLED},
        "is_read": "rows" in batch.report,
        "may_apply": batch.state == ImportState.CHECKED and not is_under_way,
        "takes": batch.new_count + batch.changed_count,
        "undone": batch.report.get("undo"),
        "page": Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page")),
        "tabs": _tabs(batch, state),
        "state": state,
        "trail": _trail(),
    }
    return render(request, "questions/imports/import.html", context)


@require_POST
@requires(IMPORT)
def apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _visible(request, pk)
    mode = GOOD if request.POST.get("mode") == GOOD else ALL
    try:
        ask_to_apply(batch, mode=mode, by=user_in(request), at=now())
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    return redirect("question_import", pk)


@require_http_methods(["GET", "POST"])
@requires(IMPORT)
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Says first what goes and what stays."""
    batch = _visible(request, pk)
    if request.method == "GET":
        name = batch.file_name
        trail = [*_trail(), (name, reverse("question_import", args=[pk]))]
        return render(request, "questions/imports/undo.html", {"batch": batch, "trail": trail})
    try:
        undone = undo_import(batch, by=user_in(request), at=now())
    except Conflict as refusal:
        messages.error(request, str(refusal.message))
    else:
        n = undone.report["undo"]["removed"]
        said = ngettext(
            "The import is taken back: %(n)d question is gone.",
            "The import is taken back: %(n)d questions are gone.",
            n,
        )
        messages.success(request, said % {"n": n})
    return redirect("question_import", pk)


def _visible(request: HttpRequest, pk: UUID) -> ImportBatch:
    user = user_in(request)
    seen = ImportBatch.objects.visible_to(user).select_related("owner", "file")
    batch: ImportBatch = get_object_or_404(seen, pk=pk)
    demand(user, IMPORT, batch)
    return batch


def _tabs(batch: ImportBatch, state: str) -> list[dict[str, object]]:
    counted = [
        ("", _("All"), sum(_counts(batch).values())),
        (RowState.WRONG.value, _("Wrong"), batch.wrong_count),
        (RowState.NEW.value, _("New"), batch.new_count),
        (RowState.CHANGED.value, _("Changed"), batch.changed_count),
        (RowState.IDENTICAL.value, _("Identical"), batch.identical_count),
    ]
    address = reverse("question_import", args=[batch.pk])
    return [
        {
            "label": label,
            "count": count,
            "href": f"{address}?state={name}" if name else address,
            "is_current": state == name,
        }
        for name, label, count in counted
    ]


def _counts(batch: ImportBatch) -> dict[str, int]:
    return {state.value: getattr(batch, f"{state.value}_count") for state in RowState}


def _trail() -> list[tuple[str, str]]:
    return [(_("Questions"), reverse("questions")), (_("Imports"), reverse("question_imports"))]
