"""Who may open a page of the collection, and who may act on it: the first lines of every view."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from imtplan.accounts.models import School
from imtplan.accounts.roles import has_permission
from imtplan.campaigns.models import Campaign


def place(request: HttpRequest, year: int, school: str) -> dict[str, Any]:
    """Returns the campaign and the school of an address; 404 for what this person may not see."""
    campaign = Campaign.objects.visible_to(request.user).filter(year=year).latest()
    if campaign is None:
        raise Http404
    return {"campaign": campaign, "school": _school(request.user, school)}


def _school(user: Any, code: str) -> School:
    """A school's own people have it at hand already: no query for them."""
    for held in user.held_roles:
        if held.school is not None and held.school.code == code:
            return held.school
    return get_object_or_404(School.objects.visible_to(user), code=code)


def may_enter(user: Any, campaign: Campaign, school: School) -> bool:
    """Says whether this person may type the school's figures: a campaign may narrow the role."""
    return has_permission(user, campaign.permission_to_enter, school=school)


def demand_entry(request: HttpRequest, campaign: Campaign, school: School) -> None:
    if not may_enter(request.user, campaign, school):
        raise PermissionDenied
