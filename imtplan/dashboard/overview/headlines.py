"""The headline indicators of a plan: the first by their rank as cards, the others folded."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from imtplan.dashboard.followed_targets import MOST_SHOWN, FollowedTarget
from imtplan.dashboard.queries import ElementState
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.target_chart import chart_of
from imtplan.dashboard.wording import correction_in_words
from indicators.models import IndicatorLink, ProgressStatus
from indicators.results.corrections import corrections


@dataclass(frozen=True)
class Headline:
    """A headline indicator: its reference target over the years, and its chart."""

    followed: FollowedTarget
    corrections: Sequence[str] = ()  # what was written anew since the figures that count

    @cached_property
    def figure(self) -> dict[str, Any]:
        return chart_of(
            self.followed.indicator, self.followed.years, [self.followed], self.followed.scope
        )


@dataclass(frozen=True)
class FoldedHeadlines:
    """The headline indicators of one objective or lever that have no card."""

    title: str
    address: str
    headlines: Sequence[Headline]

    @property
    def standings(self) -> str:
        """Returns how many have each verdict, the worst first: "2 off track · 1 on track"."""
        counts = Counter(headline.followed.status for headline in self.headlines)
        return " · ".join(
            f"{counts[status]} {status.label}" for status in ProgressStatus if counts[status]
        )


def headlines_of(
    user: Any, scope: Scope, followed_targets: Sequence[FollowedTarget]
) -> list[Headline]:
    """Returns each with what is being corrected of it."""
    indicators = [followed.indicator for followed in followed_targets]
    under_way = corrections(user, scope.view, year=scope.year, indicator__in=indicators).values()
    return [
        Headline(
            followed,
            [
                correction_in_words(correction)
                for correction in under_way
                if correction.indicator == followed.indicator
            ],
        )
        for followed in followed_targets
    ]


def folded(
    headlines: Sequence[Headline],
    objectives: Sequence[ElementState],
    levers: Sequence[ElementState],
    scope: Scope,
) -> list[FoldedHeadlines]:
    """Returns those without a card under the first objective in which they count, else under the
    first lever, in the order of the plan."""
    left = {headline.followed.indicator.pk: headline for headline in headlines[MOST_SHOWN:]}
    if not left:
        return []
    groups = list(_by_element(left, objectives, levers, scope))
    if left:
        title = _("Without an objective or a lever in this plan")
        groups.append(FoldedHeadlines(title, "", list(left.values())))
    return groups


def _by_element(
    left: dict[int, Headline],
    objectives: Sequence[ElementState],
    levers: Sequence[ElementState],
    scope: Scope,
) -> Iterator[FoldedHeadlines]:
    links = IndicatorLink.objects.filter(indicator__in=list(left), weight__gt=0)
    linked = {
        (kind, element, indicator)
        for indicator, *elements in links.values_list("indicator_id", "objective_id", "lever_id")
        for kind, element in zip(("objective", "lever"), elements, strict=True)
    }
    for element in (*objectives, *levers):
        own = [pk for pk in left if (element.element, element.pk, pk) in linked]
        if own:
            address = reverse(element.element, args=[element.code]) + scope.query
            title = f"{element.code} {element.title}"
            yield FoldedHeadlines(title, address, [left.pop(pk) for pk in own])
