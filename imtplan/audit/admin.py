"""Django's admin as the plan office's workshop: access by role, every act kept."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest

from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.audit.services import record


class AuditedAdmin(admin.ModelAdmin):
    """Each change is an event in the transaction of the change; who may is the role's matter."""

    permission = Permission.EDIT_PLAN

    def _may(self, request: HttpRequest) -> bool:
        return has_permission(request.user, self.permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fields = form.changed_data if change else []
        self._record(request, obj, "changed" if change else "added", fields)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "deleted", [])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def _record(self, request: HttpRequest, obj: Any, act: str, fields: list[str]) -> None:
        record(
            Event.Verb.PLAN_EDITED,
            by=request.user,
            subject=f"{obj._meta.verbose_name} {obj}",
            act=act,
            model=obj._meta.label_lower,
            pk=obj.pk,
            fields=fields,
        )


class ReadOnlyAdmin(AuditedAdmin):
    """For rows that only the application writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PeopleAdmin(AuditedAdmin):
    permission = Permission.MANAGE_PEOPLE


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_name", "verb", "school", "subject"]
    list_filter = ["verb", "school"]
    search_fields = ["subject", "actor_name"]
    date_hierarchy = "at"
