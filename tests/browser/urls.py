"""The platform's addresses, and pages whose parts need something to talk to."""

from uuid import UUID, uuid4

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_POST

from core import clock, widgets
from core.jobs.models import Job
from core.live.cursor import read_after, rows_after
from core.urls import handler400, handler403, handler404, handler500
from core.urls import urlpatterns as urls_of_the_platform

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

EXE = "Programs are not taken."


@login_required
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/people.html")


@login_required
def people(request: HttpRequest) -> JsonResponse:
    found = rows_after(
        get_user_model().objects.all(),
        after=read_after(request.GET.get("after")),
        at=clock.now(),
        written_at="joined_at",
        limit=2,
    )
    results = [{"id": person.pk, "email": person.email} for person in found.rows]
    return JsonResponse({"results": results, "cursor": found.cursor, "next": found.next})


@login_required
def wait_for_oneself(request: HttpRequest) -> HttpResponse:
    """As long as somebody else holds the person's row."""
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=request.user.pk)
    return HttpResponse(status=204)


class WorkForm(forms.Form):
    work = forms.FileField(label="Your work", widget=widgets.FileDrop(multiple=True))


def uploads(request: HttpRequest) -> HttpResponse:
    """The form, and what came with it."""
    sent = [file.name for file in request.FILES.getlist("work")]
    context = {"form": WorkForm(), "ids": request.POST.getlist("file_ids"), "sent": sent}
    return render(request, "tests/uploads.html", context)


class QuestionForm(forms.Form):
    text = forms.CharField(
        label="Question", widget=widgets.MarkdownInput(pictures="questions-images")
    )


@login_required
def question(request: HttpRequest) -> HttpResponse:
    return render(request, "tests/question.html", {"form": QuestionForm()})


@require_POST
def take_file(request: HttpRequest) -> JsonResponse:
    """As endpoints for files answer; the name says how."""
    file = request.FILES["file"]
    if file.name.endswith(".exe"):
        fault = {"code": "VALIDATION_ERROR", "message": "Please check.", "details": {"file": [EXE]}}
        return JsonResponse({"status": "error", "error": fault}, status=400)
    return JsonResponse({"id": str(uuid4()), "name": file.name, "size": file.size}, status=201)


def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A page that follows a job of this person."""
    return render(request, "tests/job.html", {"job": Job.objects.get(pk=job_id)})


urlpatterns = [
    *urls_of_the_platform,
    path("tests/uploads/", uploads),
    path("tests/files/", take_file),
    path("tests/question/", question),
    path("tests/oneself/", wait_for_oneself),
    path("tests/jobs/<uuid:job_id>/", job),
    path("tests/people/", page),
    path("tests/people/list/", people),
]
