"""What an indicator counted in which years: the present wording, and those that it replaced.

The sheet says from which year its wording holds; the versions that the database keeps say what
stood there before. A wording that was corrected or completed for the same years, or whose first
year was moved, counts as the latest says.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from imtplan import clock
from indicators.models import Indicator
from indicators.models.definition_sheet import TEXTS, SheetLine

# The texts that say what is counted. Who answers, who enters and what it compares with are those
# of today, whatever the year.
MEANING = ("definition", "formula", "counted_on", "included", "left_out", "source_system")
COLUMNS = [
    f"{name}_{language}"
    for name in (*MEANING, "numerator", "denominator")
    for language in ("fr", "en")
]


@dataclass(frozen=True)
class DefinitionVersion:
    """What was counted from one year to another. None: from the beginning, or up to today."""

    first_year: int | None
    last_year: int | None
    indicator: Indicator  # with the texts of these years

    def holds_in(self, year: int) -> bool:
        has_begun = self.first_year is None or self.first_year <= year
        return has_begun and (self.last_year is None or year <= self.last_year)

    def beside(self, other: "DefinitionVersion") -> list[SheetLine]:
        """Returns the lines of this version that read otherwise in the other one; a line that is
        empty here and filled in there is none."""
        there = {line.name: line for line in other.indicator.sheet}
        return [
            line
            for line in self.indicator.sheet
            if line.name in {*TEXTS, "ratio"} and line != there.get(line.name)
        ]


def wordings() -> Any:
    """Returns what `versions_of` reads of each indicator, up to the page's moment: the versions of
    those that say from which year their wording holds."""
    events: Any = Indicator.pgh_event_model.objects  # type: ignore[attr-defined]
    rows = events.filter(pgh_obj__defined_from_year__isnull=False).order_by("-pgh_id")
    if moment := clock.moment():
        rows = rows.filter(pgh_created_at__lte=moment)
    return Prefetch("events", rows, to_attr="wordings")


def read_wordings(indicators: Iterable[Indicator]) -> None:
    """Reads, in one query, the versions of those indicators that were worded otherwise before."""
    reworded = [row for row in indicators if row.defined_from_year is not None]
    if reworded:
        prefetch_related_objects(reworded, wordings())


def versions_of(indicator: Indicator) -> list[DefinitionVersion]:
    """Returns the versions in the order of their years; the last is the present one. Reads what
    `wordings` or `read_wordings` brought."""
    return [*_versions(indicator)][::-1]


def _versions(indicator: Indicator) -> Iterator[DefinitionVersion]:
    first, latest = indicator.defined_from_year, indicator
    yield DefinitionVersion(first, None, indicator)
    for row in getattr(indicator, "wordings", ()):
        if first is None:
            return
        since = row.defined_from_year
        if (since is not None and since >= first) or _says_the_same(row, latest):
            continue
        latest = _worded(indicator, row)
        yield DefinitionVersion(since, first - 1, latest)
        first = since


def _says_the_same(row: Any, later: Any) -> bool:
    """Returns whether a version says nothing that a later one does not say."""
    texts = ((getattr(row, name), getattr(later, name)) for name in COLUMNS)
    return all(text in ("", after) for text, after in texts)


def _worded(indicator: Indicator, row: Any) -> Indicator:
    """Returns a copy of the indicator with the texts of one of its versions. It is not stored."""
    worded = copy.copy(indicator)
    for name in (*COLUMNS, "is_proposed", "defined_from_year"):
        setattr(worded, name, getattr(row, name))
    return worded


def version_in(indicator: Indicator, year: int) -> DefinitionVersion:
    """Returns what is counted in a year; before the first wording that is known, that one."""
    versions = versions_of(indicator)
    return next((version for version in versions if version.holds_in(year)), versions[0])
