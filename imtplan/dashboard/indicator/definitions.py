"""The definition sheet as the page of an indicator shows it: of the year, and of other years."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from indicators.models import Indicator
from indicators.models.definition_sheet import SheetLine
from indicators.questions.definition_versions import (
    DefinitionVersion,
    read_wordings,
    version_in,
    versions_of,
)


@dataclass(frozen=True)
class OtherWording:
    """What reads otherwise in the definition of other years."""

    years: str
    lines: Sequence[SheetLine]


@dataclass(frozen=True)
class DefinitionOfYear:
    """The sheet that holds in the page's year, since when, and the wordings of other years."""

    version: DefinitionVersion
    others: Sequence[OtherWording]

    @property
    def indicator(self) -> Indicator:
        return self.version.indicator

    @property
    def sheet(self) -> list[SheetLine]:
        return self.indicator.sheet

    @property
    def holds(self) -> str:
        """Returns the years in which this wording holds, as a sentence; "" where in all."""
        if self.version.first_year is None and self.version.last_year is None:
            return ""
        return _("Wording in force %(years)s.") % {"years": years_in_words(self.version)}


def years_in_words(version: DefinitionVersion) -> str:
    first, last = version.first_year, version.last_year
    if first is None:
        return _("up to %(year)s") % {"year": last}
    if last is None:
        return _("from %(year)s on") % {"year": first}
    if first == last:
        return _("in %(year)s") % {"year": first}
    return _("from %(first)s to %(last)s") % {"first": first, "last": last}


def definition_of_year(indicator: Indicator, year: int) -> DefinitionOfYear:
    read_wordings([indicator])
    now = version_in(indicator, year)
    others = [
        OtherWording(years_in_words(version), version.beside(now))
        for version in reversed(versions_of(indicator))
        if version.first_year != now.first_year
    ]
    return DefinitionOfYear(now, others)
