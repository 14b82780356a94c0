"""Policies in templates: `{% can 'jobs.cancel_job' job as may_cancel %}`."""

from django import template
from django.template.context import Context

from core import policies

register = template.Library()


@register.simple_tag(takes_context=True)
def can(context: Context, name: str, obj: object = None) -> bool:
    # What a template does not know is an empty text: no object, and no question about the role.
    return obj != "" and policies.can(context["user"], name, obj)
