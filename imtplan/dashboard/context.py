"""The navigation of every page: what this person may open, and where they are."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Campaign


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Lazy: a page that shows no navigation asks the database nothing."""
    return {"navigation": SimpleLazyObject(lambda: _items(request))}


def _items(request: HttpRequest) -> list[Item]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    links = [*_institute_links(user), *_school_links(user), *_plan_office_links(user)]
    if user.held_roles:
        links += [(_("API"), reverse("api-docs")), (_("Tokens"), reverse("tokens"))]
    return [Item(label, url, request.path.startswith(url)) for label, url in links]


def _institute_links(user: Any) -> list[tuple[str, str]]:
    if not has_permission(user, Permission.READ_INSTITUTE):
        return []
    return [
        (_("Dashboard"), reverse("dashboard")),
        (_("Submissions"), reverse("submissions")),
        (_("History"), reverse("history")),
    ]


def _plan_office_links(user: Any) -> list[tuple[str, str]]:
    if not has_permission(user, Permission.EDIT_PLAN):
        return []
    return [
        (_("Plan"), reverse("plans")),
        (_("Campaigns"), reverse("campaigns")),
        (_("Mails"), reverse("mails")),
        (_("Control"), reverse("integrity")),
        (_("Administration"), reverse("admin:index")),
    ]


def _school_links(user: Any) -> list[tuple[str, str]]:
    """The entry form of each school in which this person holds a role."""
    schools = own_schools(user)
    campaign = latest_campaign(user) if schools else None
    if campaign is None:
        return []
    label = _("My figures")
    links = [
        (label if len(schools) == 1 else school.name, entry_url(campaign, school))
        for school in schools
    ]
    if len(schools) == 1:
        links.append((_("My team"), reverse("school_people", args=[schools[0].code])))
    return links


def own_schools(user: Any) -> list[School]:
    """Each once, however many roles are held there."""
    held = {one.school_id: one.school for one in user.held_roles if one.school is not None}
    return list(held.values())


def latest_campaign(user: Any) -> Campaign | None:
    return Campaign.objects.visible_to(user).latest()


def entry_url(campaign: Campaign, school: School) -> str:
    return reverse("entry", args=[campaign.year, school.code])
