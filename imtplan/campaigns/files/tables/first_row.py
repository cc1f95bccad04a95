"""The first row of a block without names: a heading, a row of figures, or in doubt."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from imtplan.campaigns.entry.checking.no_number_words import word_of
from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.campaigns.files.tables.cell_forms import number_text
from imtplan.campaigns.files.tables.headings import BESIDE
from imtplan.campaigns.files.tables.table_names import is_number, year_of
from imtplan.campaigns.files.tables.typed_cells import BlockQuestion, TableContent, TypedCell
from imtplan.campaigns.files.tables.unheaded_blocks import FigureBlock
from imtplan.numbers import NumberError
from imtplan.spreadsheets.cell_words import bare
from imtplan.spreadsheets.tables import CellType, SheetCell
from imtplan.units import parse_quantity

_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
# How much a figure may move from last year's and still look like one of its series.
_LIKE_LAST_YEAR = Decimal("0.5")


def content_of_block(block: FigureBlock) -> TableContent:
    """Returns the block as it is meant, or the question what is meant."""
    return block.asked_for_column() if block.names else FirstRow(block).read()


@dataclass
class FirstRow:
    """The first row of a block without names: a heading, a row of figures, or in doubt."""

    block: FigureBlock

    def read(self) -> TableContent:
        rows = self.block.rows
        if len(rows) < 2:
            return self.block.asked_for_column()
        fields = {column: self._field(cell) for column, cell in rows[0]}
        cells = [cell for _column, cell in rows[0]]
        if not all(fields.values()) and not self._is_text_above_numbers():
            return self.block.asked_for_column()
        if all(map(self._is_bare_year, cells)) and len({cell.text.strip() for cell in cells}) == 1:
            return self._in_doubt(fields)
        if len(fields) == 1 and not all(fields.values()):
            return self._in_doubt(fields)
        return self._as_heading(fields)

    def _field(self, cell: SheetCell) -> str:
        """Returns the field that a heading names; "heading" where it says only what is below."""
        name, _unit = self.block.words.field(cell.text)
        return name or self._field_of_school(cell) or self._names_what_is_below(cell.text)

    def _field_of_school(self, cell: SheetCell) -> str:
        school = None if is_number(cell) else self._school(cell.text)
        return "" if school is None else "value" if school else BESIDE

    def _school(self, text: str) -> bool | None:
        """Says whether a text names the own school; None: it names none."""
        school = self.block.destination.school_names.find(text)
        return None if school is None else school.code == self.block.destination.school.code

    def _is_text_above_numbers(self) -> bool:
        """Says whether words that nobody knows stand over nothing but numbers."""
        first, *below = self.block.rows
        texts = [cell for _column, cell in first]
        numbers = [cell for row in below for column, cell in row if column in first.cells]
        is_text = all(self._is_heading_text(cell) for cell in texts)
        return is_text and bool(numbers) and all(is_number(cell) for cell in numbers)

    def _is_heading_text(self, cell: SheetCell) -> bool:
        is_year = self._is_bare_year(cell) or bool(self._field(cell))
        is_word = cell.kind is CellType.TEXT and not is_number(cell) and not word_of(cell.text)
        return is_year or (is_word and any(letter.isalpha() for letter in cell.text))

    def _names_what_is_below(self, text: str) -> str:
        destination = self.block.destination
        units = {
            bare(text) for own in destination.indicators for text in (own.unit_fr, own.unit_en)
        }
        is_known = destination.indicator_names.find(text)[0] or bare(text) in units
        return "heading" if is_known else ""

    def _is_bare_year(self, cell: SheetCell) -> bool:
        return bool(_BARE_YEAR.fullmatch(cell.text.strip()))

    # --- A heading ------------------------------------------------------------------------------

    def _as_heading(self, fields: dict[int, str]) -> TableContent:
        """Returns the rows below it; of several years, the campaign's own column alone."""
        heading, *rows = self.block.rows
        below = replace(self.block, rows=rows, strays=[])
        others = [column for column, name in fields.items() if name == BESIDE]
        own = [column for column, name in fields.items() if name == "value"]
        if own:
            below.unit = self.block.words.field(heading[own[0]].text)[1]
        if others or (own and own[0] != self.block.left):
            below.message_of_others = self._message_of([heading[column] for column in others])
            below.only = own[0] if own else -1
        content = below.asked_for_column()
        texts = " · ".join(cell.text.strip() for _column, cell in heading)
        words = {"text": texts, "where": below.where(heading, min(heading.cells))}
        content.remarks.append(_("“%(text)s” (%(where)s) is a heading: it is left out.") % words)
        return content

    def _message_of(self, others: list[SheetCell]) -> str:
        if any(self._school(other.text) is False for other in others):
            return _("This is of another school.")
        message = _("Only the year %(year)s is collected.")
        return message % {"year": self.block.destination.year}

    # --- In doubt -------------------------------------------------------------------------------

    def _in_doubt(self, fields: dict[int, str]) -> TableContent:
        """A year, or a number that looks like one: what fits last year's figures is taken where it
        is beyond doubt, and can be turned round; else nothing is read before somebody says it."""
        text = self.block.rows[0][self.block.left].text.strip()
        heading, value = self._as_heading(fields), self.block.asked_for_column()
        question = BlockQuestion(
            _("Is “%(text)s”, in the first row, a heading or a value?") % {"text": text},
            [
                (_("“%(text)s” is a heading: leave it out") % {"text": text}, heading),
                (_("“%(text)s” is a value") % {"text": text}, value),
            ],
        )
        is_own_year = year_of(text) == self.block.destination.year
        if is_own_year and self._fits(heading) and not self._fits(value):
            question.answer = 0
            return replace(heading, question=question)
        return TableContent(question=question)

    def _fits(self, content: TableContent) -> bool:
        """Says whether the numbers look like last year's: all that compare, and at least one."""
        likely = [
            self._is_like_last_year(cell)
            for cell in content.cells
            if cell.indicator.code in self.block.destination.before and "value" in cell.typed
        ]
        return bool(likely) and all(likely) and not content.question

    def _is_like_last_year(self, cell: TypedCell) -> bool:
        last = self.block.destination.before[cell.indicator.code]
        try:
            text, unit = number_text(cell.typed["value"]), unit_of(cell.indicator, "value")
            number = parse_quantity(text, language=cell.language, cell=unit)
        except NumberError:
            return False
        return abs(number - last) <= abs(last) * _LIKE_LAST_YEAR
