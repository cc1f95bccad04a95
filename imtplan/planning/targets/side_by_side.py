"""The numbers that were promised of one figure for one year, in words, each with how far it is from
the first: for the plan office's pages, and for those of readers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.bilingual import reader_language
from imtplan.numbers import format_number
from imtplan.percentages import in_points
from indicators.models import Indicator, Target
from indicators.questions.promised_years import PromisedYear, SchoolSum, promised_years
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class PromiseRow:
    """A number promised for a year, every part as text; no difference for the first of them."""

    name: str
    about: str
    value: str
    gap: str
    target: Target | None  # None: the sum of the schools' own


@dataclass(frozen=True)
class YearSideBySide:
    year: int
    rows: Sequence[PromiseRow]

    @property
    def others(self) -> Sequence[PromiseRow]:
        """Returns the rows that are compared with the first one."""
        return [row for row in self.rows if row.gap]


def side_by_side(
    indicator: Indicator, plan_id: int, years: Iterable[PromisedYear]
) -> list[YearSideBySide]:
    """Returns the years for which an indicator has more than one number."""
    return [in_words(indicator, plan_id, promised) for promised in years if promised.is_comparison]


def years_of_schools(user: Any, plan: StrategicPlan, indicator: Indicator) -> list[YearSideBySide]:
    """Returns these years, and those for which the schools alone have targets."""
    years = promised_years(user, plan, [indicator]).get(indicator.pk, [])
    return [
        in_words(indicator, plan.pk, promised)
        for promised in years
        if promised.is_comparison or promised.schools
    ]


def in_words(indicator: Indicator, plan_id: int, promised: PromisedYear) -> YearSideBySide:
    rows = [_of_the_institute(indicator, plan_id, promised, row) for row in promised.targets]
    if promised.schools:
        rows.append(_of_the_schools(indicator, promised, promised.schools))
    return YearSideBySide(promised.year, rows)


def _of_the_institute(
    indicator: Indicator, plan_id: int, promised: PromisedYear, target: Target
) -> PromiseRow:
    value: Decimal = target.known_value  # type: ignore[attr-defined]
    is_first = target is promised.targets[0]
    return PromiseRow(
        name=_name(target, plan_id),
        about=target.source,
        value=_number(value),
        gap="" if is_first else _gap(indicator, promised.gap(value)),
        target=target,
    )


def _name(target: Target, plan_id: int) -> str:
    name = str(target.perimeter) or _("Target of the institute")
    if target.plan_id != plan_id:
        return f"{name} · {target.plan}"
    return _("%(name)s (reference)") % {"name": name} if target.is_reference else name


def _of_the_schools(indicator: Indicator, promised: PromisedYear, total: SchoolSum) -> PromiseRow:
    text = ngettext(
        "%(count)s school of %(all)s has a number to reach in %(year)s.",
        "%(count)s schools of %(all)s have a number to reach in %(year)s.",
        total.count,
    )
    if not total.is_whole and promised.targets:
        text += " " + _("The sum is compared with nothing while some are missing.")
    return PromiseRow(
        name=_("Sum of the schools’ targets"),
        about=text % {"count": total.count, "all": total.members, "year": promised.year},
        value=_number(total.value),
        gap=_gap(indicator, promised.gap(total.value) if total.is_whole else None),
        target=None,
    )


def _number(value: Decimal) -> str:
    return format_number(value, language=reader_language())


def _gap(indicator: Indicator, gap: Decimal | None) -> str:
    """Returns a difference with its sign, of percentages in points; "" where there is none."""
    if gap is not None and indicator.is_percentage:
        return in_points(gap, decimals=max(2, indicator.decimals))
    return format_number(gap, language=reader_language(), sign=True)
