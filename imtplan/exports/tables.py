"""The tables of the dashboard's pages as rows for a spreadsheet: the page's own rows, its own
filter, every number with its digits."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.indicator.page import indicator_page
from imtplan.dashboard.overview.page import DashboardPage
from imtplan.dashboard.queries import ElementState, ProjectGroup
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.target_courses import Course, YearRow
from imtplan.exports.sheets import board_of, data_of, is_demonstration, said_at
from imtplan.rest import rounded
from imtplan.spreadsheets import Column, ColumnType
from indicators.models import Indicator, View

DIGITS = 10  # as the API gives them
Label = Any


@dataclass(frozen=True)
class PageTable:
    """A table, and the lines that say of what it speaks."""

    name: str
    year: int
    title: str
    columns: Sequence[Column]
    rows: Iterable[Any]
    about: Sequence[tuple[str, str]]


def about(scope: Scope, pulse: Pulse) -> list[tuple[str, str]]:
    """Plan, year, view, moment: what the address of the page asked for, in words."""
    views = {View.VALIDATED: _("Validated"), View.PROVISIONAL: _("Provisional")}
    lines = [
        (_("Plan"), scope.plan.name),
        (_("Year"), str(scope.year)),
        (_("Figures that count"), views[View(scope.view)]),
        (_("Computed on"), said_at(data_of(scope, pulse))),
    ]
    if scope.moment:
        lines.append((_("As known on"), said_at(scope.moment)))
    if is_demonstration():
        lines.append((_("Warning"), _("Demonstration data, fictitious figures")))
    return lines


# --- Columns --------------------------------------------------------------------------------------


def number(key: str, label: Label, read: Callable[[Any], Decimal | int | None]) -> Column:
    def digits(row: Any) -> Any:
        value = read(row)
        return rounded(value, DIGITS) if isinstance(value, Decimal) else value

    return Column(key, label, digits, ColumnType.NUMBER)


def text(key: str, label: Label, read: Callable[[Any], Any]) -> Column:
    return Column(key, label, lambda row: read(row) or None)


@dataclass(frozen=True)
class IndicatorYear:
    """A year of an indicator, as its table has it."""

    indicator: Indicator
    row: YearRow
    course: Course | None = None

    def stored(self, name: str) -> Decimal | None:
        return getattr(self.row.year.progress, name, None)

    @property
    def target_code(self) -> str:
        return self.course.target.code if self.course else ""

    @property
    def target_value(self) -> Decimal | None:
        return self.course.target_value if self.course else None


def _stored(key: str, label: Label) -> Column:
    return number(key, label, lambda row: row.stored(key))


YEARS = [
    text("indicator", gettext_lazy("Indicator code"), lambda row: row.indicator.code),
    text("name", gettext_lazy("Indicator"), lambda row: row.indicator.name),
    text("unit", gettext_lazy("Unit"), lambda row: row.indicator.unit),
    number("year", gettext_lazy("Year"), lambda row: row.row.year.year),
    number("value", gettext_lazy("Value"), lambda row: row.row.year.value),
    text(
        "is_estimate",
        gettext_lazy("What the value is"),
        lambda row: row.row.year.nature and str(row.row.year.nature.label),
    ),
    number(
        "expected_value",
        gettext_lazy("Expected by the trajectory"),
        lambda row: row.row.year.expected_value,
    ),
    _stored("gap", gettext_lazy("Gap")),
    _stored("progress", gettext_lazy("Progress")),
    number(
        "expected_progress",
        gettext_lazy("Expected progress"),
        lambda row: row.row.year.expected_share,
    ),
    _stored("pace", gettext_lazy("Pace")),
    _stored("needed_per_year", gettext_lazy("Change needed, per year")),
    _stored("needed_rate", gettext_lazy("Growth needed, per year")),
    _stored("achieved_per_year", gettext_lazy("Change so far, per year")),
    _stored("achieved_rate", gettext_lazy("Growth so far, per year")),
    _stored("forecast", gettext_lazy("Forecast")),
    _stored("forecast_low", gettext_lazy("Forecast, low end")),
    _stored("forecast_high", gettext_lazy("Forecast, high end")),
    number("reported", gettext_lazy("Schools that reported"), lambda row: row.row.year.reported),
    number("expected", gettext_lazy("Schools expected"), lambda row: row.row.year.expected_schools),
    text("status", gettext_lazy("Status"), lambda row: row.row.year.verdict.text),
    text("target", gettext_lazy("Target code"), lambda row: row.target_code),
    number("target_value", pgettext_lazy("a number", "Target"), lambda row: row.target_value),
]

KINDS_OF_ELEMENTS = {
    "plan": gettext_lazy("Plan"),
    "objective": gettext_lazy("Objective"),
    "lever": gettext_lazy("Lever"),
}
ELEMENTS = [
    text("kind", gettext_lazy("Kind"), lambda row: str(KINDS_OF_ELEMENTS[row.element])),
    text("code", gettext_lazy("Code"), lambda row: row.code),
    text("title", gettext_lazy("Title"), lambda row: row.title),
    number("progress", gettext_lazy("Progress"), lambda row: row.standing.share),
    number("expected", gettext_lazy("Expected progress"), lambda row: row.standing.expected_share),
    number("gap", gettext_lazy("Gap"), lambda row: row.standing.gap),
    number("before", gettext_lazy("Progress a year earlier"), lambda row: row.before),
    number(
        "coverage",
        gettext_lazy("Share of the weight with data"),
        lambda row: row.standing.coverage,
    ),
    text("status", gettext_lazy("Status"), lambda row: row.verdict.text),
]

PROJECTS = [
    text("code", gettext_lazy("Code"), lambda row: row.code),
    text("title", gettext_lazy("Title"), lambda row: row.title if row.is_named else ""),
    text("status", gettext_lazy("Status"), lambda row: row.verdict.text),
    number("progress", gettext_lazy("Progress"), lambda row: row.standing.share),
    number("expected", gettext_lazy("Expected progress"), lambda row: row.standing.expected_share),
    number("milestones", gettext_lazy("Milestones"), lambda row: row.row.milestones_all),
    number("done", gettext_lazy("Milestones done"), lambda row: row.row.milestones_done),
    number("late", gettext_lazy("Milestones late"), lambda row: row.row.milestones_late),
    text(
        "declared",
        gettext_lazy("Declared by the leader"),
        lambda row: str(row.declared.label) if row.declared else "",
    ),
    Column(
        "declared_on", gettext_lazy("Declared on"), lambda row: row.row.declared_on, ColumnType.TIME
    ),
]

DECISIONS = [
    text("kind", gettext_lazy("Why"), lambda row: str(row.kind.label)),
    text("subject", gettext_lazy("What"), lambda row: row.subject),
    text("said", gettext_lazy("What is said of it"), lambda row: row.said),
]


def _entered_by(row: Any) -> str:
    if not row.given:
        return ""
    return row.given.author


INPUTS = [
    text("school", gettext_lazy("School"), lambda row: row.source.name),
    number("year", gettext_lazy("Year"), lambda row: row.source.year),
    number("figure", gettext_lazy("Figure"), lambda row: row.source.number),
    text("use", gettext_lazy("In the calculation"), lambda row: row.use),
    text("carried", gettext_lazy("Carried forward"), lambda row: row.carried),
    text(
        "state",
        pgettext_lazy("of a figure", "State"),
        lambda row: row.source.figure.get_status_display() if row.source.counts else row.why,
    ),
    text("entered_by", gettext_lazy("Entered by"), _entered_by),
    Column(
        "entered_at",
        gettext_lazy("Entered on"),
        lambda row: row.given.entered_at if row.given else None,
        ColumnType.TIME,
    ),
]


# --- Tables ---------------------------------------------------------------------------------------


def _years(page: DashboardPage) -> Iterator[IndicatorYear]:
    for course in page.courses:
        for row in course.table:
            yield IndicatorYear(course.indicator, row, course)


def _campaign(page: DashboardPage) -> Iterator[IndicatorYear]:
    """What the running campaign has brought so far, not yet validated: beside the page's year."""
    for course in page.campaign.courses if page.campaign else ():
        yield IndicatorYear(course.indicator, course.now_row, course)


def _elements(page: DashboardPage) -> Iterator[Any]:
    plan = page.scope.plan
    yield ElementState(
        "plan", plan.pk, plan.code, plan.name_fr, plan.name_en, 0, False, page.standing, None
    )
    yield from page.objectives
    yield from page.levers


def _projects(groups: Iterable[ProjectGroup]) -> Iterator[Any]:
    for group in groups:
        yield from (*group.named, *group.unnamed)


OF_THE_DASHBOARD: Mapping[str, tuple[Label, Sequence[Column], Callable[[Any], Iterable[Any]]]] = {
    "indicateurs": (gettext_lazy("Headline indicators"), YEARS, _years),
    "campagne": (gettext_lazy("Campaign, provisional figures"), YEARS, _campaign),
    "objectifs-et-leviers": (gettext_lazy("Objectives and levers"), ELEMENTS, _elements),
    "projets": (gettext_lazy("Flagship projects"), PROJECTS, lambda page: _projects(page.board)),
    "decisions": (
        gettext_lazy("What needs a decision"),
        DECISIONS,
        lambda page: page.agenda.all,
    ),
}
OF_AN_INDICATOR: Mapping[str, tuple[Label, Sequence[Column], Callable[[Any], Iterable[Any]]]] = {
    "annees": (
        gettext_lazy("Year by year"),
        YEARS,
        lambda page: (IndicatorYear(page.indicator, row, page.reference) for row in page.rows),
    ),
    "ecoles": (
        gettext_lazy("Schools’ figures"),
        INPUTS,
        lambda page: page.value.inputs if page.value else (),
    ),
}


def of_the_dashboard(user: Any, name: str, asked: Mapping[str, str]) -> PageTable:
    """404 for a table that the page does not have."""
    label, columns, rows = _known(OF_THE_DASHBOARD, name)
    page = board_of(user, asked)
    said = about(page.scope, page.pulse)
    return PageTable(name, page.scope.year, str(label), columns, list(rows(page)), said)


def of_an_indicator(user: Any, code: str, name: str, asked: Mapping[str, str]) -> PageTable:
    label, columns, rows = _known(OF_AN_INDICATOR, name)
    page = indicator_page(user, code, asked, Pulse.take())
    heading = pgettext("a heading", "Indicator"), f"{page.indicator.name} ({page.indicator.unit})"
    said = [heading, *about(page.scope, page.pulse)]
    return PageTable(f"{code}-{name}", page.scope.year, str(label), columns, list(rows(page)), said)


def _known(tables: Mapping[str, Any], name: str) -> Any:
    if name not in tables:
        raise Http404
    return tables[name]
