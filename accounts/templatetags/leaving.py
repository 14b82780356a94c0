"""What goes and what stays of a person, wherever somebody is about to erase one."""

from typing import Any

from django import template

from core.personal_data import parts_of_highest_floor_first

register = template.Library()


@register.inclusion_tag("admin/accounts/what_goes.html")
def what_goes_and_stays() -> dict[str, Any]:
    parts = parts_of_highest_floor_first()
    return {
        "goes": [each for part in parts for each in part.goes],
        "stays": [each for part in parts for each in part.stays],
    }
