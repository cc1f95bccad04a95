"""The one reader of what a school sends: a pasted block, its workbook, a table of its own.

A table has a line of headings that says what its columns are, or it is a block laid over the grid.
Whose line, sheet or column it is, of which year, and what it is called is understood by one rule;
what belongs to no cell is told; two claims to one cell are asked, and neither is taken.
"""

import csv
import io
from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.campaigns.files.blocks import Block
from imtplan.campaigns.files.cells import Stray, TableContent, one_for_each
from imtplan.campaigns.files.headings import PLACES, Headings, HeadingWords
from imtplan.campaigns.files.lines import HeadedSheet
from imtplan.campaigns.files.names import Destination, is_number, year_of
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.workbook import FORMAT, MARKER
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    Found,
    FoundCell,
    Row,
    Table,
    Unreadable,
    one_kind_of_line_ends,
)
from imtplan.spreadsheets.words import LANGUAGES

LARGEST_BLOCK = 200_000  # characters
# More remarks than this are a file that is not meant for this page: their number is enough.
MAX_STRAYS = 50


def content_of_file(data: bytes, name: str, campaign: Campaign, school: School) -> TableContent:
    """What the file says. `Unreadable` where it cannot be read, or is of another school or year."""
    tables = read_tables(data, name)
    destination = Destination.of(campaign, school, language=(get_language() or "fr")[:2])
    marks = _marks(tables)
    if marks is not None:
        _refuse_others(marks, destination)
        destination.language, destination.is_ours = marks["language"], True
    return _few_strays(content_of_tables(tables, destination))


def content_of_paste(text: str, destination: Destination) -> TableContent:
    """What a block of the clipboard says. `Unreadable` where it is too large or broken."""
    table = table_of_paste(text)
    if not table.rows:
        return TableContent()
    words = HeadingWords(destination)
    headings = Headings.of(table, destination, words)
    if headings:
        return _few_strays(_merged([_headed(table, headings, destination, is_named=False)]))
    return _few_strays(Block.read(table, destination, words))


def table_of_paste(text: str) -> Table:
    """The cells of the clipboard's text: tabs between columns, quotes around line ends."""
    if len(text) > LARGEST_BLOCK:
        raise Unreadable(_("This block is too large to be a school's figures."))
    lines = csv.reader(io.StringIO(text.replace("\x00", "\u2400")), dialect="excel-tab")
    try:
        rows = [_row(number, cells) for number, cells in enumerate(lines, start=1)]
    except csv.Error as error:
        raise Unreadable(_("This block cannot be read: copy it again.")) from error
    if len(rows) > MAX_ROWS or any(max(row.cells, default=0) >= MAX_COLUMNS for row in rows):
        raise Unreadable(_("This block is too large to be a school's figures."))
    return Table([row for row in rows if row.cells])


def _row(number: int, cells: Iterable[str]) -> Row:
    texts = {column: one_kind_of_line_ends(text) for column, text in enumerate(cells)}
    filled = {column: text for column, text in texts.items() if text.strip()}
    return Row(number, {column: FoundCell(Found.TEXT, text) for column, text in filled.items()})


# --- Sheets -------------------------------------------------------------------------------------


def content_of_tables(tables: list[Table], destination: Destination) -> TableContent:
    """Every sheet that has headings and is of this school and year."""
    words = HeadingWords(destination)
    visible = [table for table in tables if table.rows and not table.is_hidden]
    headed = [(table, Headings.of(table, destination, words)) for table in visible]
    headed = [(table, headings) for table, headings in headed if headings]
    if not headed:
        return _without_headings(visible, destination, words)
    if destination.is_ours:
        headed = headed[:1]
    own = {id(table): _why_other(table, headings, destination) for table, headings in headed}
    read = [one for one in headed if not own[id(one[0])]]
    others = [table for table, _headings in headed if own[id(table)]]
    if not read:
        _refuse_sheets(others, destination)
    sheets = [_headed(*one, destination, is_named=len(visible) > 1) for one in read]
    for table, _headings in read:
        table.demand_whole()
    content = _merged(sheets)
    content.strays += [Stray("", table.name, own[id(table)]) for table in others]
    return content


def _headed(
    table: Table, headings: Headings, destination: Destination, *, is_named: bool
) -> TableContent:
    sheet = HeadedSheet(table, headings, destination, is_named=is_named and not destination.is_ours)
    cells = list(sheet.read())
    remarks = []
    if headings.other_years and not destination.is_ours:
        message = _("Only the year %(year)s is collected. These columns are not read: %(columns)s.")
        words = {"year": destination.year, "columns": ", ".join(headings.other_years)}
        remarks.append(message % words)
    return TableContent(cells, sheet.strays, remarks)


def _why_other(table: Table, headings: Headings, destination: Destination) -> str:
    """Why a sheet is left out: its name says another school or year, and no column says it."""
    if destination.is_ours:
        return ""
    says = PLACES & set(headings.fields.values())
    school = destination.school_names.find(table.name)
    if "school" not in says and school and school.code != destination.school.code:
        return _("This sheet is of another school: it is left out.")
    year = year_of(table.name)
    has_year_columns = any(year_of(cell.text) for _column, cell in headings.row)
    if "year" not in says and not has_year_columns and year not in (None, destination.year):
        return _("This sheet is of another year: it is left out.")
    return ""


def _refuse_sheets(others: list[Table], destination: Destination) -> None:
    names = ", ".join(f"“{table.name}”" for table in others)
    message = _("No sheet is of %(school)s and %(year)s. This file has: %(sheets)s.")
    place = {"school": destination.school, "year": destination.year, "sheets": names}
    raise Unreadable(message % place)


def _without_headings(
    tables: list[Table], destination: Destination, words: HeadingWords
) -> TableContent:
    """Lines that begin with the name of an indicator need no headings; others are refused."""
    for table in tables:
        block = Block(table.rows, destination, is_file=True)
        if block.names and any(is_number(cell) for row in table.rows for _column, cell in row):
            return block.asked_for_column()
    raise Unreadable(
        _(
            "No line of headings was found. A table needs a column “Code” or “Indicator”"
            " and a column “Value” or “%(year)s”."
        )
        % {"year": destination.year}
    )


def _few_strays(content: TableContent) -> TableContent:
    if len(content.strays) > MAX_STRAYS:
        rest = _("And %(count)d more.") % {"count": len(content.strays) - MAX_STRAYS}
        content.strays = [*content.strays[:MAX_STRAYS], Stray("", "", rest)]
    for _label, choice in content.question.choices if content.question else []:
        _few_strays(choice)
    return content


def _merged(contents: list[TableContent]) -> TableContent:
    """All sheets together."""
    return TableContent(
        cells=one_for_each(cell for content in contents for cell in content.cells),
        strays=[stray for content in contents for stray in content.strays],
        remarks=list(dict.fromkeys(remark for content in contents for remark in content.remarks)),
    )


# --- Our own workbook ---------------------------------------------------------------------------


def _marks(tables: Iterable[Table]) -> dict[str, str] | None:
    """What the hidden sheet of our own workbook says; none for a table of the school's own."""
    for table in tables:
        if table.name == MARKER:
            return {row[0].text: row[1].text for row in table.rows}
    return None


def _refuse_others(marks: dict[str, str], destination: Destination) -> None:
    if marks.get("format") != FORMAT or marks.get("language") not in LANGUAGES:
        raise Unreadable(_("This workbook is of an older kind: download yours again."))
    if marks.get("school") != destination.school.code:
        names = {school.code: school for school in destination.schools}
        code = marks.get("school", "")
        raise Unreadable(
            _("This is the workbook of another school: %(other)s, and not %(school)s.")
            % {"other": names.get(code, code), "school": destination.school}
        )
    if marks.get("year") != str(destination.year):
        raise Unreadable(
            _("This is the workbook of the year %(other)s: this page is for %(year)s.")
            % {"other": marks.get("year", "?"), "year": destination.year}
        )
