"""Mergers: which figures stand in for the missing one of a school that others merged into.

Pure: the standard library only, unknown is None and never nothing.

A missing school carries its own last number, and each school that merged into it brings what that
school brought to its own last year: its number, or the last one before; nothing where the indicator
did not apply to it; unknown where it never had a number. So a merger by itself moves no total.

A number counts once: a school that merged brings nothing any more as soon as the one it merged into
has a number of a later year, which speaks for both.

A school brings nothing of its own where it was not there, or was not asked, before others merged
into it; and in its first year: then it is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from indicators.formulas.progress import Aggregation
from indicators.formulas.readings import Reading, is_number


@dataclass(frozen=True, slots=True)
class SchoolTerm:
    """The years of a school in the plan, and the school it merged into after the last of them."""

    first_year: int | None = None
    last_year: int | None = None
    successor: str | None = None


@dataclass(frozen=True)
class Mergers:
    """The terms of the schools by code, and who merged into whom, through several mergers too."""

    terms: Mapping[str, SchoolTerm] = field(default_factory=dict)

    def begins_in(self, school: str, year: int) -> bool:
        return self.term(school).first_year == year

    def term(self, school: str) -> SchoolTerm:
        return self.terms.get(school, SchoolTerm())

    def merged_into(self, school: str, *, before: int) -> dict[str, int]:
        """Returns the schools that are part of this one in a year, with the last year before they
        were."""
        rows = self._predecessors.get(school, {})
        return {code: since for code, since in rows.items() if since < before}

    def successor(self, school: str, *, year: int) -> str | None:
        """Returns the last school that this one is part of in a year; None where it is itself."""
        ways = self._successors.get(school, {})
        return next((code for code, since in reversed(ways.items()) if since < year), None)

    def on_the_way(self, school: str, successor: str) -> dict[str, int]:
        """Returns the schools that this one is part of on its way to a successor, which is the last
        of them, with the last year before it was."""
        ways = self._successors.get(school, {})
        return {
            code: since
            for code, since in ways.items()
            if code == successor or successor in self._successors.get(code, {})
        }

    @cached_property
    def _successors(self) -> Mapping[str, dict[str, int]]:
        return {code: self._ways_of(code) for code in self.terms}

    def _ways_of(self, school: str) -> dict[str, int]:
        ways: dict[str, int] = {}
        term, since = self.terms[school], 0
        while term.last_year is not None and (into := term.successor) in self.terms:
            if into is None or into in {school, *ways}:  # in a circle
                break
            since = max(since, term.last_year)
            ways[into] = since
            term = self.terms[into]
        return ways

    @cached_property
    def _predecessors(self) -> Mapping[str, dict[str, int]]:
        predecessors: dict[str, dict[str, int]] = {}
        for school, ways in sorted(self._successors.items()):
            for successor, since in ways.items():
                predecessors.setdefault(successor, {})[school] = since
        return predecessors


NO_MERGERS = Mergers()


class CarriedFigure(NamedTuple):
    """A number that stands in for a missing one: whose it is, and of which year."""

    school: str
    year: int
    reading: Reading


CarriedFigures = tuple[CarriedFigure, ...]


@dataclass(frozen=True, slots=True)
class Carrying:
    """The figures of one indicator, `readings[school][year]`, of which some are carried forward."""

    readings: Mapping[str, Mapping[int, Reading]]
    aggregation: Aggregation
    mergers: Mergers = NO_MERGERS

    def in_place_of(self, school: str, year: int) -> CarriedFigures | None:
        """Returns the numbers that stand in for the missing one of a school and year: none if it is
        left out because it begins with the year; None where something unknown is missing."""
        brought = self._brought_by_school(school, year)
        known = [figures for figures in brought.values() if figures is not None]
        figures = tuple(chain.from_iterable(known))
        if len(known) < len(brought):
            return None
        return figures if figures or self.mergers.begins_in(school, year) else None

    def unknown_in_place_of(self, school: str, year: int) -> list[str]:
        """Returns of which schools nothing is known, where `in_place_of` returns None."""
        brought = self._brought_by_school(school, year)
        return [code for code, figures in brought.items() if figures is None] or [school]

    def _brought_by_school(self, school: str, year: int) -> dict[str, CarriedFigures | None]:
        merged = self.mergers.merged_into(school, before=year)
        return {school: self._brought(school, year)} | {
            code: self._brought(code, self._last_year(code))
            for code in merged
            if not self._is_spoken_for(code, school, year)
        }

    def _brought(self, school: str, year: int) -> CarriedFigures | None:
        """Returns the number that a school itself brings to a year; see the rules above."""
        if self._is_excused(school, year):
            return ()
        own = self.readings.get(school, {})
        last = self._last_number(school, year)
        if last is not None:
            return (CarriedFigure(school, last, own[last]),)
        return () if self._has_nothing_of_its_own(school, year) else None

    def _has_nothing_of_its_own(self, school: str, year: int) -> bool:
        if self.mergers.begins_in(school, year):
            return True
        mergers = self.mergers.merged_into(school, before=year).values()
        if not mergers:
            return False
        first = self.mergers.term(school).first_year
        earliest = min(mergers)
        return (first is not None and first > earliest) or self._is_excused(school, earliest)

    def _is_spoken_for(self, merged: str, school: str, year: int) -> bool:
        """Returns whether a school on the way, or the last of them, speaks for one that merged."""
        for code, since in self.mergers.on_the_way(merged, school).items():
            until = year if code == school else self._last_year(code)
            last = self._last_number(code, until)
            if last is not None and last > since:
                return True
            if code != school and until > since and self._is_excused(code, until):
                return True
        return False

    def _last_year(self, merged: str) -> int:
        return self.mergers.term(merged).last_year or 0

    def _last_number(self, school: str, until: int) -> int | None:
        own = self.readings.get(school, {})
        numbers = (y for y, reading in own.items() if is_number(reading, self.aggregation))
        return max((y for y in numbers if y <= until), default=None)

    def _is_excused(self, school: str, year: int) -> bool:
        reading = self.readings.get(school, {}).get(year)
        return reading is not None and not reading.applicable
