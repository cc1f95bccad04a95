"""Every school's figure of every indicator for one year: what was said, how far it counts, and how
it stands. Plain columns and few queries: a matrix has ten thousand cells and more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case, F, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imtplan.accounts.models import School
from imtplan.dashboard.queries import Trend
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_percent
from imtplan.percentages import in_points
from indicators.models import (
    CountedFigure,
    Figure,
    Inapplicability,
    Indicator,
    InstituteValue,
    Progress,
    ProgressStatus,
    VerdictInWords,
    View,
)
from indicators.models.figure import CountedFigureQuerySet
from indicators.results.corrections import corrections


class CellState(models.TextChoices):
    """How far a figure has come, or why there is none. Its sign stands beside each number."""

    VALIDATED = "validated", _("validated")
    CORRECTED = "corrected", _("counts, and is being corrected")
    SUBMITTED = "submitted", _("submitted")
    DRAFT = "draft", _("draft")
    NOT_AVAILABLE = "not_available", _("not available")
    NOT_APPLICABLE = "not_applicable", _("not applicable")
    MISSING = "missing", pgettext_lazy("figure", "missing")

    @property
    def sign(self) -> str:
        """The fuller the circle, the more it counts; the words stand for themselves."""
        signs = {
            CellState.VALIDATED: "●",
            CellState.CORRECTED: "✎",
            CellState.SUBMITTED: "◐",
            CellState.DRAFT: "○",
        }
        return signs.get(self, "")


class ReportedFigure(NamedTuple):
    """What one school said of one indicator and year."""

    state: str
    status: str
    number: Decimal | None


class Pace(NamedTuple):
    """What a school's own target makes of its figure."""

    status: str
    pace: Decimal | None
    would_be: str = ""

    @property
    def verdict(self) -> VerdictInWords:
        return VerdictInWords.of(self)


NOTHING = ReportedFigure(Figure.State.NOT_ENTERED, Figure.Status.DRAFT, None)
EXCUSED = ReportedFigure(Figure.State.NOT_APPLICABLE, Figure.Status.VALIDATED, None)
Key = tuple[int, int]  # indicator, school


class MatrixCell(NamedTuple):
    figure: ReportedFigure
    baseline: Decimal | None = None
    pace: Pace | None = None  # only where the school has a target of its own
    is_being_corrected: bool = False

    @property
    def state(self) -> CellState:
        if self.figure.state == Figure.State.NOT_ENTERED:
            return CellState.MISSING
        if self.figure.state == Figure.State.NUMBER:
            return CellState.CORRECTED if self.is_being_corrected else CellState(self.figure.status)
        return CellState(self.figure.state)

    @property
    def trend(self) -> Trend | None:
        """Says where the figure went since the baseline. It is no verdict: nothing was promised."""
        if self.pace or self.figure.number is None or self.baseline is None:
            return None
        moved = self.figure.number - self.baseline
        return Trend.UP if moved > 0 else Trend.DOWN if moved < 0 else Trend.LEVEL

    def change(self, words: Wording, *, is_ratio: bool) -> str:
        """Returns the change since the baseline: in percent; in its own unit for a ratio, and from
        zero or less. Of percentages the difference is in points."""
        if self.figure.number is None or self.baseline is None:
            return ""
        moved = self.figure.number - self.baseline
        if words.is_percentage:
            return in_points(moved, decimals=max(1, words.decimals))
        if is_ratio or self.baseline <= 0:
            return words.with_unit(round(moved, max(1, words.decimals)), sign=True)
        return format_percent(moved / self.baseline, language=words.language, decimals=0, sign=True)


@dataclass(frozen=True)
class Matrix:
    """The cells of some indicators and schools, and how much of them counts in the view."""

    figures: Mapping[Key, ReportedFigure]
    baselines: Mapping[Key, Decimal]
    paces: Mapping[Key, Pace]
    totals: Mapping[int, InstituteValue]
    counted: frozenset[Key]  # of the figures that count in the view
    corrected: frozenset[Key]  # of those, the ones that were written anew since

    def cell(self, indicator: int, school: int) -> MatrixCell:
        key = (indicator, school)
        return MatrixCell(
            self.figures.get(key, NOTHING),
            self.baselines.get(key),
            self.paces.get(key),
            key in self.corrected,
        )

    def is_missing(self, indicator: int, school: int) -> bool:
        """Nobody said a number or a word yet."""
        return self.figures.get((indicator, school), NOTHING).state == Figure.State.NOT_ENTERED

    def coverage(self, indicators: Iterable[int], school: int) -> tuple[int, int]:
        """Counts the indicators that have a number that counts, and those that apply."""
        keys = [(indicator, school) for indicator in indicators]
        counting = [self.figures[key].state for key in keys if key in self.counted]
        excused = counting.count(Figure.State.NOT_APPLICABLE)
        return counting.count(Figure.State.NUMBER), len(keys) - excused


# A ratio is made of its parts, as `Figure.number` makes it.
_NUMBER = Case(
    When(denominator__gt=0, then=F("numerator") * F("indicator__scale") / F("denominator")),
    default=F("value"),
    output_field=models.DecimalField(max_digits=48, decimal_places=10),
)


def read_matrix(
    user: Any, scope: Scope, indicators: Sequence[Indicator], schools: Sequence[School]
) -> Matrix:
    """Reads all in seven queries. For the institute's people, who see every school.

    Where no version of a figure counts, its latest is shown, with how far it has come.
    """
    here = Q(indicator__in=indicators, school__in=schools)
    written = Figure.objects.visible_to(user).filter(here, year=scope.year)
    figures = CountedFigure.objects.visible_to(user).filter(here)
    counted = _figures(figures.in_view(scope.view).filter(year=scope.year))
    under_way = corrections(user, scope.view, year=scope.year, indicator__in=indicators)
    figures_shown = _figures(written) | counted
    excused = _excused(user, here, scope.year, figures_shown)
    totals = InstituteValue.objects.visible_to(user).filter(year=scope.year, view=scope.view)
    return Matrix(
        figures=figures_shown | excused,
        baselines=_baselines(figures, scope),
        paces=_paces(user, scope, schools),
        totals={total.indicator_id: total for total in totals.filter(indicator__in=indicators)},
        counted=frozenset(counted | excused),
        corrected=frozenset((i, s) for i, s, _year in under_way if s),
    )


def _figures(figures: QuerySet[Any]) -> dict[Key, ReportedFigure]:
    rows = figures.annotate(made=_NUMBER).order_by()
    columns = rows.values_list("indicator_id", "school_id", "state", "status", "made")
    return {(i, s): ReportedFigure(state, status, made) for i, s, state, status, made in columns}


def _excused(
    user: Any, here: Q, year: int, figures: Mapping[Key, ReportedFigure]
) -> dict[Key, ReportedFigure]:
    """Returns the cells that the plan office declared not applicable, where there is no number."""
    rows = Inapplicability.objects.visible_to(user).covering(year).filter(here)
    keys = rows.values_list("indicator", "school")
    return {key: EXCUSED for key in keys if figures.get(key, NOTHING).state != Figure.State.NUMBER}


def _baselines(figures: CountedFigureQuerySet, scope: Scope) -> dict[Key, Decimal]:
    """Returns the validated numbers of the baseline year; none in that year itself."""
    if scope.year == scope.plan.baseline_year:
        return {}
    validated = figures.in_view(View.VALIDATED).filter(
        year=scope.plan.baseline_year, state=Figure.State.NUMBER
    )
    rows = validated.annotate(made=_NUMBER).order_by()
    columns = rows.values_list("indicator_id", "school_id", "made")
    return {(i, s): made for i, s, made in columns}


def _paces(user: Any, scope: Scope, schools: Sequence[School]) -> dict[Key, Pace]:
    """Returns the pace toward each school's own target of this plan; of several, the last to come
    due. What is not counted in the view gets no verdict."""
    rows = (
        Progress.objects.visible_to(user)
        .filter(year=scope.year, view=scope.view, target__plan=scope.plan)
        .filter(target__school__in=schools, target__archived_at=None)
        .exclude(status=ProgressStatus.NO_DATA)
        .order_by("target__year", "target__code")
        .values_list("target__indicator_id", "target__school_id", "status", "pace", "would_be")
    )
    return {(i, s): Pace(ProgressStatus(status), *more) for i, s, status, *more in rows}
