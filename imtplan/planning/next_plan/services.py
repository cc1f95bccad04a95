"""The next plan from the last: a draft with what of it goes on. Nothing of the last one changes.

No target is made: what a plan promises is decided anew. The last validated figures are proposed
as the baselines of its new targets.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from imtplan.accounts.models import User
from imtplan.audit.plan_edits import put
from imtplan.numbers import MAX_DECIMALS
from indicators.models import (
    FollowedIndicator,
    Indicator,
    IndicatorLink,
    InstituteValue,
    View,
)
from indicators.services_followed import store_followed
from indicators.services_plan import weigh_indicators
from levers.models import Lever
from levers.services import store_lever
from objectives.models import Objective, PlanElement, StrategicPlan
from objectives.services import store_objective, store_plan
from projects.models import FlagshipProject, Serves
from projects.services import store_project, weigh_projects

# What a plan is judged by goes on with it; so do the texts and the place of its elements.
_TERMS_OF_PLANS = ("on_track_from", "at_risk_from", "verdict_from")
_TERMS_OF_ELEMENTS = (
    *("code", "rank", "title_fr", "title_en", "description_fr", "description_en", "weight"),
)
_TERMS_OF_LEVERS = (*_TERMS_OF_ELEMENTS, "kind_fr", "kind_en")
_TERMS_OF_PROJECTS = (*_TERMS_OF_ELEMENTS, "leader", "lead_school", "source")


@dataclass(frozen=True)
class GoingOn:
    """What of a plan goes on in the next one. A link goes on where both its ends do."""

    objectives: Sequence[Objective] = ()
    levers: Sequence[Lever] = ()
    projects: Sequence[FlagshipProject] = ()
    followed: Sequence[FollowedIndicator] = ()
    links: Sequence[IndicatorLink | Serves] = ()

    def whole_links(self) -> list[IndicatorLink | Serves]:
        """Returns the links of which both ends go on."""
        ends: set[Any] = {*self.objectives, *self.levers, *self.projects}
        ends |= {row.indicator for row in self.followed}
        return [link for link in self.links if set(ends_of(link)) <= ends]


def ends_of(link: IndicatorLink | Serves) -> tuple[Any, PlanElement]:
    """Returns what counts, and the element in which it counts."""
    if isinstance(link, Serves):
        return link.project, link.objective or link.lever  # type: ignore[return-value]
    return link.indicator, link.objective or link.lever or link.project  # type: ignore[return-value]


@transaction.atomic
def prepare_next_plan(
    *,
    plan: StrategicPlan,
    terms: Mapping[str, Any],
    going_on: GoingOn,
    by: User,
    reason: str = "",
) -> StrategicPlan:
    """Make a draft that follows `plan`, with its own `terms` (code, names, years) and what goes on
    in it, each element known as what it was. Returns the draft."""
    about: dict[str, Any] = {"by": by, "reason": reason}
    kept = {name: getattr(plan, name) for name in _TERMS_OF_PLANS}
    draft = store_plan(plan=StrategicPlan(), supersedes=plan, **kept, **terms, **about)
    successors: dict[Any, Any] = {}
    for objective in going_on.objectives:
        values = _terms(objective, _TERMS_OF_ELEMENTS)
        successors[objective] = store_objective(objective=Objective(plan=draft), **values, **about)
    for lever in going_on.levers:
        values = _terms(lever, _TERMS_OF_LEVERS)
        successors[lever] = store_lever(lever=Lever(plan=draft), **values, **about)
    for project in going_on.projects:
        values = _terms(project, _TERMS_OF_PROJECTS)
        successors[project] = store_project(project=FlagshipProject(plan=draft), **values, **about)
    for row in going_on.followed:
        followed = FollowedIndicator(plan=draft, indicator=row.indicator)
        about_place = {"is_headline": row.is_headline, "rank": row.rank, **about}
        store_followed(followed=followed, **about_place)
    _link(going_on.whole_links(), successors, about)
    return draft


def _terms(row: PlanElement, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} | {"continues": row}


def _link(
    links: Iterable[IndicatorLink | Serves],
    successors: Mapping[Any, Any],
    about: Mapping[str, Any],
) -> None:
    """Link the successors as what they continue is linked. What was deduced stays to confirm."""
    indicators: dict[Any, dict[Any, Decimal]] = defaultdict(dict)
    projects: dict[Any, dict[Any, Decimal]] = defaultdict(dict)
    deduced = []
    for link in links:
        counts, element = ends_of(link)
        successor = successors[element]
        if isinstance(link, Serves):
            projects[successor][successors[counts]] = link.weight
        else:
            indicators[successor][counts] = link.weight
        if link.inferred:
            deduced.append((successor, successors.get(counts, counts)))
    for element, weights in indicators.items():
        weigh_indicators(element=element, weights=weights, **about)
    for element, weights in projects.items():
        weigh_projects(element=element, weights=weights, **about)
    for element, counts in deduced:
        put(_link_between(element, counts), {"inferred": True}, **about)


def _link_between(element: Any, counts: Any) -> Any:
    if isinstance(counts, Indicator):
        return element.indicator_links.get(indicator=counts)
    return element.served_by.get(project=counts)


# --- Baselines ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposedBaseline:
    """The last validated figure of the institute before a plan, and where it comes from."""

    year: int
    value: Decimal
    schools: int

    @property
    def source(self) -> str:
        if self.schools == 1:
            return _("Validated figure of %(year)s.") % {"year": self.year}
        words = {"year": self.year, "count": self.schools}
        return _("Validated figures of %(year)s, of %(count)s schools.") % words


def proposed_baselines(
    plan: StrategicPlan, indicators: Iterable[Indicator]
) -> dict[int, ProposedBaseline]:
    """Returns by the indicator's key its last validated figure up to the baseline year of a plan;
    nothing where none is whole: an estimate is no baseline. Nor is a figure from before the last
    break of its series: it was counted otherwise."""
    by_key = {row.pk: row for row in indicators}
    prefetch_related_objects(list(by_key.values()), "breaks")
    whole = InstituteValue.objects.filter(
        indicator__in=list(by_key),
        view=View.VALIDATED,
        value__isnull=False,
        year__lte=plan.baseline_year,
    )
    last = whole.order_by("indicator_id", "-year").distinct("indicator_id")
    return {
        row.indicator_id: ProposedBaseline(
            row.year, _as_typed(row.value, by_key[row.indicator_id]), row.reported
        )
        for row in last
        if row.value is not None
        and row.year >= (by_key[row.indicator_id].comparable_from(plan.baseline_year) or row.year)
    }


def _as_typed(value: Decimal, indicator: Indicator) -> Decimal:
    """Returns a value with the indicator's decimals, or six where it states none: a target keeps no
    more of them, and what is not whole is shown as such, not rounded."""
    return round(value, indicator.decimals or MAX_DECIMALS)
