"""The tables of the page of projects as files."""

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from imtplan.dashboard.projects.page import ProjectsPage, projects_page
from imtplan.dashboard.tabled_pages import TabledPage
from imtplan.page_tables import PageTable, day, number, text

PROJECTS = [
    text("code", gettext_lazy("Code")),
    text("title", gettext_lazy("Title"), lambda row: row.title if row.is_named else ""),
    text("status", gettext_lazy("Status"), "verdict.text"),
    number("progress", gettext_lazy("Progress"), "standing.share"),
    number("expected", gettext_lazy("Expected progress"), "standing.expected_share"),
    number("milestones", gettext_lazy("Milestones"), "row.milestones_all"),
    number("done", gettext_lazy("Milestones done"), "row.milestones_done"),
    number("late", gettext_lazy("Milestones late"), "row.milestones_late"),
    text("declared", gettext_lazy("Declared by the leader"), "declared.label"),
    day("declared_on", gettext_lazy("Declared on"), "row.declared_on"),
]

MILESTONES = [
    text("project", gettext_lazy("Project code"), "milestone.project.code"),
    text("title", gettext_lazy("Milestone"), "milestone.title"),
    day("due_on", gettext_lazy("Due on"), "milestone.due_on"),
    day("done_on", gettext_lazy("Done on"), "milestone.done_on"),
    number("weight", gettext_lazy("Weight"), "milestone.weight"),
    text("state", pgettext_lazy("of a milestone", "State"), "state.label"),
]


def _marks(page: ProjectsPage) -> list[Any]:
    return [mark for track in page.tracks for mark in track.marks]


TABLES = [
    PageTable(
        "projets",
        gettext_lazy("Flagship projects"),
        PROJECTS,
        lambda page: [overview.project for overview in page.projects],
    ),
    PageTable("jalons", gettext_lazy("Milestones"), MILESTONES, _marks),
]
ALL_PROJECTS = TabledPage(projects_page, TABLES)
