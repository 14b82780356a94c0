"""What somebody handed in, and what was said of it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.entrance import user_in
from accounts.models import User
from core.clock import now
from core.pages import errors_on
from core.policies import can, demand, requires
from curriculum.actions.comments import delete_comment, edit_comment, write_comment
from curriculum.forms import CommentForm
from curriculum.hints import submission_topic
from curriculum.models import Comment, Submission
from curriculum.pages.parts import parts_of, thread_of


@require_safe
@requires("curriculum.view_submission")
def submission(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_in(request)
    shown = get_object_or_404(Submission.objects.visible_to(user).with_everything(), pk=pk)
    project = shown.deliverable.project
    context = {
        **parts_of(shown, user=user, asked=request.GET),
        "is_own": shown.student_id == user.pk,
        "news_topic": submission_topic(shown.pk) if shown.student_id == user.pk else "",
        "may_revise": shown.is_open and can(user, "curriculum.revise_work", shown),
        "trainer": shown.student.assigned_trainer,
        "reopening": shown.reopenings.select_related("by").last(),
        "is_project_open": can(user, "curriculum.view_tracks", project),
        "trail": _trail(user, shown),
    }
    return render(request, "curriculum/submissions/submission.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.comment")
def comments(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_in(request)
    shown = _visible(user, pk)
    if request.method != "POST":  # Asked for again after signing in.
        return redirect(f"{reverse('submission', args=[pk])}#thread")
    demand(user, "curriculum.comment", shown)
    form = CommentForm(request.POST)
    if form.is_valid():
        with errors_on(form):
            write_comment(shown, body=form.cleaned_data["body"], by=user, at=now())
    if request.htmx:  # type: ignore[attr-defined]
        return _thread(request, shown, form)
    if form.errors:
        messages.error(request, _("Write something first. Nothing was posted."))
    return redirect(f"{reverse('submission', args=[pk])}#thread")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.edit_comment")
def comment(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    """Writes one's own anew."""
    user = user_in(request)
    said = _own_comment(user, pk, comment_pk)
    form = CommentForm(request.POST or None, initial={"body": said.body}, prefix=f"c{said.pk}")
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            edit_comment(said, body=form.cleaned_data["body"], at=now())
            return _back_to_thread(request, said)
    return _comment_page(request, "edit_comment", said, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("curriculum.edit_comment")
def remove_comment(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    """Asks first."""
    user = user_in(request)
    said = _own_comment(user, pk, comment_pk)
    if request.method != "POST":
        return _comment_page(request, "remove_comment", said)
    delete_comment(said)
    return _back_to_thread(request, said)


def _visible(user: User, pk: int) -> Submission:
    found: Submission = get_object_or_404(
        Submission.objects.visible_to(user).with_what_for(), pk=pk
    )
    return found


def _own_comment(user: User, pk: int, comment_pk: int) -> Comment:
    shown = _visible(user, pk)
    said = get_object_or_404(Comment.objects.with_authors(), pk=comment_pk, submission=shown)
    demand(user, "curriculum.edit_comment", said)
    said.submission = shown
    return said


def _thread(request: HttpRequest, shown: Submission, form: CommentForm) -> HttpResponse:
    kept = form if form.errors else None
    context = thread_of(shown, user=user_in(request), form=kept)
    response = render(request, "curriculum/submissions/thread.html", context)
    if kept is not None:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _back_to_thread(request: HttpRequest, said: Comment) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        context = thread_of(said.submission, user=user_in(request))
        return render(request, "curriculum/submissions/thread.html", context)
    return redirect(f"{reverse('submission', args=[said.submission_id])}#thread")


def _comment_page(request: HttpRequest, name: str, said: Comment, **more: object) -> HttpResponse:
    """Its place in the thread alone, or without scripts a page around that."""
    context = {
        "comment": said,
        "submission": said.submission,
        "part": f"curriculum/submissions/{name}.html",
        "trail": [
            *_trail(user_in(request), said.submission),
            (said.submission.deliverable.title, reverse("submission", args=[said.submission_id])),
        ],
        **more,
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    shown = context["part"] if is_part else "curriculum/submissions/comment_page.html"
    response = render(request, str(shown), context)
    if request.method == "POST" and is_part:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _trail(user: User, shown: Submission) -> list[tuple[str, str]]:
    """What one may go back to: a track that is no longer published is no such place."""
    project = shown.deliverable.project
    if not can(user, "curriculum.view_tracks", project):
        return []
    return [
        (_("Tracks"), reverse("tracks")),
        (project.track.name, reverse("track", args=[project.track.code])),
        (project.title, reverse("project", args=[project.pk])),
    ]
