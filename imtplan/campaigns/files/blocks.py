"""A block without a line of headings that names its columns, laid over the grid.

Rows go down from the cell in which the person pasted, or to the rows that the block names. Columns
go right: the number (or a ratio's two parts), then what stands beside it: a word instead of a
number, its reason, a note. What can be read in two ways is asked, never guessed.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from imtplan.campaigns.files.cells import (
    BlockQuestion,
    Stray,
    TableContent,
    TypedCell,
    one_for_each,
)
from imtplan.campaigns.files.headings import BESIDE, HeadingWords
from imtplan.campaigns.files.lines import CellTexts, holds
from imtplan.campaigns.files.names import Destination, is_number, year_of
from imtplan.campaigns.files.texts import number_text
from imtplan.campaigns.number_sentences import unit_of
from imtplan.campaigns.words import word_of
from imtplan.numbers import NumberError
from imtplan.spreadsheets.tables import Found, FoundCell, Row, Table, Unreadable, letters
from imtplan.spreadsheets.words import NOT_TYPED, bare, not_typed, where
from imtplan.units import parse_quantity
from indicators.models import Indicator

_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
# How much a figure may move from last year's and still look like one of its series.
_LIKE_LAST_YEAR = Decimal("0.5")
MOST_COLUMNS_ASKED = 12


@dataclass
class Block:
    """The rows of a block, and where they go. `only`: the one column of numbers that is meant."""

    rows: list[Row]
    destination: Destination
    only: int | None = None
    is_file: bool = False
    strays: list[Stray] = field(default_factory=list)

    @classmethod
    def read(cls, table: Table, destination: Destination, words: HeadingWords) -> TableContent:
        """The block as it is meant, or the question what is meant."""
        block = cls(table.rows, destination)
        if block.names:
            return block.asked_for_column()
        return FirstRow(block, words).read()

    # --- Which row ------------------------------------------------------------------------------

    @cached_property
    def left(self) -> int:
        """The first column that holds something."""
        return min((column for row in self.rows for column in row.cells), default=0)

    @cached_property
    def names(self) -> dict[int, Indicator]:
        """The rows that name an indicator and say something of it, by their line."""
        found = {}
        for row in self.rows:
            known, _unit = self.destination.indicator_names.find(row[self.left].text)
            asked = [one for one in known if one.code in self.destination.asked_codes]
            if len(asked) == 1 and len(row.cells) > 1:
                found[row.line] = asked[0]
        return found

    def where(self, row: Row, column: int) -> str:
        if self.is_file:
            return where(row.line, column)
        place = {"row": row.line, "column": column + 1}
        return _("row %(row)s, column %(column)s of the block") % place

    def _leave(self, row: Row, column: int, message: str) -> None:
        self.strays.append(Stray(self.where(row, column), row[column].text[:200], message))

    def lay(self) -> TableContent:
        """Each row on its indicator; a row that has none is left out, and said."""
        self.strays = []
        names, cells = self.names, []
        for row in self.rows:
            indicator, why = self._indicator(row, names)
            if indicator is None:
                self._leave(row, min(row.cells), why)
            elif cell := self._cell(row, indicator, bool(names)):
                cells.append(cell)
        return TableContent(one_for_each(cells), self.strays)

    def _indicator(self, row: Row, names: dict[int, Indicator]) -> tuple[Indicator | None, str]:
        if names:
            message = _("No indicator of this campaign has this name.")
            return names.get(row.line), message
        if self.only is None and self._begins_with_a_name(row):
            return None, _("No indicator of this campaign has this name.")
        codes = [one.code for one in self.destination.indicators]
        start = codes.index(self.destination.start) if self.destination.start in codes else 0
        at = start + row.line - self.rows[0].line
        if at < len(codes):
            return self.destination.indicators[at], ""
        return None, _("The grid has no row here.")

    def _begins_with_a_name(self, row: Row) -> bool:
        """A text that is neither number nor word, before a number: a name that nobody here has."""
        first, *rest = [cell for _column, cell in row]
        is_text = first.kind is Found.TEXT and not is_number(first) and not word_of(first.text)
        return is_text and any(is_number(cell) for cell in rest)

    # --- Which columns --------------------------------------------------------------------------

    def _cell(self, row: Row, indicator: Indicator, is_named: bool) -> TypedCell | None:
        base = self.left + 1 if is_named else self.left
        parts = self._parts(indicator, is_named)
        if self.only is not None:
            base = self.only
            self._leave_other_numbers(row, base, len(parts), is_named)
        _known, unit = self.destination.indicator_names.find(row[self.left].text)
        line = RowOfBlock(self, row, indicator, unit if is_named else "")
        for part, column in zip(parts, range(base, base + len(parts)), strict=False):
            line.take_number(part, column)
        beside = [column for column, _cell in row if self._is_beside(column, base, len(parts))]
        for column in beside:
            if not (is_named and column == self.left):
                line.take_beside(column)
        return line.cell()

    def _parts(self, indicator: Indicator, is_named: bool) -> list[str]:
        parts = ["numerator", "denominator"] if indicator.is_ratio else ["value"]
        column = self.destination.column
        return parts[parts.index(column) :] if column in parts and not is_named else parts

    def _is_beside(self, column: int, base: int, count: int) -> bool:
        return not base <= column < base + count

    def _leave_other_numbers(self, row: Row, base: int, count: int, is_named: bool) -> None:
        for column, cell in list(row):
            is_name = is_named and column == self.left
            if is_number(cell) and self._is_beside(column, base, count) and not is_name:
                self._leave(row, column, self.message_of_others)

    message_of_others = ""

    # --- Several columns of numbers -------------------------------------------------------------

    def asked_for_column(self) -> TableContent:
        """The block laid down; where several columns hold numbers, which of them is meant."""
        columns = self.columns_of_numbers()
        if len(columns) < 2 or self.only is not None:
            return self.lay()
        if len(columns) > MOST_COLUMNS_ASKED:
            message = _("Many columns hold numbers. Copy the one of %(year)s alone.")
            raise Unreadable(message % {"year": self.destination.year})
        message = _("Several columns hold numbers. Which one is of %(year)s?")
        return TableContent(
            question=BlockQuestion(
                message % {"year": self.destination.year},
                [
                    *[(self._heading_of(column), self._of(column)) for column in columns],
                    *self._going_down(columns),
                ],
            )
        )

    def columns_of_numbers(self) -> list[int]:
        """The columns in which a row holds a number beyond those that its cell takes, with those
        of the number itself; none where no row does."""
        names = self.names
        seen: set[int] = set()
        has_more = False
        for row in self.rows:
            indicator, _why = self._indicator(row, names)
            if indicator is None:
                continue
            base = self.left + 1 if names else self.left
            numbers = {column for column, cell in row if column >= base and is_number(cell)}
            has_more = has_more or len(numbers) > len(self._parts(indicator, bool(names)))
            seen |= numbers
        return sorted(seen) if has_more else []

    def _heading_of(self, column: int) -> str:
        texts = [row[column].text.strip() for row in self.rows if holds(row[column])]
        words = {"column": letters(column), "texts": " · ".join(texts[:3])}
        return _("column %(column)s: %(texts)s") % words

    def _of(self, column: int) -> TableContent:
        block = replace(self, only=column, strays=[])
        block.message_of_others = _("Another column was chosen.")
        return block.lay()

    def _going_down(self, columns: list[int]) -> list[tuple[str, TableContent]]:
        """A single row of numbers may be a column that was copied lying down."""
        if len(self.rows) != 1 or self.names:
            return []
        [row] = self.rows
        turned = [
            Row(row.line + place, {self.left: row[column]}) for place, column in enumerate(columns)
        ]
        down = replace(self, rows=turned, strays=[])
        return [(_("none: each number goes to the next row down"), down.lay())]


@dataclass
class RowOfBlock:
    """One row while it is read: what its cells say of its indicator."""

    block: Block
    row: Row
    indicator: Indicator
    unit: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    first: int | None = None

    def __post_init__(self) -> None:
        self.texts = CellTexts(self.block.destination.language, self.indicator)

    def take_number(self, part: str, column: int) -> None:
        cell = self.row[column]
        if not holds(cell):
            return
        self.first = column if self.first is None else self.first
        if cell.kind in NOT_TYPED:
            self.block._leave(self.row, column, not_typed(cell.kind))
        elif not is_number(cell) and word_of(cell.text):
            self.typed["word"] = cell.text.strip()
        else:
            self.typed[part] = self.texts.read(part, cell, self.unit)

    def take_beside(self, column: int) -> None:
        """What stands beside the number: its unit, a word, the word's reason, a note."""
        cell = self.row[column]
        text = cell.text.strip()
        if not text or (is_number(cell) and self.block.only is not None):
            return
        if is_number(cell):
            self.block._leave(self.row, column, _("No column of the grid stands here."))
        elif not self._take_unit(text):
            self._take_text(text)

    def _take_unit(self, text: str) -> bool:
        if bare(text) not in {bare(self.indicator.unit_fr), bare(self.indicator.unit_en)}:
            return False
        return bool(self.typed)

    def _take_text(self, text: str) -> None:
        if "word" not in self.typed and word_of(text):
            self.typed["word"] = text
        elif "word" in self.typed and "reason" not in self.typed:
            self._say(text, _("“%(text)s” is taken as the reason."))
            self.typed["reason"] = text
        else:
            self._say(text, _("“%(text)s” is taken as the explanation."))
            notes = [self.typed.get("explanation", ""), text]
            self.typed["explanation"] = "\n".join(filter(None, notes))

    def _say(self, text: str, message: str) -> None:
        short = text if len(text) <= 80 else f"{text[:79]}…"
        self.texts.remarks.append(message % {"text": short})

    def cell(self) -> TypedCell | None:
        """What the row says, if it says a figure. A note alone is told, and belongs to no cell."""
        if set(self.typed) & {"value", "numerator", "denominator", "word"}:
            place = self.block.where(self.row, self.first or self.block.left)
            return self.texts.cell(self.typed, self.typed, place)
        if "explanation" in self.typed:
            message = _("There is no figure on this line: its explanation alone is left out.")
            text = self.typed["explanation"]
            place = self.block.where(self.row, min(self.row.cells))
            self.block.strays.append(Stray(place, text[:200], message))
        return None


@dataclass
class FirstRow:
    """The first row of a block without names: a heading, a row of figures, or in doubt."""

    block: Block
    words: HeadingWords

    def read(self) -> TableContent:
        rows = self.block.rows
        if len(rows) < 2:
            return self.block.asked_for_column()
        fields = {column: self._field(cell) for column, cell in rows[0]}
        is_year = [self._is_bare_year(cell) for _column, cell in rows[0]]
        if not all(fields.values()):
            return self.block.asked_for_column()
        if all(is_year) and len({cell.text.strip() for _column, cell in rows[0]}) == 1:
            return self._in_doubt(fields)
        return self._as_heading(fields)

    def _field(self, cell: FoundCell) -> str:
        """The field that a heading names; "heading" where it says only what is below."""
        name, _unit = self.words.field(cell.text)
        return name or ("heading" if self._names_what_is_below(cell.text) else "")

    def _names_what_is_below(self, text: str) -> bool:
        destination = self.block.destination
        units = {
            bare(text) for one in destination.indicators for text in (one.unit_fr, one.unit_en)
        }
        return bool(
            destination.indicator_names.find(text)[0]
            or destination.school_names.exact(text)
            or bare(text) in units
        )

    def _is_bare_year(self, cell: FoundCell) -> bool:
        return bool(_BARE_YEAR.fullmatch(cell.text.strip()))

    # --- A heading ------------------------------------------------------------------------------

    def _as_heading(self, fields: dict[int, str]) -> TableContent:
        """The rows below it; of several years, the campaign's own column alone."""
        heading, *rows = self.block.rows
        below = replace(self.block, rows=rows, strays=[])
        other_years = [column for column, name in fields.items() if name == BESIDE]
        own = [column for column, name in fields.items() if name == "value"]
        if other_years or (own and own[0] != self.block.left):
            message = _("Only the year %(year)s is collected.")
            below.message_of_others = message % {"year": self.block.destination.year}
            below.only = own[0] if own else -1
        content = below.asked_for_column()
        texts = " · ".join(cell.text.strip() for _column, cell in heading)
        words = {"text": texts, "where": below.where(heading, min(heading.cells))}
        content.remarks.append(_("“%(text)s” (%(where)s) is a heading: it is left out.") % words)
        return content

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
        """Whether the numbers look like last year's: all that can be compared, and at least one."""
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
