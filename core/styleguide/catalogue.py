"""What the styleguide shows, in which order: each page one component, with those that serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    title: str | Promise
    pages: Mapping[str, tuple[str, ...]]


GROUPS = (
    Group(
        _("Signs"),
        {"mark": (), "icon": (), "badge": (), "avatar": (), "moment": ()},
    ),
    Group(
        _("Actions"),
        {"button": (), "link": (), "menu": ("menu_item",), "tooltip": ()},
    ),
    Group(
        _("Forms"),
        {
            "form": ("error_summary",),
            "field": ("field_errors",),
            "choices": ("choice",),
            "criterion": (),
            "switch": (),
            "file_drop": (),
            "search": (),
            "filters": (),
        },
    ),
    Group(
        _("Around the page"),
        {
            "side_nav": (),
            "top_bar": (),
            "bottom_bar": (),
            "page_header": (),
            "bell": (),
            "user_menu": (),
            "impersonation_banner": (),
            "theme_switch": (),
            "tabs": (),
            "panels": ("panel",),
            "pagination": (),
        },
    ),
    Group(
        _("Content"),
        {
            "card": (),
            "stat": (),
            "table": ("row_select",),
            "facts": (),
            "timeline": ("timeline_item",),
            "thread": ("comment",),
            "board_column": (),
            "queue_item": (),
            "prose": (),
            "code": (),
            "diff": (),
            "chart": ("chart_table",),
            "spark": (),
        },
    ),
    Group(
        _("Progress and news"),
        {
            "progress": (),
            "ring": (),
            "stepper": (),
            "next_action": (),
            "track_map": ("map_project",),
            "week_rule": (),
            "work_step": ("tick",),
            "job_progress": (),
            "skeleton": (),
            "alert": (),
            "toast": ("toasts",),
            "dialog": (),
            "drawer": (),
            "empty": (),
            "error_page": (),
        },
    ),
)

LAYOUTS = ("list", "detail", "editor", "queue", "board", "dashboard", "focus", "public")


def pages() -> dict[str, tuple[str, ...]]:
    """Each page with the components that it shows, its own first."""
    return {name: (name, *more) for group in GROUPS for name, more in group.pages.items()}
