"""All quizzes, as those who teach see them."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.entrance import user_in
from quizzes.models import Quiz

ON_A_PAGE = 25


def quizzes(request: HttpRequest) -> HttpResponse:
    found = Quiz.objects.visible_to(user_in(request)).select_related("track", "author")
    page = Paginator(found.with_counts().order_by("-edited_at", "-pk"), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "quizzes/authoring/quizzes.html", {"page": page})
