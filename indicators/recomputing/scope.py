"""The scope of a run: the indicators that its stale marks name, and the years of each."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from indicators.database import ask
from indicators.models import Target
from indicators.results.parts_of_sql import BOUNDS, FOLLOWED_TO, is_number
from indicators.results.sums_in_sql import YearRelation

INDICATORS_NAMED = 5  # in the text of a scope; the others are counted


class ClaimedMark(NamedTuple):
    indicator: int | None
    school: int | None = None
    year: int | None = None
    only_roll_ups: bool = False

    @property
    def means_everything(self) -> bool:
        return self.indicator is None and not self.only_roll_ups

    @property
    def names_figures(self) -> bool:
        return self.indicator is not None and not self.only_roll_ups


class IndicatorYears(NamedTuple):
    """One indicator, and the years in which its values may have moved."""

    indicator: int
    code: str
    in_use: bool
    summed: bool
    first: int
    last: int
    whole: bool  # all its years, not only some
    failed: bool  # the last run could not compute it

    @property
    def years(self) -> YearRelation:
        return YearRelation.SUMMED if self.summed else YearRelation.APART

    def __str__(self) -> str:
        if self.whole:
            return self.code
        years = f"{self.first}–{self.last}" if self.first < self.last else str(self.first)
        return f"{self.code} {years}"


@dataclass(frozen=True)
class RecomputeScope:
    parts: tuple[IndicatorYears, ...] = ()
    touched: frozenset[tuple[int, int]] = frozenset()  # indicators and schools of single figures
    moved: frozenset[tuple[int, int]] = frozenset()  # indicators and years with stale means above
    broad: frozenset[int] = frozenset()  # indicators with changed figures of several schools
    every_roll_up: bool = False
    everything: bool = False

    @classmethod
    def everywhere(cls, indicators: Collection[int] | None = None) -> "RecomputeScope":
        """Returns the scope of everything, or of all years of these indicators."""
        if indicators is None:
            return cls.of([ClaimedMark(None)])
        return cls.of([ClaimedMark(indicator) for indicator in indicators])

    @classmethod
    def of(cls, marks: Iterable[ClaimedMark]) -> "RecomputeScope":
        """Returns the scope of these marks: any number of marks of one indicator are one part."""
        marks = list(marks)
        everything = any(mark.means_everything for mark in marks)
        named = [mark for mark in marks if mark.names_figures]
        parts = _parts(None if everything else set(named))
        return cls(
            parts=parts,
            touched=frozenset((m.indicator, m.school) for m in named if m.indicator and m.school),
            moved=frozenset(
                (m.indicator, m.year) for m in marks if m.only_roll_ups and m.indicator and m.year
            ),
            every_roll_up=everything
            or any(part.whole for part in parts)
            or any(mark.only_roll_ups and not mark.year for mark in marks),
            broad=frozenset(m.indicator for m in named if m.indicator and m.year and not m.school),
            everything=everything,
        )

    def only(self, parts: Iterable[IndicatorYears]) -> "RecomputeScope":
        """Returns the same scope for some of its indicators."""
        return replace(self, parts=tuple(parts), everything=False)

    def batches(self, size: int) -> Iterator["RecomputeScope"]:
        """Yields the same scope for a few of its indicators at a time."""
        for start in range(0, len(self.parts), size):
            yield self.only(self.parts[start : start + size])

    def judges(self, target: Target) -> bool:
        """Returns whether the progress toward this target of one of the indicators may have moved:
        the institute's moves with any figure, a school's with its own."""
        any_figure = target.school_id is None or target.indicator_id in self.wholes | self.broad
        return any_figure or (target.indicator_id, target.school_id) in self.touched

    @cached_property
    def wholes(self) -> frozenset[int]:
        """Returns the indicators that are recomputed in all their years."""
        return frozenset(part.indicator for part in self.parts if part.whole)

    def __str__(self) -> str:
        if self.everything:
            return "everything"
        named = [str(part) for part in self.parts[:INDICATORS_NAMED]]
        more = len(self.parts) - len(named)
        return ", ".join(
            named
            + ([f"{more} more"] if more > 0 else [])
            + (["every roll-up"] if self.every_roll_up else [])
            or ["some roll-ups"]
        )


def scope_in_words(scope: str) -> str:
    """Returns the text of a scope, as a run keeps it, in the reader's language; codes stay."""
    words = {
        "everything": _("everything"),
        "every roll-up": _("every mean of the plan"),
        "some roll-ups": _("some means of the plan"),
    }
    return ", ".join(words.get(part) or _more(part) or part for part in scope.split(", "))


def _more(part: str) -> str:
    count, more, rest = part.partition(" more")
    if not (more and not rest and count.isdigit()):
        return ""
    return ngettext("%(count)s more", "%(count)s more", int(count)) % {"count": count}


# A changed figure moves the years from its own up to the year before the next figure that counts,
# while it is carried forward, or up to the last year of a target that has it as its baseline, or of
# which schools are missing: in the range these may move as the others did since its year. For a
# running sum, without a school, or where the school merged into another, in whose place its figure
# may stand, all later years move. Without plan or figure there is no year.
_PARTS = f"""
    WITH {BOUNDS},
    marks AS ({{marks}}),
    stale AS (
        SELECT m.*, i.code, i.aggregation,
               i.archived_at IS NULL OR {FOLLOWED_TO} IS NOT NULL AS in_use,
               i.accumulation = 'cumulative' AS summed,
               f.failed, m.year IS NULL OR f.failed AS whole
        FROM marks AS m JOIN indicators_indicator AS i ON i.id = m.indicator_id
        CROSS JOIN LATERAL (SELECT EXISTS (
            SELECT FROM indicators_recomputerun AS r
            WHERE r.indicator_id = i.id AND r.resolved_at IS NULL AND r.error <> ''
        ) AS failed) AS f
    )
    SELECT indicator_id, code, in_use, summed,
           min(CASE WHEN whole THEN bounds.first ELSE greatest(s.year, bounds.first) END),
           max(CASE WHEN whole OR summed OR s.school_id IS NULL THEN bounds.last
               ELSE least(bounds.last, greatest(
                   coalesce(next.year - 1, bounds.last), promised.year, incomplete.year
               )) END),
           bool_or(whole), bool_or(failed)
    FROM stale AS s CROSS JOIN bounds
    LEFT JOIN LATERAL (
        SELECT min(f.year) AS year FROM indicators_countedfigure AS f
        WHERE f.view = 'validated' AND f.indicator_id = s.indicator_id
        AND f.school_id = s.school_id AND f.year > s.year AND {is_number("f", "s.aggregation")}
        AND NOT EXISTS (
            SELECT FROM accounts_school AS merged
            WHERE merged.id = s.school_id AND merged.merged_into_id IS NOT NULL
        )
    ) AS next ON true
    LEFT JOIN LATERAL (
        SELECT max(t.year) AS year FROM indicators_target AS t
        WHERE t.indicator_id = s.indicator_id AND t.school_id = s.school_id
        AND t.baseline_year = s.year AND t.baseline_value IS NULL AND t.archived_at IS NULL
    ) AS promised ON true
    LEFT JOIN LATERAL (
        SELECT max(v.year) AS year FROM indicators_institutevalue AS v
        WHERE v.indicator_id = s.indicator_id AND v.year > s.year
        AND v.reported > 0 AND v.reported < v.expected
    ) AS incomplete ON true
    WHERE bounds.first IS NOT NULL
    GROUP BY indicator_id, code, in_use, summed
    ORDER BY code"""

_THESE = """SELECT * FROM unnest(
        %(indicators)s::bigint[], %(schools)s::bigint[], %(years)s::integer[]
    ) AS named(indicator_id, school_id, year)"""
_ALL = """SELECT id AS indicator_id, NULL::bigint AS school_id, NULL::integer AS year
    FROM indicators_indicator"""

_MOVED_YEARS = f"""
    WITH {BOUNDS}
    SELECT concat_ws('–', bounds.first, bounds.last) FROM bounds
    WHERE bounds.first IS DISTINCT FROM (SELECT min(year) FROM indicators_institutevalue)
       OR bounds.last IS DISTINCT FROM (SELECT max(year) FROM indicators_institutevalue)"""

FORGET_OTHER_YEARS = f"""
    WITH {BOUNDS}
    DELETE FROM indicators_institutevalue AS s USING bounds
    WHERE bounds.first IS NULL OR s.year NOT BETWEEN bounds.first AND bounds.last"""


def moved_years() -> str | None:
    """Returns the first and the last year with a plan or a figure as a text; None where these are
    the years that are stored."""
    rows = ask(_MOVED_YEARS, often=True)
    return rows[0][0] or "none" if rows else None


def _parts(marks: Collection[ClaimedMark] | None) -> tuple[IndicatorYears, ...]:
    """Returns the indicators of these marks and their years, or all indicators without marks."""
    if marks is None:
        return tuple(IndicatorYears(*row) for row in ask(_PARTS.format(marks=_ALL)))
    if not marks:
        return ()
    parameters: dict[str, Any] = {
        "indicators": [mark.indicator for mark in marks],
        "schools": [mark.school for mark in marks],
        "years": [mark.year for mark in marks],
    }
    rows = ask(_PARTS.format(marks=_THESE), parameters, often=True)
    return tuple(IndicatorYears(*row) for row in rows)
