"""Who may open a page of the collection, and who may act on it: the first lines of every view."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from imtplan.accounts.models import School
from imtplan.accounts.roles import has_permission
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.models.campaign import CampaignQuerySet


class SeveralCampaigns(Exception):
    """A year alone does not say which of its campaigns is meant."""

    def __init__(self, campaigns: Iterable[Campaign]) -> None:
        super().__init__()
        self.codes = sorted(campaign.code for campaign in campaigns)


def place(request: HttpRequest, campaign: str, school: str) -> dict[str, Any]:
    """Returns the campaign and the school of an address; 404 for what this person may not see."""
    visible = Campaign.objects.visible_to(request.user)
    return {
        "campaign": get_object_or_404(visible, code=campaign),
        "school": school_of(request.user, school),
    }


def place_of_year(
    user: Any, year: int, school: str, *, campaign: str = "", indicator: str = ""
) -> dict[str, Any]:
    """Returns the campaign and the school of a program's address, which says the year.

    Where several campaigns of the year ask this school (and `indicator`, of a cell), `campaign` has
    to say which: raises `SeveralCampaigns`, and chooses none.
    """
    here = school_of(user, school)
    of_year = Campaign.objects.visible_to(user).filter(year=year)
    if campaign:
        of_year = of_year.filter(code=campaign)
    campaigns = list(of_year)
    if len(campaigns) > 1:
        campaigns = _asking(of_year, here, indicator) or campaigns
    if len(campaigns) > 1:
        raise SeveralCampaigns(campaigns)
    if not campaigns:
        raise Http404
    return {"campaign": campaigns[0], "school": here}


def _asking(campaigns: CampaignQuerySet, school: School, indicator: str) -> list[Campaign]:
    """Returns the campaigns that ask the indicator of the school; where none does, all that ask the
    school: which is meant is not ours to say."""
    of_school = campaigns.asking(school)
    return list(of_school.filter(indicators__code=indicator)) or list(of_school)


def school_of(user: Any, code: str) -> School:
    """A school's own people have it at hand already: no query for them."""
    for held in user.held_roles:
        if held.school is not None and held.school.code == code:
            return held.school
    return get_object_or_404(School.objects.places_seen_by(user), code=code)


def may_enter(user: Any, campaign: Campaign, school: School) -> bool:
    """Says whether this person may type the school's figures: a campaign may narrow the role."""
    return has_permission(user, campaign.permission_to_enter, school=school)


def demand_entry(request: HttpRequest, campaign: Campaign, school: School) -> None:
    if not may_enter(request.user, campaign, school):
        raise PermissionDenied
