"""The schools of one indicator side by side: who moved since the plan's baseline, and how far.

A comparison and no formula of its own: the numbers are the schools' figures, their difference, and
the difference over the older one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording, in_percent
from imtplan.percentages import in_points
from indicators.models import CountedFigure, Figure, Inapplicability, Indicator


@dataclass(frozen=True)
class SchoolComparison:
    """One school: its figure of the page's year and of the baseline year. Unknown is None."""

    school: School
    indicator: Indicator
    scope: Scope
    now: Decimal | None
    then: Decimal | None
    rank: int | None = None
    middle: Decimal | None = None  # the median move of all schools

    @property
    def change(self) -> Decimal | None:
        return None if self.now is None or self.then is None else self.now - self.then

    @property
    def move(self) -> Decimal | None:
        """Returns how far it came, so that large and small schools compare: in its unit for a ratio
        and for what is a percentage already, else as a share of where it began."""
        if self.change is None:
            return None
        if self.is_in_its_unit:
            return self.change
        return self.change / self.then if self.then else None

    @property
    def value_text(self) -> str:
        return Wording.of(self.indicator).fixed(self.now)

    @property
    def then_text(self) -> str:
        return Wording.of(self.indicator).fixed(self.then)

    @property
    def change_text(self) -> str:
        words = Wording.of(self.indicator)
        return (
            words.difference(self.change)
            if words.is_percentage
            else words.fixed(self.change, sign=True)
        )

    @property
    def is_in_its_unit(self) -> bool:
        return self.indicator.is_ratio or self.indicator.is_percentage

    @property
    def move_text(self) -> str:
        if self.move is None or self.is_in_its_unit:
            return Wording.of(self.indicator).difference(self.move)
        return in_percent(self.move, decimals=1, sign=True)

    @property
    def gap_text(self) -> str:
        """Returns the move against the median, as text."""
        if self.move is None or self.middle is None:
            return ""
        apart = self.move - self.middle
        if self.is_in_its_unit:
            return Wording.of(self.indicator).difference(apart)
        return in_points(apart * 100)  # two shares are apart by points

    @property
    def address(self) -> str:
        return reverse("school", args=[self.school.code]) + self.scope.query


def sentence_of(rows: Sequence[SchoolComparison]) -> str:
    """Returns which school moved least; nothing where there is no other to compare it with."""
    moved = [row for row in rows if row.rank is not None]
    if len(moved) < 2:
        return ""
    least = moved[0]
    return _("%(school)s moved least: %(move)s, %(gap)s against the median of the schools.") % {
        "school": least.school.name,
        "move": least.move_text,
        "gap": least.gap_text,
    }


def schools_compared(user: Any, indicator: Indicator, scope: Scope) -> list[SchoolComparison]:
    """Returns the schools expected in the page's year: those that moved least in the good direction
    first, those of which a figure is missing last. None where schools are not asked, or where a
    band is to be kept and no way is the good one."""
    first = scope.plan.baseline_year
    if indicator.aggregation == Indicator.Aggregation.NONE or scope.year <= first:
        return []
    if indicator.direction == Indicator.Direction.KEEP:
        return []
    figures = CountedFigure.objects.visible_to(user).in_view(scope.view)
    known = {
        (figure.school_id, figure.year): figure.number
        for figure in figures.filter(
            indicator=indicator, year__in=(first, scope.year), state=Figure.State.NUMBER
        ).select_related("indicator")
    }
    declared = Inapplicability.objects.visible_to(user).covering(scope.year)
    excused = set(declared.filter(indicator=indicator).values_list("school", flat=True))
    rows = [
        SchoolComparison(
            school,
            indicator,
            scope,
            known.get((school.pk, scope.year)),
            known.get((school.pk, first)),
        )
        for school in School.objects.visible_to(user).members_in(scope.year).named_in(scope.year)
        if school.pk not in excused or (school.pk, scope.year) in known
    ]
    return _ranked(rows, falls_are_good=indicator.direction == Indicator.Direction.DECREASE)


def _ranked(rows: Iterable[SchoolComparison], *, falls_are_good: bool) -> list[SchoolComparison]:
    moves = {row.school.pk: row.move for row in rows if row.move is not None}
    middle = median(moves.values()) if moves else None
    sign = -1 if falls_are_good else 1
    best_first = sorted(moves, key=lambda school: -sign * moves[school])
    ranks = {school: place for place, school in enumerate(best_first, start=1)}
    ranked = [
        SchoolComparison(
            row.school,
            row.indicator,
            row.scope,
            row.now,
            row.then,
            ranks.get(row.school.pk),
            middle,
        )
        for row in rows
    ]
    return sorted(ranked, key=lambda row: (row.rank is None, -(row.rank or 0), row.school.rank))
