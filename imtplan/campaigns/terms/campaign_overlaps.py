"""Where two campaigns of one year would ask the same figure: each belongs to one of them.

A campaign holds the figures of a school while it is to open, open, or has more time there; and for
good once the school has begun in it, for what was handed in there is decided and kept there.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.accounts.models import School
from imtplan.campaigns.models import Campaign, Extension, Submission
from indicators.models import Indicator

NAMED = 3  # indicators in one sentence
# The institute alone is asked these, and no school is.
OF_THE_INSTITUTE = Indicator.Aggregation.NONE
# One change of terms at a time: two of the same year could not see each other's.
LOCK = 0xCA3BA16


def wait_for_other_terms() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@dataclass(frozen=True)
class Overlap:
    """What another campaign holds already: these indicators, of some school that is asked."""

    campaign: Campaign
    indicators: list[Indicator]
    has_begun: bool = (
        True  # at a school that is meant; of one that is closed, others have more time
    )

    def __str__(self) -> str:
        words = {"indicators": self._names, "campaign": self.campaign}
        if self.campaign.closes_at > timezone.now():
            sentence = _(
                "%(campaign)s asks the same schools already, and is not closed: %(indicators)s. "
                "Untick it here or there, or choose other schools."
            )
        elif not self.has_begun:
            sentence = _(
                "%(campaign)s is closed, but not for schools that have more time there: "
                "%(indicators)s. Withdraw that time, or choose other schools."
            )
        else:
            sentence = _(
                "%(campaign)s has figures of the same schools already: %(indicators)s. Give it a "
                "later closing, or a school more time there, instead of asking again."
            )
        return sentence % words

    @property
    def _names(self) -> str:
        names = ", ".join(str(indicator) for indicator in self.indicators[:NAMED])
        more = len(self.indicators) - NAMED
        if more <= 0:
            return names
        return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", more) % {
            "names": names,
            "count": more,
        }


def overlaps(
    *,
    year: int,
    indicators: Iterable[Indicator],
    schools: Iterable[Any],
    besides: Campaign | None = None,
    kept: Container[tuple[Any, Any]] = (),
) -> list[Overlap]:
    """Returns what other campaigns of the year hold of these schools (by key) and indicators.
    `kept`: schools with indicators, by key, that are no matter."""
    indicator_keys, school_keys = {indicator.pk for indicator in indicators}, set(schools)
    institute = set(School.objects.filter(code=School.THE_INSTITUTE).values_list("pk", flat=True))
    others = (
        Campaign.objects.filter(year=year, indicators__in=indicator_keys).distinct().order_by("pk")
    )
    held = []
    for other in others:
        both = schools_held(other) & school_keys if other != besides else set()
        twice = [
            indicator
            for indicator in other.indicators.filter(pk__in=indicator_keys)
            for reporting in [
                both & institute if indicator.aggregation == OF_THE_INSTITUTE else both - institute
            ]
            if any((school, indicator.pk) not in kept for school in reporting)
        ]
        if twice:
            begun = Submission.objects.filter(campaign=other, school__in=both)
            held.append(Overlap(other, twice, has_begun=begun.exists()))
    return held


def overlaps_of_terms(
    campaign: Campaign | None,
    *,
    year: int,
    closes_at: datetime,
    indicators: Iterable[Indicator],
    schools: Iterable[School],
) -> list[Overlap]:
    """Returns what another campaign holds of what these terms would have `campaign` hold. What it
    holds as it is stored stays: two that overlap from long ago are renamed, extended, and parted.
    """
    is_to_close = closes_at > timezone.now()
    held = schools_to_hold(campaign, schools, is_to_close=is_to_close)
    kept = set(product(schools_held(campaign), _indicators_of(campaign))) if campaign else set()
    return overlaps(
        year=year,
        indicators=indicators,
        schools=held,
        besides=campaign,
        kept=kept if campaign and campaign.year == year else (),
    )


def overlaps_of_more_time(campaign: Campaign, school: School) -> list[Overlap]:
    """Returns what stands against more time for the school. Where the campaign holds its figures
    already, that is another one only that is not closed for it, or has them submitted."""
    indicators = campaign.indicators.all()
    twice = overlaps(
        year=campaign.year, indicators=indicators, schools=[school.pk], besides=campaign
    )
    is_held = school.pk in schools_held(campaign)
    return [overlap for overlap in twice if not is_held or _locks(overlap.campaign, school)]


def _locks(campaign: Campaign, school: School) -> bool:
    handed_in = [Submission.State.SUBMITTED, Submission.State.VALIDATED]
    submitted = Submission.objects.filter(campaign=campaign, school=school, state__in=handed_in)
    return campaign.closes_at_for(school) > timezone.now() or submitted.exists()


def _indicators_of(campaign: Campaign) -> Iterable[Any]:
    return campaign.indicators.values_list("pk", flat=True)


def schools_held(campaign: Campaign) -> set[Any]:
    """Returns the keys of the schools whose figures the campaign holds."""
    return schools_to_hold(
        campaign, campaign.expected_schools(), is_to_close=campaign.closes_at > timezone.now()
    )


def schools_to_hold(
    campaign: Campaign | None, expected: Iterable[School], *, is_to_close: bool
) -> set[Any]:
    """Returns the same for terms that a campaign is to have, of which none may be stored yet."""
    school_keys = {school.pk for school in expected}
    if campaign is None:
        return school_keys if is_to_close else set()
    begun = Submission.objects.filter(campaign=campaign).values_list("school", flat=True)
    later = Extension.objects.filter(campaign=campaign, closes_at__gt=timezone.now())
    extended = set(later.values_list("school", flat=True))
    return set(begun) | (school_keys if is_to_close else school_keys & extended)
