"""The tables of the dashboard as files."""

from collections.abc import Iterator
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from imtplan.dashboard.indicator.tables import YEARS, IndicatorYear
from imtplan.dashboard.overview.page import DashboardPage, dashboard_page
from imtplan.dashboard.projects.tables import PROJECTS
from imtplan.dashboard.queries import ElementState
from imtplan.dashboard.tabled_pages import TabledPage
from imtplan.page_tables import PageTable, number, text

KINDS_OF_ELEMENTS = {
    "plan": gettext_lazy("Plan"),
    "objective": gettext_lazy("Objective"),
    "lever": gettext_lazy("Lever"),
}
ELEMENTS = [
    text("kind", gettext_lazy("Kind"), lambda row: str(KINDS_OF_ELEMENTS[row.element])),
    text("code", gettext_lazy("Code")),
    text("title", gettext_lazy("Title")),
    number("progress", gettext_lazy("Progress"), "standing.share"),
    number("expected", gettext_lazy("Expected progress"), "standing.expected_share"),
    number("gap", gettext_lazy("Gap"), "standing.gap"),
    number("before", gettext_lazy("Progress a year earlier")),
    number("coverage", gettext_lazy("Share of the weight with data"), "standing.coverage"),
    text("status", gettext_lazy("Status"), "verdict.text"),
]

DECISIONS = [
    text("kind", gettext_lazy("Why"), "kind.label"),
    text("subject", gettext_lazy("What")),
    text("said", gettext_lazy("What is said of it"), "sentence"),
]
PUT_ASIDE = [
    text("kind", gettext_lazy("Kind"), "kind_label"),
    text("code", gettext_lazy("Code")),
    text("title", gettext_lazy("Title")),
    number("last_year", gettext_lazy("Followed to")),
    text(
        "status", gettext_lazy("Status then"), lambda row: row.verdict.text if row.verdict else ""
    ),
    text("why", gettext_lazy("Why"), lambda row: row.why),
    text("at", gettext_lazy("Put aside on"), lambda row: localdate(row.at).isoformat()),
    text("who", gettext_lazy("By")),
]


def _years(page: DashboardPage) -> Iterator[IndicatorYear]:
    for followed in page.followed_targets:
        for row in followed.table:
            yield IndicatorYear(followed.indicator, row, followed)


def _campaign(page: DashboardPage) -> Iterator[IndicatorYear]:
    """Yields what the campaigns of the page have brought so far, not yet validated."""
    for state in page.campaigns:
        for followed in state.followed_targets:
            yield IndicatorYear(followed.indicator, followed.now_row, followed)


def _elements(page: DashboardPage) -> Iterator[Any]:
    plan = page.scope.plan
    yield ElementState(
        element="plan",
        pk=plan.pk,
        code=plan.code,
        title_fr=plan.name_fr,
        title_en=plan.name_en,
        standing=page.standing,
    )
    yield from page.objectives
    yield from page.levers


def _projects(page: DashboardPage) -> Iterator[Any]:
    for group in page.board:
        yield from (*group.named, *group.unnamed)


TABLES = [
    PageTable("indicateurs", gettext_lazy("Headline indicators"), YEARS, _years),
    PageTable("campagne", gettext_lazy("Campaign, provisional figures"), YEARS, _campaign),
    PageTable("objectifs-et-leviers", gettext_lazy("Objectives and levers"), ELEMENTS, _elements),
    PageTable("projets", gettext_lazy("Flagship projects"), PROJECTS, _projects),
    PageTable(
        "decisions", gettext_lazy("What needs a decision"), DECISIONS, lambda page: page.agenda.all
    ),
    PageTable(
        "mis-de-cote", gettext_lazy("No longer followed"), PUT_ASIDE, lambda page: page.put_aside
    ),
]
DASHBOARD = TabledPage(dashboard_page, TABLES)
