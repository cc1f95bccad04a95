"""Django's administration, made read-only: it shows rows as they are stored, and writes nothing.

Rows are changed on pages, whose services check the change, show what moves and keep who did it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows to people with the `permission`."""

    permission = Permission.EDIT_PLAN
    actions = None

    def _may(self, request: HttpRequest) -> bool:
        return has_permission(request.user, self.permission)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadingSite(admin.AdminSite):
    """Answers reads alone, and has only the models with a `ReadOnlyAdmin`.

    The models that libraries register (e-mail addresses, groups, sessions) would be a way around
    every service, so they are left out.
    """

    def register(
        self, model_or_iterable: Any, admin_class: type | None = None, **options: Any
    ) -> None:
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return super().admin_view(require_safe(view), cacheable)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Returns the addresses without the change of a password, which is in the person's menu."""
        acts = {"password_change", "password_change_done"}
        return [url for url in super().get_urls() if getattr(url, "name", None) not in acts]


class PeopleAdmin(ReadOnlyAdmin):
    permission = Permission.MANAGE_PEOPLE
