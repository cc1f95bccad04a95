"""The figures that a value is made of, who gave them, and what was left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from imtplan.accounts.models import School
from indicators.formulas.adding_up import Contribution
from indicators.models import Figure, Indicator, View
from indicators.results.series import THE_INSTITUTE, Series

# By code of the school and year.
Figures = Mapping[tuple[str, int], Figure]


class InputUse(StrEnum):
    """What became of a figure that was expected."""

    COUNTED = "counted"
    CARRIED = "carried"  # missing: an older one stands in for it
    LEFT_OUT = "left_out"
    NOT_EXPECTED = "not_expected"


class NotCountedReason(StrEnum):
    """Why a figure of the year did not count."""

    NOT_ENTERED = "not_entered"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"
    BEING_ENTERED = "being_entered"  # a draft: until it is handed in, its school's own affair
    NOT_VALIDATED = "not_validated"  # handed in, in a view that counts validated ones alone


@dataclass(frozen=True)
class Input:
    """The figure of one school (or of the institute) for one year, and what it was used for."""

    code: str
    name: str
    year: int
    figure: Figure | None
    view: View
    is_expected: bool = True
    stand_in: Figure | None = None

    @property
    def why(self) -> NotCountedReason | None:
        """None: it counts."""
        if self.figure is None or self.figure.state == Figure.State.NOT_ENTERED:
            return NotCountedReason.NOT_ENTERED
        if self.figure.status == Figure.Status.DRAFT:
            return NotCountedReason.BEING_ENTERED
        if self.figure.status not in self.view.counted_statuses:
            return NotCountedReason.NOT_VALIDATED
        return (
            None
            if self.figure.state == Figure.State.NUMBER
            else NotCountedReason(self.figure.state)
        )

    @property
    def use(self) -> InputUse:
        if not self.is_expected:
            return InputUse.NOT_EXPECTED
        if self.why is None:
            return InputUse.COUNTED
        return InputUse.CARRIED if self.stand_in else InputUse.LEFT_OUT

    @property
    def counts(self) -> bool:
        return self.use is InputUse.COUNTED

    @property
    def shown(self) -> Figure | None:
        """The figure as others may see it: from the moment it is handed in."""
        draft = self.figure is None or self.figure.status == Figure.Status.DRAFT
        return None if draft else self.figure

    @property
    def number(self) -> Decimal | None:
        return self.shown.number if self.shown else None

    @property
    def used(self) -> Figure | None:
        """What went into the result: the figure, or the older one in its place."""
        return self.figure if self.counts else self.stand_in

    @property
    def key(self) -> str:
        return f"{self.code or 'IMT'} {self.year}"


@dataclass(frozen=True)
class Inputs:
    """What one series of an indicator is made of in one year and view."""

    series: Series
    view: View
    year: int
    figures: Figures
    names: Mapping[str, str]
    is_estimated: bool  # only then do older figures stand in for missing ones
    school: str | None = None  # None: the institute

    @cached_property
    def contributions(self) -> Mapping[str, Contribution]:
        return self.series.contributions(self.view, self.year, self.school)

    @cached_property
    def rows(self) -> list[Input]:
        """In the order of the schools; of a running sum, year after year within a school."""
        return [row for code in self._codes for row in self._of(code)]

    @property
    def _codes(self) -> Iterable[str]:
        if self.school is not None:
            return [self.school]
        if self.series.indicator.aggregation == Indicator.Aggregation.NONE:
            return [THE_INSTITUTE]
        members = self.series.members.get(self.year, frozenset())
        asked = {*members, *self.contributions}
        return [code for code in self.names if code in asked]

    def _of(self, code: str) -> Iterator[Input]:
        """One row for each year asked; one, too, for who is not expected this year."""
        part = self.contributions.get(code)
        sources = self._sources(part) if part else {}
        for year in part.years if part else (self.year,):
            source = sources.get(year, year)
            yield Input(
                code=code,
                name=self.names.get(code, ""),
                year=year,
                figure=self.figures.get((code, year)),
                view=self.view,
                is_expected=part is not None,
                stand_in=self.figures.get((code, source)) if source != year else None,
            )

    def _sources(self, part: Contribution) -> dict[int, int]:
        """For each year asked, the year of the figure that was used."""
        if not self.is_estimated:
            return {}
        return dict(zip(part.years, part.sources or (), strict=False))

    @property
    def missing(self) -> list[str]:
        """The schools expected that did not report, by code."""
        return [code for code, part in self.contributions.items() if part.total is None]


def figures_of(user: Any, indicator: Indicator, *, until: int) -> dict[tuple[str, int], Figure]:
    """All that this person may see of an indicator up to a year, with who entered it."""
    found = (
        Figure.objects.visible_to(user)
        .filter(indicator=indicator, year__lte=until)
        .select_related("school", "entered_by", "indicator")
    )
    return {(figure.school.code if figure.school else "", figure.year): figure for figure in found}


def school_names(user: Any) -> dict[str, str]:
    """In the order of all lists; the institute's own figures have no school."""
    schools = School.objects.visible_to(user)
    return {THE_INSTITUTE: "IMT"} | {school.code: school.name for school in schools}
