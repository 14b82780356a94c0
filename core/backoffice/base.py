"""What every model admin of the platform has in common: bounded lists, and one audit log."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from core.audit import audit_logs, record_audit
from core.callers import caller_of
from core.clock import now
from core.errors import Denied, DomainError

M = TypeVar("M", bound=models.Model)

HISTORY_LENGTH = 100
MOST_AT_ONCE = 200
MOST_WORDS = 10
# What Django's filters ask of the column that they stand for.
_FILTER_LOOKUPS = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt")


class PlatformChangeList(ChangeList):
    """Writes each address once: the theme asks for those of the headings again for every row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._written: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        asked = repr((new_params, remove))
        if asked not in self._written:
            self._written[asked] = super().get_query_string(new_params, remove)
        return self._written[asked]


class PlatformAdmin(ModelAdmin):
    """Writes to the audit log what Django writes to a log of its own, and shows it as history."""

    list_per_page = 50
    list_max_show_all = MOST_AT_ONCE
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """What the list's own filters ask, and no more.

        Django lets an address ask about every column of the row. Asked often enough, that tells
        what stands in those that nobody may read, such as the hashes of passwords.
        """
        return lookup in {
            f"{_parameter(each)}{suffix}" for each in self.list_filter for suffix in _FILTER_LOOKUPS
        }

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Each word is a condition of its own for every column, so there is an end to words."""
        words = search_term.replace("\x00", "").split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlatformChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What no column can hold finds nothing there: the list, without that question."""
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return {"fields": form.changed_data}

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self._note(request, obj, "added", {})

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:
        self._note(request, obj, "edited", message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> None:
        for obj in queryset:
            self._note(request, obj, "deleted", {})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(thing)s") % {"thing": obj},
            "entries": [
                entry for _name, log in audit_logs for entry in log.history_of(obj)[:HISTORY_LENGTH]
            ],
            "length": HISTORY_LENGTH,
            "opts": self.opts,
            "object": obj,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)

    def act_on_each(
        self,
        request: HttpRequest,
        queryset: "models.QuerySet[M]",
        act: Callable[[M], object],
        *,
        audited_as: str = "",
    ) -> None:
        """Do `act` to each by itself, say what became of them, and keep who did it.

        An action that writes to the audit log itself goes without `audited_as`.
        """
        chosen = list(queryset[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            most = gettext("Choose at most %(most)d at once.") % {"most": MOST_AT_ONCE}
            self.message_user(request, most, messages.ERROR)
            return
        done = sum(self._act_on(request, each, act, audited_as) for each in chosen)
        if done:
            said = ngettext("Done for %(count)d %(one)s.", "Done for %(count)d %(many)s.", done)
            names = {"one": self.opts.verbose_name, "many": self.opts.verbose_name_plural}
            self.message_user(request, said % {"count": done, **names}, messages.SUCCESS)

    def _act_on(
        self, request: HttpRequest, each: M, act: Callable[[M], object], audited_as: str
    ) -> bool:
        try:
            with transaction.atomic():
                act(each)
                if audited_as:
                    caller = caller_of(request)
                    record_audit(
                        audited_as, by=_staff(request), at=now(), target=each, caller=caller
                    )
        except DomainError as error:
            if isinstance(error, Denied):
                # After the rollback of what was tried, so that the try itself is kept.
                self._note_refusal(request, each)
            self.message_user(request, f"{each}: {error.message}", messages.ERROR)
            return False
        return True

    def _note_refusal(self, request: HttpRequest, each: models.Model) -> None:
        record_audit(
            "core.escalation_refused",
            by=_staff(request),
            at=now(),
            target=each,
            data={"tried": f"{self.opts.label_lower}.{request.POST.get('action', '')}"[:100]},
            caller=caller_of(request),
        )

    def _note(self, request: HttpRequest, obj: models.Model, verb: str, data: Any) -> None:
        record_audit(
            f"{self.opts.app_label}.{self.opts.model_name}_{verb}",
            by=_staff(request),
            at=now(),
            target=obj,
            data=data,
            caller=caller_of(request),
        )


class ReadOnlyAdmin(PlatformAdmin):
    """Rows that actions alone write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """What actions with `permissions=["operate"]` ask."""
        return self.has_view_permission(request)


def _parameter(list_filter: Any) -> str:
    """A filter is a column's name, or that with a class, or a class that reads its own."""
    if isinstance(list_filter, str):
        return list_filter
    if isinstance(list_filter, tuple):
        return str(list_filter[0])
    return str(list_filter.parameter_name)


def _staff(request: HttpRequest) -> Any:
    """Behind the admin's door the user is always somebody."""
    return request.user
