"""The tables of the pages beside the dashboard: what each shows, narrowed as its address is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.accounts.models import School
from imtplan.campaigns.arrivals import arrivals
from imtplan.campaigns.completeness import SchoolRow, total
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.queue import campaign_asked, queue_of
from imtplan.dashboard.element.page import ElementPage, element_page
from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.matrix.cells import MatrixCell
from imtplan.dashboard.matrix.page import IndicatorGroup, MatrixPage
from imtplan.dashboard.projects.page import ProjectsPage, projects_page
from imtplan.exports.school_tables import of_the_schools
from imtplan.exports.sheets import is_demonstration, matrix_of
from imtplan.exports.tables import PROJECTS, PageTable, about, number, text
from imtplan.spreadsheets import Column, ColumnType
from indicators.models import Indicator, InstituteValue


def _day(key: str, label: Any, read: Callable[[Any], Any]) -> Column:
    return Column(key, label, read, ColumnType.TIME)


# --- An objective or a lever ----------------------------------------------------------------------

PULLS = [
    text("name", gettext_lazy("Indicator or project"), lambda row: row.item.name),
    text("unit", gettext_lazy("Unit"), lambda row: _course(row, "indicator.unit")),
    number("value", gettext_lazy("Value"), lambda row: _course(row, "now.value")),
    number(
        "reported", gettext_lazy("Schools that reported"), lambda row: _course(row, "now.reported")
    ),
    number(
        "schools",
        gettext_lazy("Schools expected"),
        lambda row: _course(row, "now.expected_schools"),
    ),
    number("progress", gettext_lazy("Progress"), lambda row: row.item.share),
    number("expected", gettext_lazy("Expected progress"), lambda row: row.item.expected_share),
    text("status", gettext_lazy("Status"), lambda row: row.item.verdict.text),
    number("weight", gettext_lazy("Weight"), lambda row: row.item.weight),
    number(
        "points",
        gettext_lazy("Effect, in points"),
        lambda row: None if row.amount is None else row.amount * 100,
    ),
]


def _course(row: Any, path: str) -> Any:
    """Of the indicator's way to its target; a project has none, nor an indicator without one."""
    found = row.item.course
    for name in path.split(".") if found else ():
        found = getattr(found, name)
    return found


STANDINGS = [
    number("year", gettext_lazy("Year"), lambda row: row.year),
    number("progress", gettext_lazy("Progress"), lambda row: row.standing.share),
    number("expected", gettext_lazy("Expected progress"), lambda row: row.standing.expected_share),
    number("gap", gettext_lazy("Gap"), lambda row: row.standing.gap),
    number(
        "coverage",
        gettext_lazy("Share of the weight with data"),
        lambda row: row.standing.coverage,
    ),
    text("status", gettext_lazy("Status"), lambda row: row.standing.verdict.text),
]

OF_AN_ELEMENT: Mapping[str, tuple[Any, list[Column], Callable[[ElementPage], Iterable[Any]]]] = {
    "effets": (gettext_lazy("What holds it back"), PULLS, lambda page: page.pulls),
    "annees": (gettext_lazy("Year by year"), STANDINGS, lambda page: page.years),
}


def of_an_element(
    user: Any, kind: str, code: str, name: str, asked: Mapping[str, str]
) -> PageTable:
    """404 for a table that the page does not have."""
    if name not in OF_AN_ELEMENT:
        raise Http404
    label, columns, rows = OF_AN_ELEMENT[name]
    page = element_page(user, kind, code, asked, Pulse.take())
    heading = {"objective": _("Objective"), "lever": _("Lever")}[kind]
    said = [(heading, f"{page.element.code} {page.element.title}"), *about(page.scope, page.pulse)]
    return PageTable(f"{code}-{name}", page.scope.year, str(label), columns, list(rows(page)), said)


# --- The matrix -----------------------------------------------------------------------------------


class MatrixLine(NamedTuple):
    """An indicator with the cells of all schools."""

    group: IndicatorGroup
    indicator: Indicator
    cells: Mapping[int, MatrixCell]  # by school
    total: InstituteValue | None


class MatrixFigure(NamedTuple):
    """What one school said of one indicator."""

    line: MatrixLine
    school: School
    cell: MatrixCell
    year: int


INDICATOR = [
    text("group", gettext_lazy("Objective or theme"), lambda row: row.group.title),
    text("indicator", gettext_lazy("Indicator code"), lambda row: row.indicator.code),
    text("name", gettext_lazy("Indicator"), lambda row: row.indicator.name),
    text("unit", gettext_lazy("Unit"), lambda row: row.indicator.unit),
]
INSTITUTE = [
    number("institute", gettext_lazy("Institute"), lambda row: row.total and row.total.shown),
    text(
        "is_estimate",
        gettext_lazy("What the value is"),
        lambda row: row.total and row.total.nature and str(row.total.nature.label),
    ),
    number(
        "reported",
        gettext_lazy("Schools that reported"),
        lambda row: row.total and row.total.reported,
    ),
    number(
        "expected", gettext_lazy("Schools expected"), lambda row: row.total and row.total.expected
    ),
]
FIGURES = [
    *(Column(one.key, one.label, lambda row, of=one.read: of(row.line)) for one in INDICATOR),
    text("school_code", gettext_lazy("School code"), lambda row: row.school.code),
    text("school", gettext_lazy("School"), lambda row: row.school.name),
    number("year", gettext_lazy("Year"), lambda row: row.year),
    number("figure", gettext_lazy("Figure"), lambda row: row.cell.said.number),
    text("state", pgettext_lazy("of a figure", "State"), lambda row: str(row.cell.state.label)),
    number("baseline", gettext_lazy("Baseline"), lambda row: row.cell.baseline),
    number("pace", gettext_lazy("Pace"), lambda row: row.cell.pace and row.cell.pace.pace),
    text(
        "status",
        gettext_lazy("Status"),
        lambda row: row.cell.pace.verdict.text if row.cell.pace else "",
    ),
]


def _lines(page: MatrixPage) -> Iterator[MatrixLine]:
    schools = [column.school.pk for column in page.columns]
    for part in page.row_groups:
        for row in part.rows:
            cells = {pk: page.matrix.cell(row.indicator.pk, pk) for pk in schools}
            yield MatrixLine(part.group, row.indicator, cells, row.total)


def _of_school(school: School) -> Column:
    return number(school.code, school.name, lambda row: row.cells[school.pk].said.number)


def _wide(page: MatrixPage) -> tuple[list[Column], list[Any]]:
    schools = [_of_school(column.school) for column in page.columns]
    return [*INDICATOR, *schools, *INSTITUTE], list(_lines(page))


def _long(page: MatrixPage) -> tuple[list[Column], list[Any]]:
    schools = [column.school for column in page.columns]
    told = [
        MatrixFigure(line, school, line.cells[school.pk], page.scope.year)
        for line in _lines(page)
        for school in schools
    ]
    return FIGURES, told


OF_THE_MATRIX = {
    "ecoles": (gettext_lazy("One column for each school"), _wide),
    "valeurs": (gettext_lazy("One line for each figure"), _long),
}


def of_the_matrix(user: Any, name: str, asked: Mapping[str, str]) -> PageTable:
    if name not in OF_THE_MATRIX:
        raise Http404
    label, read = OF_THE_MATRIX[name]
    page = matrix_of(user, asked)
    columns, rows = read(page)
    said = about(page.scope, page.pulse)
    return PageTable(f"matrice-{name}", page.scope.year, str(label), columns, rows, said)


# --- Projects -------------------------------------------------------------------------------------

MILESTONES = [
    text("project", gettext_lazy("Project code"), lambda row: row.milestone.project.code),
    text("title", gettext_lazy("Milestone"), lambda row: row.milestone.title),
    _day("due_on", gettext_lazy("Due on"), lambda row: row.milestone.due_on),
    _day("done_on", gettext_lazy("Done on"), lambda row: row.milestone.done_on),
    number("weight", gettext_lazy("Weight"), lambda row: row.milestone.weight),
    text("state", pgettext_lazy("of a milestone", "State"), lambda row: str(row.state.label)),
]


def _marks(page: ProjectsPage) -> list[Any]:
    return [mark for track in page.tracks for mark in track.marks]


OF_THE_PROJECTS: Mapping[str, tuple[Any, list[Column], Callable[[ProjectsPage], list[Any]]]] = {
    "projets": (
        gettext_lazy("Flagship projects"),
        PROJECTS,
        lambda page: [one.project for one in page.projects],
    ),
    "jalons": (gettext_lazy("Milestones"), MILESTONES, _marks),
}


def of_the_projects(user: Any, name: str, asked: Mapping[str, str]) -> PageTable:
    if name not in OF_THE_PROJECTS:
        raise Http404
    label, columns, rows = OF_THE_PROJECTS[name]
    page = projects_page(user, asked, Pulse.take())
    if page is None:
        raise Http404
    said = about(page.scope, page.pulse)
    return PageTable(name, page.scope.year, str(label), columns, rows(page), said)


# --- A campaign -----------------------------------------------------------------------------------

SCHOOLS = [
    text("school_code", gettext_lazy("School code"), lambda row: row.school.code),
    text("school", gettext_lazy("School"), lambda row: row.school.name),
    text("state", pgettext_lazy("of a submission", "State"), lambda row: str(row.state.label)),
    number("expected", gettext_lazy("Figures asked for"), lambda row: row.completeness.expected),
    number("numbers", gettext_lazy("Numbers given"), lambda row: row.completeness.numbers),
    number("words", gettext_lazy("Words given"), lambda row: row.completeness.words),
    number("missing", gettext_lazy("Figures missing"), lambda row: row.completeness.missing),
    text("is_late", pgettext_lazy("school", "late"), lambda row: _("yes") if row.is_late else ""),
    _day("submitted_at", gettext_lazy("Submitted"), lambda row: row.submission.submitted_at),
    _day(
        "decided_at", gettext_lazy("Validated or returned"), lambda row: row.submission.decided_at
    ),
]
DAYS = [
    _day("day", gettext_lazy("Day"), lambda row: row.day),
    number("added", gettext_lazy("Figures that came in"), lambda row: row.added),
    number("there", gettext_lazy("Figures there at its end"), lambda row: row.there),
]


def _days(campaign: Campaign, rows: list[SchoolRow]) -> list[Any]:
    expected = total(row.completeness for row in rows).expected
    return list(arrivals(campaign, [row.school.pk for row in rows], expected).days)


def of_a_campaign(user: Any, name: str, asked: Mapping[str, str]) -> PageTable:
    """The schools in the state that the page was narrowed to; the days are those of all schools."""
    found = Campaign.objects.visible_to(user).select_related("plan").order_by("-year", "-pk")
    campaigns = list(found)
    if name not in ("ecoles", "jours") or not campaigns:
        raise Http404
    campaign, state = campaign_asked(campaigns, asked.get("year", "")), asked.get("state", "")
    rows = queue_of(campaign)
    said = _about_campaign(campaign)
    if name == "jours":
        days = _days(campaign, rows)
        return PageTable("saisies-jours", campaign.year, _("Day by day"), DAYS, days, said)
    rows = [row for row in rows if state in ("", row.state)]
    return PageTable("saisies-ecoles", campaign.year, _("Schools"), SCHOOLS, rows, said)


def _about_campaign(campaign: Campaign) -> list[tuple[str, str]]:
    lines = [
        (_("Plan"), campaign.plan.name),
        (pgettext("a heading", "Campaign"), str(campaign.year)),
    ]
    if is_demonstration():
        lines.append((_("Warning"), _("Demonstration data, fictitious figures")))
    return lines


OF_A_PAGE: Mapping[str, Callable[[Any, str, Mapping[str, str]], PageTable]] = {
    "ecoles": of_the_schools,
    "matrice": of_the_matrix,
    "projets": of_the_projects,
    "saisies": of_a_campaign,
}
