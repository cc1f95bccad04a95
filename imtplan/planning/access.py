"""Who may open the pages of the plan."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from imtplan.accounts.roles import Permission, has_permission


def demand_plan_office(request: HttpRequest) -> None:
    if not has_permission(request.user, Permission.EDIT_PLAN):
        raise PermissionDenied
