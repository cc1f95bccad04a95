"""Django's administration as a reading room: it shows rows as they are stored, and writes nothing.

What is done to them is done on pages whose services check it, show what moves and keep who did it.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows to be looked at, by the role that keeps them."""

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
    """Answers reading alone, and knows only the models that say of themselves they are read.

    What a library registers of its own accord (e-mail addresses, groups, sessions) would be a way
    around every service: it is left out.
    """

    def register(
        self, model_or_iterable: Any, admin_class: type | None = None, **options: Any
    ) -> None:
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return super().admin_view(require_safe(view), cacheable)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without its own way to change a password: the person's menu has one."""
        acts = {"password_change", "password_change_done"}
        return [url for url in super().get_urls() if getattr(url, "name", None) not in acts]


class PeopleAdmin(ReadOnlyAdmin):
    permission = Permission.MANAGE_PEOPLE
