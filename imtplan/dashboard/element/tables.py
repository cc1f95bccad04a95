"""The tables of the page of an objective or a lever as files."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.dashboard.element.page import ElementPage, element_page
from imtplan.dashboard.tabled_pages import TabledPage, about_numbers
from imtplan.page_tables import AboutLines, PageTable, number, text

# A project has no way to a target, nor has an indicator without one: those cells are empty.
PULLS = [
    text("name", gettext_lazy("Indicator or project"), "item.name"),
    text("unit", gettext_lazy("Unit"), "item.followed.indicator.unit"),
    number("value", gettext_lazy("Value"), "item.followed.now.value"),
    number("reported", gettext_lazy("Schools that reported"), "item.followed.now.reported"),
    number("schools", gettext_lazy("Schools expected"), "item.followed.now.expected_schools"),
    number("progress", gettext_lazy("Progress"), "item.share"),
    number("expected", gettext_lazy("Expected progress"), "item.expected_share"),
    text("status", gettext_lazy("Status"), "item.verdict.text"),
    number("weight", gettext_lazy("Weight"), "item.weight"),
    number(
        "points",
        gettext_lazy("Effect, in points"),
        lambda row: None if row.amount is None else row.amount * 100,
    ),
]


STANDINGS = [
    number("year", gettext_lazy("Year")),
    number("progress", gettext_lazy("Progress"), "standing.share"),
    number("expected", gettext_lazy("Expected progress"), "standing.expected_share"),
    number("gap", gettext_lazy("Gap"), "standing.gap"),
    number("coverage", gettext_lazy("Share of the weight with data"), "standing.coverage"),
    text("status", gettext_lazy("Status"), "standing.verdict.text"),
]


def _about(page: ElementPage) -> AboutLines:
    heading = {"objective": _("Objective"), "lever": _("Lever")}[page.kind]
    name = f"{page.element.code} {page.element.title}"
    return [(heading, name), *about_numbers(page.scope, page.freshness)]


TABLES = [
    PageTable("effets", gettext_lazy("What holds it back"), PULLS, lambda page: page.pulls),
    PageTable("annees", gettext_lazy("Year by year"), STANDINGS, lambda page: page.years),
]
ELEMENT = TabledPage(element_page, TABLES, about=_about)
