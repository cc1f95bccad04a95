"""The tables of the page of an indicator as files: its years, and its schools' figures."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.dashboard.followed_targets import FollowedTarget, YearRow
from imtplan.dashboard.indicator.page import IndicatorPage, indicator_page
from imtplan.dashboard.named_totals import listed_with_years
from imtplan.dashboard.tabled_pages import TabledPage, about_numbers
from imtplan.page_tables import AboutLines, PageTable, day, number, text
from imtplan.spreadsheets import Column
from indicators.measures import FIELDS
from indicators.models import Indicator


class IndicatorYear(NamedTuple):
    """A year of an indicator, as its table has it."""

    indicator: Indicator
    row: YearRow
    followed: FollowedTarget | None


def _stored(name: str) -> Column:
    return number(name, FIELDS[name].label, f"row.year.progress.{name}")


YEARS = [
    text("indicator", gettext_lazy("Indicator code"), "indicator.code"),
    text("name", gettext_lazy("Indicator"), "indicator.name"),
    text("unit", gettext_lazy("Unit"), "indicator.unit"),
    number("year", gettext_lazy("Year"), "row.year.year"),
    number("value", gettext_lazy("Value"), "row.year.value"),
    text("is_estimate", gettext_lazy("What the value is"), "row.year.nature.label"),
    number("expected_value", gettext_lazy("Expected by the trajectory"), "row.year.expected_value"),
    _stored("gap"),
    _stored("progress"),
    number("expected_progress", gettext_lazy("Expected progress"), "row.year.expected_share"),
    _stored("pace"),
    _stored("needed_per_year"),
    _stored("needed_rate"),
    _stored("achieved_per_year"),
    _stored("achieved_rate"),
    _stored("forecast"),
    _stored("forecast_low"),
    _stored("forecast_high"),
    number("reported", gettext_lazy("Schools that reported"), "row.year.reported"),
    number("expected", gettext_lazy("Schools expected"), "row.year.expected_schools"),
    text(
        "carried",
        gettext_lazy("Figures carried forward"),
        lambda row: listed_with_years(row.row.year.carried),
    ),
    text(
        "left_out",
        gettext_lazy("Schools left out"),
        lambda row: ", ".join(name for name, _first in row.row.year.schools_left_out),
    ),
    text("status", gettext_lazy("Status"), "row.year.verdict.text"),
    text("target", gettext_lazy("Target code"), "followed.target.code"),
    number("target_value", pgettext_lazy("a number", "Target"), "followed.target_value"),
]


INPUTS = [
    text("school", gettext_lazy("School"), "source.name"),
    number("year", gettext_lazy("Year"), "source.year"),
    number("figure", gettext_lazy("Figure"), "source.number"),
    text("use", gettext_lazy("In the calculation")),
    text("carried", gettext_lazy("Carried forward")),
    text(
        "state",
        pgettext_lazy("of a figure", "State"),
        lambda row: row.source.counted.get_status_display() if row.source.counts else row.why,
    ),
    text("entered_by", gettext_lazy("Entered by"), "given.author"),
    day("entered_at", gettext_lazy("Entered on"), "given.entered_at"),
]


def _about(page: IndicatorPage) -> AboutLines:
    heading = pgettext("a heading", "Indicator"), f"{page.indicator.name} ({page.indicator.unit})"
    return [heading, *about_numbers(page.scope, page.freshness)]


TABLES = [
    PageTable(
        "annees",
        gettext_lazy("Year by year"),
        YEARS,
        lambda page: [IndicatorYear(page.indicator, row, page.reference) for row in page.rows],
    ),
    PageTable(
        "ecoles",
        gettext_lazy("Schools’ figures"),
        INPUTS,
        lambda page: page.value.inputs if page.value else (),
    ),
]
INDICATOR = TabledPage(indicator_page, TABLES, about=_about)
