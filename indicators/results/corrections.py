"""Corrections under way: figures that are with their school again, or that say something else than
the version that counts. What counts goes on counting until the correction does; pages show both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from indicators.models import CountedFigure, Figure, Indicator


@dataclass(frozen=True)
class Correction:
    """One figure that counts, and what was written since."""

    counted: CountedFigure

    @property
    def figure(self) -> Figure:
        return self.counted.figure

    @property
    def indicator(self) -> Indicator:
        return self.counted.indicator

    @property
    def is_handed_in(self) -> bool:
        """Says whether the school has handed it in: before that it is the school's own affair."""
        return self.figure.status != Figure.Status.DRAFT

    @property
    def number(self) -> Decimal | None:
        """Returns the new number; None before it is handed in, and where a word took its place."""
        return self.figure.number if self.is_handed_in else None


def corrections(
    user: Any, view: str, **where: Any
) -> dict[tuple[int, int | None, int], Correction]:
    """Returns the corrections under way that a person may know of, by indicator, school and year.

    `where` narrows the figures, by the names of their columns.
    """
    figures = CountedFigure.objects.visible_to(user).in_view(view).filter(**where)
    return {
        (row.indicator_id, row.school_id, row.year): Correction(row)
        for row in _written_since(figures)
    }


def _written_since(figures: Any) -> Iterator[CountedFigure]:
    """A figure that was returned is a draft without a new version."""
    is_open = Q(figure__status=Figure.Status.DRAFT) | Q(figure__version__gt=F("version"))
    written = figures.filter(is_open).order_by("indicator", "school__rank", "school__code", "year")
    for row in written.select_related("figure__indicator", "indicator", "school"):
        is_draft = row.figure.status == Figure.Status.DRAFT
        if is_draft or not row.says_the_same_as(row.figure):
            yield row
