"""Where the campaigns of a plan stand, school by school, in one query for all of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from imtplan import clock
from imtplan.accounts.models import School
from imtplan.accounts.school_names import earlier_names, name_of_year
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.models.campaign import CampaignQuerySet, expected_by
from imtplan.dashboard.followed_targets import MOST_SHOWN, FollowedTarget
from imtplan.dashboard.scope import Scope
from indicators.models import Target
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class SchoolState:
    """Where one school stands in a campaign."""

    code: str
    name: str
    state: Submission.State
    submitted_at: datetime | None

    @classmethod
    def read(
        cls, *, code: str, name: str, names: Any, part: dict[str, str] | None, year: int
    ) -> "SchoolState":
        """Reads a school, under its name of the campaign's year, and `part`, its submission; none
        while it has not begun."""
        name = name_of_year(earlier_names(names), name, year)
        if part is None:
            return cls(code, name, Submission.State.NOT_BEGUN, None)
        at = part["submitted_at"]
        state = Submission.State(part["state"])
        return cls(code, name, state, datetime.fromisoformat(at) if at else None)


@dataclass(frozen=True)
class CampaignState:
    """A campaign with where each expected school stands in it."""

    campaign: Campaign
    schools: list[SchoolState]
    followed_targets: list[FollowedTarget]
    scope: Scope  # of the campaign's year, figures not yet validated included

    @property
    def shown(self) -> list[FollowedTarget]:
        return self.followed_targets[:MOST_SHOWN]

    @property
    def more_count(self) -> int:
        return len(self.followed_targets) - len(self.shown)

    @property
    def is_open(self) -> bool:
        return self.campaign.is_open(at=clock.now())

    @property
    def is_to_come(self) -> bool:
        return self.campaign.opens_at > clock.now()

    @property
    def missing(self) -> list[SchoolState]:
        """Returns the schools from which nothing was handed in."""
        return [school for school in self.schools if school.state.is_open_for_entry]

    @property
    def reported(self) -> int:
        return len(self.schools) - len(self.missing)


def campaigns_with_schools(user: Any) -> CampaignQuerySet:
    """Returns the campaigns, each with where each expected school stands in it, as `school_states`
    reads it."""
    of_school = Submission.objects.filter(
        campaign=OuterRef(OuterRef("pk")), school=OuterRef("pk")
    ).values(as_json=JSONObject(state="state", submitted_at="submitted_at"))
    schools = (
        School.objects.places_seen_by(user)
        .filter(expected_by(OuterRef(OuterRef("pk")), year=OuterRef("year")))
        .values(
            as_json=JSONObject(
                code="code", name="name", names="earlier_names", part=Subquery(of_school)
            )
        )
    )
    return Campaign.objects.visible_to(user).annotate(parts=ArraySubquery(schools))


def campaigns_of(user: Any, plan: StrategicPlan) -> list[Campaign]:
    """Returns the campaigns to speak of: those that are open, the next to close first; where none
    is, the latest.

    A campaign is of the plan it was made for, and of each that has a target for what it asks and
    follows it in the campaign's year.
    """
    aims = Target.objects.in_use().counting_in(OuterRef(OuterRef("year")))
    aims = aims.filter(plan=plan, indicator__campaigns=OuterRef("pk"))
    of_years = Q(year__gte=plan.baseline_year, year__lte=plan.last_year)
    ours = campaigns_with_schools(user).filter(Q(plan=plan) | Q(Exists(aims)) & of_years)
    requested = Campaign.indicators.through.objects.filter(campaign=OuterRef("pk"))
    ours = ours.annotate(requested=ArraySubquery(requested.values("indicator")))
    now = clock.now()
    is_open = Q(opens_at__lte=now, closes_at__gt=now)
    latest = ours.order_by("-year", "-pk").values("pk")[:1]
    campaigns = ours.filter(is_open | Q(pk__in=Subquery(latest)))
    by_closing = sorted(campaigns, key=lambda campaign: (campaign.closes_at, campaign.pk))
    return [campaign for campaign in by_closing if campaign.is_open(at=now)] or by_closing


def school_states(campaign: Campaign) -> list[SchoolState]:
    """Returns the schools expected in a campaign of `campaigns_of`, the least advanced first."""
    states = [
        SchoolState.read(year=campaign.year, **part)
        for part in campaign.parts  # type: ignore[attr-defined]
    ]
    return sorted(states, key=lambda school: list(Submission.State).index(school.state))


def indicators_of(campaign: Campaign) -> set[int]:
    """Returns the keys of what a campaign of `campaigns_of` asks."""
    return set(campaign.requested)  # type: ignore[attr-defined]
