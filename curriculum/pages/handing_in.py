"""Handing work in, and handing in a new revision of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.errors import DomainError
from core.files.uploads import takes_uploads
from core.pages import add_error, errors_on
from core.policies import demand, requires
from curriculum.actions.files import keep_files
from curriculum.actions.submissions import revise_work, submit_work
from curriculum.errors import AlreadySubmitted, NotEnrolled, ProjectLocked, SubmissionClosed
from curriculum.files import SUBMISSION_FILES
from curriculum.forms import HandInForm
from curriculum.models import Deliverable, Enrollment, Revision, Submission
from curriculum.progress import progress_on

TOGETHER = SUBMISSION_FILES.max_total_bytes or SUBMISSION_FILES.max_bytes


@takes_uploads(TOGETHER)
@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.submit_work")
def hand_in(request: HttpRequest, project_pk: int, pk: int) -> HttpResponse:
    user = user_in(request)
    deliverables = Deliverable.objects.living().visible_to(user)
    deliverable = get_object_or_404(
        deliverables.select_related("project__track"), pk=pk, project=project_pk
    )
    known = Submission.objects.filter(deliverable=deliverable, student=user).first()
    if known is not None:
        return _to_what_is_there(request, known)
    try:
        _demand_open(deliverable, user)
    except ProjectLocked as refusal:
        messages.info(request, force_str(refusal.message))
        return redirect("project", pk=project_pk)
    form = _form(request, user, deliverable)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            try:
                made = submit_work(deliverable, work=form.work, by=user, at=now())
            except AlreadySubmitted as refusal:
                return _to_what_is_there(request, Submission(pk=refusal.details["submission"]))
            messages.success(request, _("It is handed in. You find here what is said of it."))
            return redirect("submission", pk=made.pk)
    return _page(request, form, deliverable)


@takes_uploads(TOGETHER)
@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.revise_work")
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_in(request)
    submissions = Submission.objects.visible_to(user).with_what_for()
    submission = get_object_or_404(submissions, pk=pk)
    demand(user, "curriculum.revise_work", submission)
    if not submission.is_open:
        messages.info(request, force_str(SubmissionClosed.message))
        return redirect("submission", pk=pk)
    last = Revision.objects.with_files().get(submission=submission, number=submission.newest)
    deliverable = submission.deliverable
    form = _form(request, user, deliverable, last)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            revise_work(submission, work=form.work, by=user, at=now())
            messages.success(request, _("The new revision is handed in."))
            return redirect("submission", pk=pk)
    return _page(request, form, deliverable, submission=submission)


def _demand_open(deliverable: Deliverable, user: User) -> None:
    track = deliverable.project.track
    if not Enrollment.objects.with_access(now()).filter(student=user, track=track).exists():
        raise NotEnrolled(track=track.code)
    own = progress_on(track, user).of(deliverable.project_id)
    if own is None or own.is_locked:
        raise ProjectLocked(project=deliverable.project_id)


def _form(
    request: HttpRequest, user: User, deliverable: Deliverable, last: Revision | None = None
) -> HandInForm:
    """Files are taken in at once, so that nothing else that is wrong with the form loses them."""
    if request.method != "POST":
        return HandInForm(deliverable=deliverable, owner=user, last=last)
    data, refusal = _with_files_taken_in(request, user)
    form = HandInForm(data, deliverable=deliverable, owner=user, last=last)
    if refusal is not None:
        form.full_clean()
        add_error(form, refusal)
    return form


def _with_files_taken_in(request: HttpRequest, user: User) -> tuple[QueryDict, DomainError | None]:
    data = request.POST.copy()
    uploads = [(each.name or "", each) for each in request.FILES.getlist("file")]
    try:
        for file in keep_files(uploads, owner=user, at=now()):
            data.appendlist("file_ids", str(file.pk))
    except DomainError as refusal:
        return data, refusal
    return data, None


def _to_what_is_there(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.info(request, force_str(AlreadySubmitted.message))
    return redirect("submission", pk=submission.pk)


def _page(
    request: HttpRequest,
    form: HandInForm,
    deliverable: Deliverable,
    *,
    submission: Submission | None = None,
) -> HttpResponse:
    project = deliverable.project
    trail = [
        (_("Tracks"), reverse("tracks")),
        (project.track.name, reverse("track", args=[project.track.code])),
        (project.title, reverse("project", args=[project.pk])),
    ]
    back = reverse("project", args=[project.pk]) + f"#deliverable-{deliverable.pk}"
    if submission is not None:
        back = reverse("submission", args=[submission.pk])
        trail.append((deliverable.title, back))
    context = {
        "form": form,
        "deliverable": deliverable,
        "project": project,
        "submission": submission,
        "trail": trail,
        "back": back,
    }
    return render(request, "curriculum/submissions/hand_in.html", context)
