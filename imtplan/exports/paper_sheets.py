"""What stands on each sheet of paper: the page's own object, and what its foot says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from imtplan.dashboard.element.page import ElementPage, element_page
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.history.snapshot_content import SnapshotContent
from imtplan.dashboard.indicator.page import IndicatorPage, indicator_page
from imtplan.dashboard.matrix.page import MatrixColumn, MatrixPage, RowGroup
from imtplan.dashboard.matrix.tables import MATRIX
from imtplan.dashboard.overview.headlines import Headline
from imtplan.dashboard.overview.page import DashboardPage
from imtplan.dashboard.overview.tables import DASHBOARD
from imtplan.dashboard.school.page import SchoolPage, school_page
from imtplan.dashboard.school.schools_page import SchoolsPage, schools_of
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.series_breaks import break_in_words
from imtplan.dashboard.tabled_pages import is_demonstration, moment_of
from imtplan.dashboard.wording import Wording, moment_in_words
from imtplan.exports.chart_drawing import drawn
from indicators.models import CountedFigure, Figure, Indicator, Snapshot, View

# In the units of the drawing, of which the sheet's style makes millimetres.
SMALL, LARGE = (330, 200), (660, 250)
# As many schools as stand side by side on A4 landscape; those that remain follow below.
ABREAST = 9


def perimeter_of(year: int, view: str) -> str:
    if view == View.PROVISIONAL:
        return _("year %(year)s, provisional figures") % {"year": year}
    return _("year %(year)s, validated figures") % {"year": year}


@dataclass(frozen=True)
class PaperSheet:
    """What every sheet of paper says of itself, in its head and its foot."""

    title: str
    plan: str
    perimeter: str
    data_at: datetime | None
    is_demonstration: bool

    @property
    def made_at(self) -> datetime:
        return timezone.now()

    @property
    def foot(self) -> str:
        data = _("data of %(moment)s") % {"moment": moment_in_words(self.data_at)}
        return f"{self.plan} · {self.perimeter} · {data}"


def _sheet(title: str, scope: Scope, freshness: Freshness) -> dict[str, Any]:
    return {
        "title": title,
        "plan": scope.plan_name,
        "perimeter": perimeter_of(scope.year, scope.view),
        "data_at": moment_of(scope, freshness),
        "is_demonstration": is_demonstration(),
    }


def source_of_figures(user: Any, indicator: Indicator, scope: Scope) -> str:
    """Says where the figures of the page's year come from; empty where there are none.

    A published figure has a source of its own; what people entered has its way of entry.
    """
    counted = CountedFigure.objects.visible_to(user).in_view(scope.view)
    counted = counted.filter(indicator=indicator, year=scope.year, state=Figure.State.NUMBER)
    pairs = counted.order_by("source", "origin").values_list("source", "origin").distinct()
    texts = [source or str(Figure.Origin(origin).label) for source, origin in pairs]
    parts = {"year": scope.year, "source": "; ".join(dict.fromkeys(texts))}
    return _("Source of the figures of %(year)s: %(source)s") % parts if texts else ""


# --- The pages ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DrawnHeadline:
    """A headline indicator with its chart drawn."""

    headline: Headline
    source: str

    @cached_property
    def drawing(self) -> SafeString:
        name = self.headline.followed.indicator.name
        alternative = _("%(name)s, year by year, and the path to its target") % {"name": name}
        return drawn(self.headline.figure, alternative, size=SMALL)

    @property
    def breaks_in_words(self) -> list[str]:
        indicator = self.headline.followed.indicator
        words = Wording.of(indicator)
        return [break_in_words(row, words) for row in indicator.breaks_in_force]


@dataclass(frozen=True)
class DashboardSheet(PaperSheet):
    page: DashboardPage
    reader: Any
    schools: SchoolsPage

    @cached_property
    def headlines(self) -> list[DrawnHeadline]:
        """Returns those that have a card; the table of what was promised has all of them."""
        return [DrawnHeadline(headline, self._source(headline)) for headline in self.page.cards]

    def _source(self, headline: Headline) -> str:
        return source_of_figures(self.reader, headline.followed.indicator, self.page.scope)


@dataclass(frozen=True)
class IndicatorSheet(PaperSheet):
    page: IndicatorPage
    source: str

    @property
    def drawing(self) -> SafeString | None:
        if self.page.chart is None:
            return None
        alternative = _("%(name)s, year by year, and the path to each target") % {
            "name": self.title
        }
        return drawn(self.page.chart, alternative, size=LARGE)


@dataclass(frozen=True)
class SchoolSheet(PaperSheet):
    page: SchoolPage


@dataclass(frozen=True)
class ElementSheet(PaperSheet):
    page: ElementPage


@dataclass(frozen=True)
class MatrixPart:
    """The schools that stand side by side, with their rows."""

    columns: Sequence[MatrixColumn]
    groups: Sequence[RowGroup]


@dataclass(frozen=True)
class MatrixSheet(PaperSheet):
    page: MatrixPage

    @property
    def parts(self) -> list[MatrixPart]:
        """Returns about as many schools in each, so that the last is not left alone."""
        columns = self.page.columns
        count = ceil(len(columns) / ABREAST)
        step = ceil(len(columns) / max(1, count))
        chunks = [columns[number * step : (number + 1) * step] for number in range(count)]
        return [MatrixPart(chunk, self.page.rows_of(chunk)) for chunk in chunks]

    @property
    def chosen(self) -> str:
        """Returns what the page was narrowed to, in words."""
        page, choice = self.page, self.page.choice
        chosen = [group.title for group in page.shown_groups if choice.group]
        chosen += [school.name for school in page.schools if school.code == choice.school]
        chosen += [indicator.name for indicator in page.indicators if choice.indicator]
        chosen += [_("only what is missing")] if choice.only_missing else []
        return " · ".join(chosen)


@dataclass(frozen=True)
class SnapshotSheet(PaperSheet):
    snapshot: Snapshot
    frozen: SnapshotContent


def dashboard(user: Any, subject: str, parameters: Mapping[str, str]) -> DashboardSheet:
    page = DASHBOARD.page(user, parameters)
    schools = schools_of(user, page.scope, page.plans, page.followed_targets, page.freshness)
    about = _sheet(page.scope.plan_name, page.scope, page.freshness)
    return DashboardSheet(**about, page=page, reader=user, schools=schools)


def indicator(user: Any, subject: str, parameters: Mapping[str, str]) -> IndicatorSheet:
    page = indicator_page(user, subject, parameters, Freshness.read())
    about = _sheet(page.indicator.name, page.scope, page.freshness)
    source = source_of_figures(user, page.indicator, page.scope)
    return IndicatorSheet(**about, page=page, source=source)


def school(user: Any, subject: str, parameters: Mapping[str, str]) -> SchoolSheet:
    page = school_page(user, subject, parameters, Freshness.read())
    return SchoolSheet(**_sheet(page.school.name, page.scope, page.freshness), page=page)


def element(kind: str) -> Callable[[Any, str, Mapping[str, str]], ElementSheet]:
    """Returns what makes the sheet of an objective or of a lever."""

    def sheet(user: Any, subject: str, parameters: Mapping[str, str]) -> ElementSheet:
        page = element_page(user, kind, subject, parameters, Freshness.read())
        title = f"{page.element.code} {page.element.title}".strip()
        return ElementSheet(**_sheet(title, page.scope, page.freshness), page=page)

    return sheet


def matrix(user: Any, subject: str, parameters: Mapping[str, str]) -> MatrixSheet:
    page = MATRIX.page(user, parameters)
    title = _("Indicators and schools, %(year)s") % {"year": page.scope.year}
    return MatrixSheet(**_sheet(title, page.scope, page.freshness), page=page)


def snapshot(user: Any, subject: str, parameters: Mapping[str, str]) -> SnapshotSheet:
    """Reads the snapshot's own text alone, whatever has happened since."""
    taken = get_object_or_404(Snapshot.objects.visible_to(user), pk=int(subject))
    frozen = SnapshotContent(taken.parsed_content)
    return SnapshotSheet(
        title=taken.title,
        plan=frozen.plan.name,
        perimeter=perimeter_of(taken.year, taken.view),
        data_at=taken.taken_at,
        is_demonstration=is_demonstration(),
        snapshot=taken,
        frozen=frozen,
    )
