"""The one reader of what a school sends: a pasted block, its workbook, a table of its own.

A table has a line of headings that says what its columns are, or it is a block laid over the grid.
Whose line, sheet or column it is, of which year, and what it is called is understood by one rule;
what belongs to no cell is told; two claims to one cell are asked, and neither is taken.
"""

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.bilingual import reader_language
from imtplan.campaigns.files.tables.first_row import content_of_block
from imtplan.campaigns.files.tables.headed_lines import HeadedSheet
from imtplan.campaigns.files.tables.headings import Headings, HeadingWords, no_column
from imtplan.campaigns.files.tables.table_names import Destination, is_number
from imtplan.campaigns.files.tables.table_sections import OtherPerimeter, TableSection
from imtplan.campaigns.files.tables.typed_cells import StrayText, TableContent, one_for_each
from imtplan.campaigns.files.tables.unheaded_blocks import FigureBlock
from imtplan.campaigns.files.workbook import FORMAT, MARKER
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.typed_text import nul_shown
from imtplan.spreadsheets.cell_words import LANGUAGES
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import (
    MAX_COLUMNS,
    MAX_ROWS,
    CellType,
    SheetCell,
    Table,
    TableRow,
    Unreadable,
    one_kind_of_line_ends,
)

LARGEST_BLOCK = 200_000  # characters
# More remarks than this are a file that is not meant for this page: their number is enough.
MAX_STRAYS = 50


def content_of_file(data: bytes, campaign: Campaign, school: School) -> TableContent:
    """Returns what the file says. `Unreadable` where it cannot be read, or is another's or of
    another year."""
    tables = read_tables(data)
    destination = Destination.of(campaign, school, language=reader_language())
    marks = _marks(tables)
    if marks is not None:
        _refuse_others(marks, destination)
        destination.language, destination.is_ours = marks["language"], True
    return _few_strays(content_of_tables(tables, destination))


def content_of_paste(text: str, destination: Destination) -> TableContent:
    """Returns what a block of the clipboard says. `Unreadable` where it is too large or broken."""
    table = table_of_paste(text)
    if not table.rows:
        return TableContent()
    words = HeadingWords(destination)
    if sections := TableSection.all_of(table, destination, words):
        return _few_strays(_content_of(sections, destination, is_named=False))
    return _few_strays(content_of_block(FigureBlock(table.rows, destination, words)))


def table_of_paste(text: str) -> Table:
    """Returns the cells of the clipboard's text: tabs between columns, quotes around line ends."""
    if len(text) > LARGEST_BLOCK:
        raise Unreadable(_("This block is too large to be a school's figures."))
    lines = csv.reader(io.StringIO(nul_shown(text)), dialect="excel-tab")
    try:
        rows = [_row(number, cells) for number, cells in enumerate(lines, start=1)]
    except csv.Error as error:  # one cell is longer than the standard library reads
        raise Unreadable(_("This block is too large to be a school's figures.")) from error
    if len(rows) > MAX_ROWS or any(max(row.cells, default=0) >= MAX_COLUMNS for row in rows):
        raise Unreadable(_("This block is too large to be a school's figures."))
    return Table([row for row in rows if row.cells])


def _row(number: int, cells: Iterable[str]) -> TableRow:
    texts = {column: one_kind_of_line_ends(text) for column, text in enumerate(cells)}
    filled = {column: text for column, text in texts.items() if text.strip()}
    return TableRow(
        number, {column: SheetCell(CellType.TEXT, text) for column, text in filled.items()}
    )


# --- Sheets -------------------------------------------------------------------------------------


def content_of_tables(tables: list[Table], destination: Destination) -> TableContent:
    """Reads every table that has headings and is of this school and year."""
    words = HeadingWords(destination)
    visible = [table for table in tables if table.rows and not table.is_hidden]
    sections = [
        section for table in visible for section in TableSection.all_of(table, destination, words)
    ]
    if not sections:
        return _without_headings(visible, destination, words)
    if destination.is_ours:
        sections = sections[:1]
    return _content_of(sections, destination, is_named=len(visible) > 1)


def _content_of(
    sections: list[TableSection], destination: Destination, *, is_named: bool
) -> TableContent:
    judged = [(section, section.other()) for section in sections]
    others = [other for _section, other in judged if other]
    read = [section for section, other in judged if not other]
    if not read:
        _refuse(others, destination)
    if not any(part.headings.has_answers for part in read):
        raise Unreadable(no_column(destination, read[0].headings.other_years))
    contents = [_headed(part.table, part.headings, destination, is_named=is_named) for part in read]
    for part in read:
        part.table.demand_whole()
    content = _merged(contents)
    content.strays += [StrayText("", other.text, other.message) for other in others]
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


def _refuse(others: list[OtherPerimeter], destination: Destination) -> None:
    texts = ", ".join(dict.fromkeys(f"“{other.text}”" for other in others))
    place = {
        "school": destination.school,
        "year": destination.year,
        "texts": texts,
        "sheets": texts,
    }
    if not any(other.is_title for other in others):
        message = _("No sheet is of %(school)s and %(year)s. This file has: %(sheets)s.")
        raise Unreadable(message % place)
    message = _(
        "The title of this table says %(texts)s, and this page is for %(school)s, %(year)s."
        " If the title is wrong, correct it and give the table again."
    )
    raise Unreadable(message % place)


def _without_headings(
    tables: list[Table], destination: Destination, words: HeadingWords
) -> TableContent:
    """Lines that begin with the name of an indicator need no headings; others are refused."""
    for table in tables:
        block = FigureBlock(table.rows, destination, words, is_file=True)
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
        content.strays = [*content.strays[:MAX_STRAYS], StrayText("", "", rest)]
    for _label, choice in content.question.choices if content.question else []:
        _few_strays(choice)
    return content


def _merged(contents: list[TableContent]) -> TableContent:
    """Returns all sheets together."""
    return TableContent(
        cells=one_for_each(cell for content in contents for cell in content.cells),
        strays=[stray for content in contents for stray in content.strays],
        remarks=list(dict.fromkeys(remark for content in contents for remark in content.remarks)),
    )


# --- Our own workbook ---------------------------------------------------------------------------


def _marks(tables: Iterable[Table]) -> dict[str, str] | None:
    """Returns what the hidden sheet of our workbook says; none for a school's own table."""
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
    if marks.get("campaign", destination.campaign) != destination.campaign:
        raise Unreadable(
            _("This is the workbook of the campaign %(other)s: this page is for %(campaign)s.")
            % {"other": marks["campaign"], "campaign": destination.campaign}
        )
