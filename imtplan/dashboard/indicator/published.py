"""What documents say of an indicator, beside what its figures make, with the difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from imtplan.dashboard.followed_targets import FollowedYear
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator, PublishedValue


@dataclass(frozen=True)
class PublishedRow:
    """A published value of a year, every part as text. `total` is what the figures make, empty
    where nothing is known; `gap` is how far it is from the published value, empty where the two are
    not compared, and then `apart` says why."""

    year: int
    value: str
    perimeter: str
    source: str
    total: str
    gap: str
    apart: str


def published_rows(
    user: Any, indicator: Indicator, years: Iterable[FollowedYear]
) -> list[PublishedRow]:
    """Returns the values in use that were published for the years of a page, by year."""
    by_year = {year.year: year for year in years}
    used = PublishedValue.objects.visible_to(user).in_use().filter(indicator=indicator)
    words = Wording.of(indicator)
    return [_row(row, by_year[row.year], words) for row in used.filter(year__in=by_year)]


def _row(row: PublishedValue, year: FollowedYear, words: Wording) -> PublishedRow:
    is_whole = year.value is not None and not year.is_estimate
    return PublishedRow(
        year=row.year,
        value=words.number(row.value),
        perimeter=str(row.perimeter),
        source=row.source,
        total=words.number(year.value),
        gap=words.difference(year.value - row.value) if is_whole and year.value is not None else "",
        apart=_("an estimate is not compared") if year.is_estimate else "",
    )
