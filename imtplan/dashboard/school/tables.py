"""The tables of the page of schools as files: where each stands, its part in each indicator."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.dashboard.school.school_shares import IndicatorShares, ShareRow
from imtplan.dashboard.school.schools_page import SchoolsPage, SchoolSummary, schools_page
from imtplan.dashboard.tabled_pages import TabledPage, about_numbers
from imtplan.page_tables import AboutLines, PageTable, number, text
from imtplan.spreadsheets import Column


def _own_verdicts(row: SchoolSummary) -> str:
    verdicts = [f"{verdict.name}: {verdict.words.text}" for verdict in row.verdicts]
    return _("; ").join(verdicts) or pgettext("of a school", "No target")


def _own_verdict(row: ShareRow) -> str:
    if row.verdict:
        return row.verdict.words.text
    return pgettext("of a school", "No target") if row.school else ""


def _bearer(row: ShareRow) -> str:
    """Returns the name of the school; else that it is what no school bears, or the institute."""
    if row.school:
        return row.school.name
    if row.share is row.shares.split.whole:
        return _("Institute")
    return _("Borne by no school") if row.share is row.shares.split.rest else row.share.code


def _left(shares: IndicatorShares) -> Column:
    indicator, year = shares.followed.indicator, shares.followed.target.year

    def left(row: SchoolSummary) -> Decimal | None:
        share_row = shares.of(row.school.code)
        return share_row.share.left if share_row else None

    label = _("%(name)s: left to do by %(year)s") % {"name": indicator.name, "year": year}
    return number(f"left_{indicator.code}", f"{label} ({shares.unit})", left)


SUMMARY = [
    text("school_code", gettext_lazy("School code"), "school.code"),
    text("school", gettext_lazy("School"), "school.name"),
    number("weight", gettext_lazy("Weight in what is left to do")),
]
GIVEN = [
    text("targets", gettext_lazy("Its own targets"), _own_verdicts),
    number("reported", gettext_lazy("Figures given")),
    number("expected", gettext_lazy("Figures asked for")),
    text("state", pgettext_lazy("of a submission", "State"), "state.label"),
]

PARTS = [
    text("indicator", gettext_lazy("Indicator code"), "shares.followed.indicator.code"),
    text("name", gettext_lazy("Indicator"), "shares.followed.indicator.name"),
    text("unit", gettext_lazy("Unit"), "shares.unit"),
    text("school_code", gettext_lazy("School code"), "school.code"),
    text("school", gettext_lazy("School"), _bearer),
    number("then", gettext_lazy("Figure of the baseline year"), "share.then"),
    number("figure", gettext_lazy("Figure"), "share.now"),
    text(
        "carried",
        gettext_lazy("Carried forward"),
        lambda row: ", ".join(map(str, row.carried)),
    ),
    number("change", gettext_lazy("Change since the baseline"), "share.change"),
    number("gap", gettext_lazy("Gap to the path"), "share.gap"),
    number("left", gettext_lazy("Left to do"), "share.left"),
    number("weight", gettext_lazy("Weight in what is left to do"), "weight"),
    number("coming", gettext_lazy("By its own past"), "share.coming"),
    text("status", gettext_lazy("Its own target"), _own_verdict),
    text("remark", gettext_lazy("Remark"), lambda row: _("; ").join(row.remarks)),
]


def _summary_columns(page: SchoolsPage) -> list[Column]:
    return [*SUMMARY, *map(_left, page.shared), *GIVEN]


def _parts(page: SchoolsPage) -> list[ShareRow]:
    return [row for shares in page.shared for row in _rows(shares)]


def _rows(shares: IndicatorShares) -> list[ShareRow]:
    rest = [shares.rest] if shares.rest else []
    return [*shares.rows, *rest, shares.whole]


def _about(page: SchoolsPage) -> AboutLines:
    not_shared = [
        (str(shares.followed.indicator.name), shares.why_not.capitalize())
        for shares in page.not_shared
    ]
    return [*about_numbers(page.scope, page.freshness), *not_shared]


TABLES = [
    PageTable(
        "ecoles", gettext_lazy("Where each school stands"), _summary_columns, lambda page: page.rows
    ),
    PageTable("parts", gettext_lazy("Parts by school and indicator"), PARTS, _parts),
]
SCHOOLS = TabledPage(schools_page, TABLES, stem="ecoles", about=_about)
