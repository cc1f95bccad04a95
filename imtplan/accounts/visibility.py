"""The rows that a person may see, for all models with one of these rules."""

from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import Q

from imtplan.accounts.roles import Permission, has_permission

Row = TypeVar("Row", bound=models.Model)


class OpenToRoles(models.QuerySet[Row]):
    """Rows that everybody who holds a role may see."""

    def visible_to(self, user: Any) -> Self:
        return self if user.is_authenticated and user.held_roles else self.none()


class OpenToInstitute(models.QuerySet[Row]):
    """Rows that only the institute's people may see."""

    def visible_to(self, user: Any) -> Self:
        return self if has_permission(user, Permission.READ_INSTITUTE) else self.none()


class OpenToOwners(models.QuerySet[Row]):
    """Rows of a school, for its people, or of the institute, for everybody who holds a role."""

    def visible_to(self, user: Any) -> Self:
        if has_permission(user, Permission.READ_INSTITUTE):
            return self
        if not (user.is_authenticated and user.held_roles):
            return self.none()
        return self.filter(Q(school=None) | Q(school__in=user.school_ids))
