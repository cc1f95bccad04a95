"""Inputs: the figures that a value is made of, who gave them, and what was left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from imtplan.accounts.models import School
from indicators.formulas.adding_up import Contribution
from indicators.models import (
    CountedFigure,
    Figure,
    FigureContent,
    Inapplicability,
    Indicator,
    View,
)
from indicators.results.corrections import Correction, corrections
from indicators.results.series import Series

Key = tuple[str, int]  # school code, year


class InputUse(StrEnum):
    """The use of an expected figure in the result."""

    COUNTED = "counted"
    CARRIED = "carried"  # missing: an older one stands in for it
    LEFT_OUT = "left_out"
    NOT_EXPECTED = "not_expected"


class NotCountedReason(StrEnum):
    """The reason why a figure of the year does not count."""

    NOT_ENTERED = "not_entered"
    NOT_AVAILABLE = "not_available"
    NOT_APPLICABLE = "not_applicable"
    BEING_ENTERED = "being_entered"  # a draft: until it is submitted, only its school sees it
    NOT_VALIDATED = "not_validated"  # submitted, in a view that counts validated figures alone
    BEGINS = "begins"  # the school begins with the year, and the estimate is without it
    MERGED = "merged"  # the figure of a school that merged stands in for its successor


@dataclass(frozen=True)
class KnownFigures:
    """The figures of one indicator that a person may see: those that count in a view, those that
    were written last, and the corrections among them; and why the plan office excuses a school."""

    counted: Mapping[Key, CountedFigure]
    latest: Mapping[Key, Figure]
    corrections: Mapping[Key, Correction]
    excused: Mapping[Key, str]


@dataclass(frozen=True)
class Input:
    """The figure of one school (or of the institute) for one year, and what it was used for."""

    code: str
    name: str
    year: int
    counted: CountedFigure | None
    latest: Figure | None
    is_expected: bool = True
    stand_in: CountedFigure | None = None
    successor: str = ""  # the code of the missing school in whose place its figure stands
    merged_into: str = ""  # its name
    begins: bool = False  # left out of the estimate: the school begins with the year
    correction: Correction | None = None
    excused_because: str = ""  # in the plan office's words, where there is no number

    @property
    def why(self) -> NotCountedReason | None:
        """Returns why the figure does not count; None where it counts."""
        if self.successor:
            return NotCountedReason.MERGED
        return NotCountedReason.BEGINS if self.begins else self._own_reason

    @property
    def _own_reason(self) -> NotCountedReason | None:
        if self.excused_because:
            return NotCountedReason.NOT_APPLICABLE
        if self.counted is not None:
            is_number = self.counted.state == Figure.State.NUMBER
            return None if is_number else NotCountedReason(self.counted.state)
        if self.latest is None or self.latest.state == Figure.State.NOT_ENTERED:
            return NotCountedReason.NOT_ENTERED
        if self.latest.status == Figure.Status.DRAFT:
            return NotCountedReason.BEING_ENTERED
        return NotCountedReason.NOT_VALIDATED

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
    def shown(self) -> FigureContent | None:
        """Returns the figure that counts, else the one that others may see; None until it is
        submitted."""
        if self.counted is not None:
            return self.counted
        draft = self.latest is None or self.latest.status == Figure.Status.DRAFT
        return None if draft else self.latest

    @property
    def number(self) -> Decimal | None:
        return self.shown.number if self.shown else None

    @property
    def used(self) -> CountedFigure | None:
        """Returns what went into the result: the figure, or the older one in its place."""
        return self.counted if self.counts else self.stand_in

    @property
    def key(self) -> str:
        return f"{self.code} {self.year}"


@dataclass(frozen=True)
class Inputs:
    """The figures of one series of an indicator in one year and view."""

    series: Series
    view: View
    year: int
    figures: KnownFigures
    names: Mapping[str, str]
    is_estimated: bool  # only then do older figures stand in for missing ones
    school: str | None = None  # None: the institute

    @cached_property
    def contributions(self) -> Mapping[str, Contribution]:
        return self.series.contributions(self.view, self.year, self.school)

    @cached_property
    def rows(self) -> list[Input]:
        """Returns the inputs school by school; of a running sum, each year within a school."""
        return [row for code in self._codes for row in self._rows_of(code)]

    @property
    def _codes(self) -> Iterable[str]:
        if self.school is not None:
            return [self.school]
        if self.series.indicator.aggregation == Indicator.Aggregation.NONE:
            return [School.THE_INSTITUTE]
        members = self.series.members.get(self.year, frozenset())
        expected = {*members, *self.contributions}
        return [code for code in self.names if code in expected]

    def _rows_of(self, code: str) -> Iterator[Input]:
        """Yields a row for each year that is due, and beside it one for each figure of a school
        that merged into this one and that stands in; or one for a school not expected this year."""
        part = self.contributions.get(code)
        for year in part.years if part else (self.year,):
            stand_ins = part.stand_ins.get(year) if part and self.is_estimated else None
            sources = {figure.school: figure.year for figure in stand_ins or ()}
            own = self._row(code, year, sources.pop(code, None))
            yield replace(own, is_expected=part is not None, begins=stand_ins == ())
            for merged, source in sources.items():
                row = self._row(merged, year, source)
                row = replace(row, counted=None, latest=None, excused_because="")
                name = self.names.get(code, code)
                yield replace(row, successor=code, merged_into=name, correction=None)

    def _row(self, code: str, year: int, source: int | None) -> Input:
        key = (code, year)
        counted = self.figures.counted.get(key)
        is_number = counted is not None and counted.state == Figure.State.NUMBER
        return Input(
            code=code,
            name=self.names.get(code, ""),
            year=year,
            counted=counted,
            latest=self.figures.latest.get(key),
            stand_in=self.figures.counted.get((code, source)) if source else None,
            correction=self.figures.corrections.get(key),
            excused_because="" if is_number else self.figures.excused.get(key, ""),
        )

    @property
    def unknown(self) -> Mapping[str, str]:
        """Returns the codes of the schools without which there is no estimate, with that of the
        missing school: itself, or the one it merged into."""
        if self.school is not None:
            return {self.school: self.school}
        return self.series.unknown(self.view, self.year)

    @property
    def missing(self) -> list[str]:
        """Returns the codes of the expected schools that did not report."""
        return [code for code, part in self.contributions.items() if part.total is None]


def figures_of(user: Any, indicator: Indicator, view: View, *, until: int) -> KnownFigures:
    """Returns what this person may see of an indicator up to a year, with who entered it."""
    counted = CountedFigure.objects.visible_to(user).in_view(view)
    under_way = corrections(user, view, indicator=indicator, year__lte=until)
    declared = Inapplicability.objects.visible_to(user).in_force().filter(indicator=indicator)
    return KnownFigures(
        counted=_by_key(counted, indicator, until),
        latest=_by_key(Figure.objects.visible_to(user), indicator, until),
        corrections={_key(row.counted): row for row in under_way.values()},
        excused={
            (row.school.code, year): row.sentence
            for row in declared.select_related("school")
            for year in row.years
            if year <= until
        },
    )


def _by_key(figures: Any, indicator: Indicator, until: int) -> dict[Key, Any]:
    chosen = figures.filter(indicator=indicator, year__lte=until)
    return {_key(row): row for row in chosen.select_related("school", "entered_by", "indicator")}


def _key(figure: FigureContent) -> Key:
    return (figure.school.code, figure.year)


def school_names(user: Any, year: int) -> dict[str, str]:
    """Returns the schools' names of a year by code, in the order of all lists, the institute
    first."""
    schools = School.objects.visible_to(user).named_in(year)
    return {School.THE_INSTITUTE: "IMT"} | {school.code: school.name for school in schools}
