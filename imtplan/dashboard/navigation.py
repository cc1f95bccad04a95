"""What stands in the bar and the foot of every page: what this person may open, and the version."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.models.campaign import at_hand

# The pages in the bar that are about one plan.
READING_ROOM = ("dashboard", "matrix", "schools", "projects", "history")


@dataclass(frozen=True)
class NavigationItem:
    label: str
    url: str
    current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Returns the bar of every page, and what stands in the person's menu: the tools one rarely
    needs.

    Lazy: a page that shows no navigation asks the database nothing.
    """
    return {
        "navigation": SimpleLazyObject(lambda: _items(request, _daily)),
        "tools": SimpleLazyObject(lambda: _items(request, _tools)),
    }


def version(request: HttpRequest) -> dict[str, Any]:
    """Returns the version that runs, for whoever reports a fault or reads CHANGELOG.md."""
    return {"version": settings.VERSION}


def _items(
    request: HttpRequest, links: Callable[[Any], list[tuple[str, str]]]
) -> list[NavigationItem]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return [
        NavigationItem(label, _with_plan(request, url), request.path.startswith(url))
        for label, url in links(user)
    ]


def _with_plan(request: HttpRequest, url: str) -> str:
    """Returns the address of a page of the reading room with the plan of this page, if it names
    one; another address as it is."""
    plan = request.GET.get("plan")
    reads = url.startswith(tuple(reverse(name) for name in READING_ROOM))
    return f"{url}?{urlencode({'plan': plan})}" if plan and reads else url


def _daily(user: Any) -> list[tuple[str, str]]:
    return [*_institute_links(user), *_school_links(user), *_plan_office_links(user)]


def _tools(user: Any) -> list[tuple[str, str]]:
    if not user.held_roles:
        return []
    tools = [(_("API"), reverse("api-docs")), (_("Tokens"), reverse("tokens"))]
    if has_permission(user, Permission.EDIT_PLAN):
        tools.append((_("People and roles"), reverse("accounts")))
        tools.append((_("Administration"), reverse("admin:index")))
    return tools


def _institute_links(user: Any) -> list[tuple[str, str]]:
    if not has_permission(user, Permission.READ_INSTITUTE):
        return []
    return [
        (_("Dashboard"), reverse("dashboard")),
        (_("Matrix"), reverse("matrix")),
        (_("Schools"), reverse("schools")),
        (_("Projects"), reverse("projects")),
        (_("Submissions"), reverse("submissions")),
        (_("History"), reverse("history")),
    ]


def _plan_office_links(user: Any) -> list[tuple[str, str]]:
    if not has_permission(user, Permission.EDIT_PLAN):
        return []
    return [
        (_("Plan"), reverse("plans")),
        (_("Campaigns"), reverse("campaigns")),
        (_("Control"), reverse("integrity")),
    ]


def _school_links(user: Any) -> list[tuple[str, str]]:
    """Returns the home of each school in which a role is held; of a single one its pages too."""
    schools = own_schools(user)
    if len(schools) != 1:
        return [(school.name, reverse("school_home", args=[school.code])) for school in schools]
    code, figures = schools[0].code, _figures(user, schools[0])
    return [
        (_("To do"), reverse("school_home", args=[code])),
        *figures,
        (
            _("Figures of the institute") if schools[0].is_the_institute else _("My school"),
            reverse("school", args=[code]),
        ),
        (_("My team"), reverse("school_people", args=[code])),
    ]


def own_schools(user: Any) -> list[School]:
    """Returns each school once, however many roles are held there."""
    held = {role.school_id: role.school for role in user.held_roles if role.school is not None}
    return list(held.values())


def _figures(user: Any, school: School) -> list[tuple[str, str]]:
    """Returns the form of the open campaign; where several are open, each under its name; where
    none is, that of the one that opens next, else of the last that closed."""
    campaigns = at_hand(
        Campaign.objects.visible_to(user).asking(school),
        lambda campaign: (campaign.opens_at, campaign.until),  # type: ignore[attr-defined]
        now=timezone.now(),
    )
    several = len(campaigns) > 1
    return [
        (
            _("Figures %(campaign)s") % {"campaign": campaign.label}
            if several
            else _("My figures"),
            reverse("entry", args=[campaign.code, school.code]),
        )
        for campaign in campaigns
    ]
