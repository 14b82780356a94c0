"""`/quizzes/`: for those who teach all of them, for students what is theirs to take."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.entrance import user_in
from accounts.roles import TEACHING
from core.policies import requires
from quizzes.pages import authoring_lists, taking_lists


@require_safe
@requires("quizzes.view")
def quizzes(request: HttpRequest) -> HttpResponse:
    if user_in(request).role in TEACHING:
        return authoring_lists.quizzes(request)
    return taking_lists.quizzes(request)
