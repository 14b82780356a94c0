"""`{% github_card project student %}`: how a student's work for a project stands at GitHub."""

from typing import Any

from django import template
from django.template.context import Context

from accounts.models import User
from curriculum import github_cards
from curriculum.models import Project

register = template.Library()


@register.inclusion_tag("curriculum/github/live.html", takes_context=True)
def github_card(context: Context, project: Project, student: User) -> dict[str, Any]:
    """With what the page has of its request, since its forms need a token and a way back."""
    request = context["request"]
    card = github_cards.github_card(project, student=student, viewer=request.user)
    return {
        "card": card,
        "back": request.path,
        "csrf_token": context.get("csrf_token", ""),
        "request": request,
    }
