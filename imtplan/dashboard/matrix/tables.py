"""The matrix as files: a column for each school, or a line for each figure."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from django.utils.translation import gettext_lazy, pgettext_lazy

from imtplan.accounts.models import School
from imtplan.dashboard.matrix.cells import MatrixCell
from imtplan.dashboard.matrix.page import EVERY_SCHOOL, IndicatorGroup, MatrixPage, matrix_page
from imtplan.dashboard.tabled_pages import TabledPage
from imtplan.page_tables import PageTable, number, text
from imtplan.spreadsheets import Column
from indicators.models import Indicator, InstituteValue


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
    text("group", gettext_lazy("Objective or theme"), "group.title"),
    text("indicator", gettext_lazy("Indicator code"), "indicator.code"),
    text("name", gettext_lazy("Indicator"), "indicator.name"),
    text("unit", gettext_lazy("Unit"), "indicator.unit"),
]
INSTITUTE = [
    number("institute", gettext_lazy("Institute"), "total.shown"),
    text("is_estimate", gettext_lazy("What the value is"), "total.nature.label"),
    number("reported", gettext_lazy("Schools that reported"), "total.reported"),
    number("expected", gettext_lazy("Schools expected"), "total.expected"),
]
FIGURES = [
    *(
        Column(column.key, column.label, lambda row, read=column.read: read(row.line))
        for column in INDICATOR
    ),
    text("school_code", gettext_lazy("School code"), "school.code"),
    text("school", gettext_lazy("School"), "school.name"),
    number("year", gettext_lazy("Year")),
    number("figure", gettext_lazy("Figure"), "cell.figure.number"),
    text("state", pgettext_lazy("of a figure", "State"), "cell.state.label"),
    number("baseline", gettext_lazy("Baseline"), "cell.baseline"),
    number("pace", gettext_lazy("Pace"), "cell.pace.pace"),
    text("status", gettext_lazy("Status"), "cell.pace.verdict.text"),
]


def _lines(page: MatrixPage) -> Iterator[MatrixLine]:
    schools = [column.school.pk for column in page.columns]
    for part in page.row_groups:
        for row in part.rows:
            cells = {pk: page.matrix.cell(row.indicator.pk, pk) for pk in schools}
            yield MatrixLine(part.group, row.indicator, cells, row.total)


def _of_school(school: School) -> Column:
    return number(school.code, school.name, lambda row: row.cells[school.pk].figure.number)


def _wide_columns(page: MatrixPage) -> list[Column]:
    return [*INDICATOR, *(_of_school(column.school) for column in page.columns), *INSTITUTE]


def _figures(page: MatrixPage) -> Iterator[MatrixFigure]:
    schools = [column.school for column in page.columns]
    for line in _lines(page):
        for school in schools:
            yield MatrixFigure(line, school, line.cells[school.pk], page.scope.year)


TABLES = [
    PageTable("ecoles", gettext_lazy("One column for each school"), _wide_columns, _lines),
    PageTable("valeurs", gettext_lazy("One line for each figure"), FIGURES, _figures),
]
MATRIX = TabledPage(partial(matrix_page, columns=EVERY_SCHOOL), TABLES, stem="matrice")
