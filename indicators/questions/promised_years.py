"""What was promised of one figure for one year: the targets of the institute, and the sum of its
schools' own. Only numbers of the same year stand side by side."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from indicators.models import Indicator, Progress, Target, View
from objectives.models import PlanState, StrategicPlan


@dataclass(frozen=True)
class SchoolSum:
    """The sum of the schools' targets, in the indicator's unit; of how many of the institute's
    own schools of that year."""

    value: Decimal
    count: int
    members: int

    @property
    def is_whole(self) -> bool:
        """Says whether no school is missing: else the sum is compared with nothing."""
        return self.count == self.members


@dataclass(frozen=True)
class PromisedYear:
    """The targets of the institute whose value is known, the plan's own first and the reference
    before all; and what the schools' add up to, None where nothing can be added up."""

    year: int
    targets: Sequence[Target]
    schools: SchoolSum | None

    @property
    def is_comparison(self) -> bool:
        return len(self.targets) + (self.schools is not None) > 1

    def gap(self, value: Decimal) -> Decimal | None:
        """Returns how far a number is from the first of the year; None where there is none."""
        first = self.targets[0] if self.targets else None
        return None if first is None else value - first.known_value  # type: ignore[attr-defined]


def promised_years(
    user: Any, plan: StrategicPlan, indicators: Iterable[Indicator], view: View = View.VALIDATED
) -> Mapping[int, list[PromisedYear]]:
    """Returns the years for which the plan has targets of these indicators, by indicator.

    Targets of another plan for the same year stand with them, unless that plan is a draft. Whoever
    reads one school alone gets no sum: it would give away the other schools' targets. A band to
    stay in has no single value, and is left out.
    """
    rows = _targets(user, plan, indicators, view)
    if not has_permission(user, Permission.READ_INSTITUTE):
        rows = [row for row in rows if row.school_id is None]
    members = list(School.objects.carrying_the_plan()) if any(row.school_id for row in rows) else []
    by_figure: dict[tuple[int, int], list[Target]] = defaultdict(list)
    for row in rows:
        by_figure[row.indicator_id, row.year].append(row)
    promised: dict[int, list[PromisedYear]] = defaultdict(list)
    for (indicator, year), targets in sorted(by_figure.items()):
        if any(target.plan_id == plan.pk for target in targets):
            promised[indicator].append(_promised(year, targets, plan, members))
    return dict(promised)


def _targets(
    user: Any, plan: StrategicPlan, indicators: Iterable[Indicator], view: View
) -> list[Target]:
    of_others = Q(school=None) & ~Q(plan__state=PlanState.DRAFT)
    keeps = Indicator.Direction.KEEP
    rows = Target.objects.visible_to(user).in_use().filter(indicator__in=list(indicators))
    return list(
        rows.filter(Q(plan=plan) | of_others)
        .exclude(indicator__direction=keeps)
        .annotate(known_value=Coalesce("value", Subquery(_computed(view))))
        .exclude(known_value=None)
        .select_related("plan", "indicator", "school")
        .order_by("pk")
    )


def _computed(view: View) -> Any:
    """Returns the value that a growth comes to, once it was computed; the same in all years."""
    rows = Progress.objects.filter(target=OuterRef("pk"), view=view).exclude(target_value=None)
    return rows.order_by("year").values("target_value")[:1]


def _promised(
    year: int, targets: Iterable[Target], plan: StrategicPlan, members: Iterable[School]
) -> PromisedYear:
    rows = list(targets)
    whole = [target for target in rows if target.school_id is None]
    whole.sort(key=lambda row: (row.plan_id != plan.pk, not row.is_reference, row.code))
    expected = {school.pk for school in members if school.is_member_in(year)}
    own = {row.school_id: row for row in rows if row.school_id in expected}
    return PromisedYear(year, whole, _sum(list(own.values()), len(expected)))


def _sum(own: Sequence[Any], members: int) -> SchoolSum | None:
    if not own or own[0].indicator.aggregation != Indicator.Aggregation.SUM:
        return None
    return SchoolSum(sum((row.known_value for row in own), Decimal(0)), len(own), members)
