"""The earlier years of a school that others merged into, on the merged perimeter: what it is
compared with are its own figures, as they stand, and theirs that count, together.

A mean has no such sum: its earlier figures stay the school's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import QuerySet

from imtplan.accounts.models import School
from indicators.formulas.mergers import Mergers
from indicators.formulas.readings import added_together
from indicators.models import CountedFigure, Figure, Indicator, View
from indicators.models.figure import FigureContent
from indicators.results.series import mergers_of, reading_of

Row = TypeVar("Row", bound=FigureContent)
FiguresByYear = dict[int, dict[int, Figure]]  # indicator → year → figure
CountedByYear = dict[int, dict[int, CountedFigure]]

ADDED_UP = {Indicator.Aggregation.SUM, Indicator.Aggregation.RATIO}


@dataclass(frozen=True)
class MergedPast:
    """The schools of the institute, and which merged into which, as seen from a year."""

    year: int
    schools: Sequence[School] = ()
    mergers: Mergers = field(default_factory=Mergers)

    @classmethod
    def before(cls, year: int) -> "MergedPast":
        schools = list(School.objects.carrying_the_plan())
        return cls(year, schools, mergers_of(schools))

    def merged_into(self, school: School) -> list[School]:
        """Returns the schools that are part of this one by the year."""
        codes = self.mergers.merged_into(school.code, before=self.year)
        return [row for row in self.schools if row.code in codes]

    def within(self, school: School, year: int) -> list[School]:
        """Returns those of them that reported for themselves in a year."""
        return [row for row in self.merged_into(school) if row.is_member_in(year)]

    def counted(
        self, schools: Iterable[School], indicators: Iterable[Indicator], *, since: int
    ) -> dict[int, CountedByYear]:
        """Returns the figures that count of those that merged into these schools, by school: what
        another school has not had validated is not for its successor to see."""
        merged = {row for school in schools for row in self.merged_into(school)}
        if not merged:
            return {}
        figures = CountedFigure.objects.in_view(View.VALIDATED)
        return by_school(
            figures.filter(school__in=merged, year__range=(since, self.year)), indicators
        )

    def with_merged(
        self, school: School, own: FiguresByYear, counted: Mapping[int, CountedByYear]
    ) -> FiguresByYear:
        """Returns the school's own figures, year by year with those that count of the schools that
        are part of it by now."""
        merged = self.merged_into(school)
        if not merged:
            return own
        rows_of_all: list[Mapping[int, Mapping[int, FigureContent]]] = [
            own,
            *(counted.get(row.pk, {}) for row in merged),
        ]
        cells = {(pk, y) for rows in rows_of_all for pk, years in rows.items() for y in years}
        both = {pk: dict(years) for pk, years in own.items()}
        for pk, year in cells:
            figure = own.get(pk, {}).get(year)
            within = [row for row in merged if row.is_member_in(year)]
            rows: list[FigureContent | None] = [
                counted.get(row.pk, {}).get(pk, {}).get(year) for row in within
            ]
            if within and (figure or school.is_member_in(year)):
                rows.insert(0, figure)
            if together := _together(rows, school, year):
                both.setdefault(pk, {})[year] = together
        return both


def _together(rows: Sequence[FigureContent | None], school: School, year: int) -> Figure | None:
    """Returns what several schools' figures of one indicator and year come to; without a number
    where that of one is missing, and None where there is nothing to add."""
    given = [row for row in rows if row is not None]
    if not given or given[0].indicator.aggregation not in ADDED_UP:
        return None
    indicator = given[0].indicator
    of_both = Figure(indicator=indicator, school=school, year=year, state=Figure.State.NOT_ENTERED)
    due = [row for row in rows if not row or row.state != Figure.State.NOT_APPLICABLE]
    numbers = [row for row in due if row and row.number is not None]
    if not due:
        of_both.state = Figure.State.NOT_APPLICABLE
    elif len(numbers) == len(due):
        total = added_together([reading_of(row) for row in numbers])
        of_both.state = Figure.State.NUMBER
        of_both.value, of_both.numerator = total.value, total.numerator
        of_both.denominator = total.denominator
    return of_both


def by_school(
    figures: QuerySet[Row], indicators: Iterable[Indicator]
) -> dict[int, dict[int, dict[int, Row]]]:
    """Returns these figures by school, each with its indicator, which is not read again."""
    by_key = {indicator.pk: indicator for indicator in indicators}
    schools: dict[int, dict[int, dict[int, Row]]] = {}
    for figure in figures.filter(indicator__in=by_key).order_by("year"):
        figure.indicator = by_key[figure.indicator_id]
        by_indicator = schools.setdefault(figure.school_id, {})
        by_indicator.setdefault(figure.indicator_id, {})[figure.year] = figure
    return schools
