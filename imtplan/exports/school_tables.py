"""The tables of the page of schools: where each stands, and its parts in each indicator."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.school.school_shares import Bearer, Bearing
from imtplan.dashboard.school.schools_page import SchoolsPage, schools_page
from imtplan.exports.tables import PageTable, about, number, text
from imtplan.spreadsheets import Column


class BearerRow(NamedTuple):
    """A school's part, what no school bears, or the institute."""

    bearing: Bearing
    bearer: Bearer
    name: str


def _own_verdicts(row: Any) -> str:
    said = [f"{one.name}: {one.words.text}" for one in row.verdicts]
    return _("; ").join(said) or pgettext("of a school", "No target")


def _left(bearing: Bearing) -> Column:
    indicator = bearing.course.indicator

    def read(row: Any) -> Any:
        bearer = bearing.of(row.school.code)
        return bearer.share.left if bearer else None

    label = _("%(name)s: left to do by %(year)s") % {
        "name": indicator.name,
        "year": bearing.course.target.year,
    }
    return number(f"left_{indicator.code}", f"{label} ({bearing.unit})", read)


SUMMARY = [
    text("school_code", gettext_lazy("School code"), lambda row: row.school.code),
    text("school", gettext_lazy("School"), lambda row: row.school.name),
    number("weight", gettext_lazy("Weight in what is left to do"), lambda row: row.weight),
]
GIVEN = [
    text("targets", gettext_lazy("Its own targets"), _own_verdicts),
    number("reported", gettext_lazy("Figures given"), lambda row: row.reported),
    number("expected", gettext_lazy("Figures asked for"), lambda row: row.expected),
    text(
        "state",
        pgettext_lazy("of a submission", "State"),
        lambda row: str(row.state.label) if row.state else "",
    ),
]

PARTS = [
    text(
        "indicator", gettext_lazy("Indicator code"), lambda row: row.bearing.course.indicator.code
    ),
    text("name", gettext_lazy("Indicator"), lambda row: row.bearing.course.indicator.name),
    text("unit", gettext_lazy("Unit"), lambda row: row.bearing.unit),
    text(
        "school_code",
        gettext_lazy("School code"),
        lambda row: row.bearer.school.code if row.bearer.school else "",
    ),
    text("school", gettext_lazy("School"), lambda row: row.name),
    number("then", gettext_lazy("Figure of the baseline year"), lambda row: row.bearer.share.then),
    number("figure", gettext_lazy("Figure"), lambda row: row.bearer.share.now),
    text(
        "carried",
        gettext_lazy("Carried forward"),
        lambda row: ", ".join(map(str, row.bearer.carried)),
    ),
    number(
        "change", gettext_lazy("Change since the baseline"), lambda row: row.bearer.share.change
    ),
    number("gap", gettext_lazy("Gap to the path"), lambda row: row.bearer.share.gap),
    number("left", gettext_lazy("Left to do"), lambda row: row.bearer.share.left),
    number("weight", gettext_lazy("Weight in what is left to do"), lambda row: row.bearer.weight),
    number("coming", gettext_lazy("By its own past"), lambda row: row.bearer.share.coming),
    text(
        "status",
        gettext_lazy("Its own target"),
        lambda row: (
            row.bearer.verdict.words.text
            if row.bearer.verdict
            else (pgettext("of a school", "No target") if row.bearer.school else "")
        ),
    ),
    text("remark", gettext_lazy("Remark"), lambda row: _("; ").join(row.bearer.remarks)),
]


def _summary(page: SchoolsPage) -> tuple[list[Column], list[Any]]:
    return [*SUMMARY, *map(_left, page.shared), *GIVEN], list(page.rows)


def _parts(page: SchoolsPage) -> tuple[list[Column], list[Any]]:
    return PARTS, [row for bearing in page.shared for row in _rows(bearing)]


def _rows(bearing: Bearing) -> list[BearerRow]:
    rows = [
        BearerRow(bearing, row, row.school.name if row.school else row.share.code)
        for row in bearing.rows
    ]
    if bearing.rest:
        rows.append(BearerRow(bearing, bearing.rest, _("Borne by no school")))
    return [*rows, BearerRow(bearing, bearing.whole, _("Institute"))]


OF_THE_SCHOOLS = {
    "ecoles": (gettext_lazy("Where each school stands"), _summary),
    "parts": (gettext_lazy("Parts by school and indicator"), _parts),
}


def of_the_schools(user: Any, name: str, asked: Mapping[str, str]) -> PageTable:
    page = schools_page(user, asked, Pulse.take()) if name in OF_THE_SCHOOLS else None
    if page is None:
        raise Http404
    label, read = OF_THE_SCHOOLS[name]
    columns, rows = read(page)
    not_shared = [
        (str(one.course.indicator.name), one.why_not.capitalize()) for one in page.not_shared
    ]
    said = [*about(page.scope, page.pulse), *not_shared]
    return PageTable(f"ecoles-{name}", page.scope.year, str(label), columns, rows, said)
