"""How a campaign filled up: how many of the figures asked for were there at the end of each day.

Read from the versions of the figures, which the database itself writes: what was erased again is
taken off on the day it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from imtplan.campaigns.models import Campaign
from imtplan.campaigns.terms import closings
from indicators.database import ask
from indicators.models import Figure, FigureEvent

A_DAY = timedelta(days=1)

_VERSIONS = FigureEvent._meta.db_table
_VERSION = f"""
            SELECT pgh_obj_id, pgh_created_at, pgh_id,
                   (pgh_label <> 'delete' AND state <> 'not_entered')::int AS said
            FROM {_VERSIONS}"""  # noqa: S608 - table names of our own models
_ASKED = f"""year = %(year)s AND school_id = ANY(%(schools)s) AND indicator_id IN (
            SELECT indicator_id FROM {Campaign.indicators.through._meta.db_table}
            WHERE campaign_id = %(campaign)s
        )"""  # noqa: S608

# By day, figures said less figures erased. Whether a figure is said turns at its first version, at
# one that empties it, and at the one after that: only these are read, each by an index, so that
# what was saved a thousand times costs as much as what was saved once.
_MOVES = f"""
    WITH emptied AS MATERIALIZED (
        {_VERSION} WHERE (pgh_label = 'delete' OR state = 'not_entered') AND {_ASKED}
    ),
    figures AS (
        SELECT id FROM {Figure._meta.db_table} WHERE {_ASKED}
        UNION SELECT pgh_obj_id FROM emptied
    ),
    turns AS (
        SELECT * FROM emptied
        UNION
        SELECT first.* FROM figures CROSS JOIN LATERAL ({_VERSION}
            WHERE pgh_obj_id = figures.id
            ORDER BY pgh_created_at, pgh_id LIMIT 1
        ) AS first
        UNION
        SELECT after.* FROM emptied AS e CROSS JOIN LATERAL ({_VERSION}
            WHERE pgh_obj_id = e.pgh_obj_id
            AND (pgh_created_at, pgh_id) > (e.pgh_created_at, e.pgh_id)
            ORDER BY pgh_created_at, pgh_id LIMIT 1
        ) AS after
    ),
    moves AS (
        SELECT (t.pgh_created_at AT TIME ZONE %(zone)s)::date AS day,
               t.said - coalesce(before.said, 0) AS move
        FROM turns AS t LEFT JOIN LATERAL ({_VERSION}
            WHERE pgh_obj_id = t.pgh_obj_id
            AND (pgh_created_at, pgh_id) < (t.pgh_created_at, t.pgh_id)
            ORDER BY pgh_created_at DESC, pgh_id DESC LIMIT 1
        ) AS before ON true
    )
    SELECT day, sum(move) FROM moves GROUP BY day HAVING sum(move) <> 0 ORDER BY day
"""  # noqa: S608


@dataclass(frozen=True)
class ArrivalDay:
    """At its end, `there` figures were in; it brought `added`, or took away if below zero."""

    day: date
    there: int
    added: int


@dataclass(frozen=True)
class Arrivals:
    """The days on which something came in, between the opening and today or the closing."""

    expected: int
    opens: date
    closes: date
    until: date
    days: Sequence[ArrivalDay]

    @property
    def there(self) -> int:
        return self.days[-1].there if self.days else 0

    @property
    def last(self) -> date:
        """Returns the end of the drawing: the closing, or later where figures still come in."""
        return max(self.closes, self.until)

    @property
    def line(self) -> str:
        """Returns the path of a drawing of 100 by 100: level day by day, up where figures come
        in."""
        steps = [f"H{self._across(day.day)} V{self._height(day.there)}" for day in self.days]
        return " ".join(["M0 100", *steps, f"H{self._across(self.until + A_DAY)}"])

    @property
    def area(self) -> str:
        return f"{self.line} V100 H0 Z"

    @property
    def closes_place(self) -> str:
        return f"{self._across(self.closes + A_DAY)}%"

    def _across(self, day: date) -> str:
        """Returns where that day begins."""
        length = (self.last - self.opens).days + 1
        return f"{min(100, max(0, 100 * (day - self.opens).days / length)):.2f}"

    def _height(self, there: int) -> str:
        share = Decimal(there) / self.expected if self.expected else Decimal(0)
        return f"{100 - 100 * min(share, Decimal(1)):.2f}"


def arrivals(campaign: Campaign, schools: Iterable[int], expected: int) -> Arrivals:
    """Counts those of these schools, in one query. What was there before the opening counts on its
    day."""
    opens = timezone.localdate(campaign.opens_at)
    parameters = {
        "zone": settings.TIME_ZONE,
        "year": campaign.year,
        "schools": list(schools),
        "campaign": campaign.pk,
    }
    moves: dict[date, int] = {}
    for day, added in ask(_MOVES, parameters):
        moves[max(day, opens)] = moves.get(max(day, opens), 0) + int(added)
    closes = closings.last_day(campaign.closes_at)
    # After the closing only extensions and the plan office move figures: those days count too.
    until = max(opens, min(timezone.localdate(), max([closes, *moves])))
    return Arrivals(expected, opens, closes, until, _running(moves))


def _running(moves: dict[date, int]) -> list[ArrivalDay]:
    there, days = 0, []
    for day, added in sorted(moves.items()):
        there += added
        days.append(ArrivalDay(day, there, added))
    return days


def days_late(campaign: Campaign) -> int:
    """Returns whole days since the closing; 0 while the campaign is open or planned."""
    return max(timedelta(0), timezone.now() - campaign.closes_at).days
