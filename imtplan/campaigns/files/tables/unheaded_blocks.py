"""A block without a line of headings that names its columns, laid over the grid.

Rows go down from the cell in which the person pasted, or to the rows that the block names. Columns
go right: the number (or a ratio's two parts), then what stands beside it: a word instead of a
number, its reason, a note. What can be read in two ways is asked, never guessed.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

from django.utils.translation import gettext as _

from imtplan.campaigns.entry.checking.no_number_words import word_of
from imtplan.campaigns.files.tables.cell_texts import CellTexts
from imtplan.campaigns.files.tables.headings import BESIDE, HeadingWords, no_column
from imtplan.campaigns.files.tables.table_names import (
    Destination,
    did_you_mean,
    is_number,
    is_part_of_a_year,
    year_of,
)
from imtplan.campaigns.files.tables.table_units import texts_of, unit_beside, unit_of_table
from imtplan.campaigns.files.tables.typed_cells import (
    BlockQuestion,
    StrayText,
    TableContent,
    TypedCell,
    one_for_each,
)
from imtplan.spreadsheets.cell_words import NOT_TYPED, bare, not_typed, where
from imtplan.spreadsheets.tables import CellType, SheetCell, TableRow, Unreadable, letters
from indicators.models import Indicator

MOST_COLUMNS_ASKED = 12


@dataclass
class FigureBlock:
    """The rows of a block, and where they go. `only`: the one column of numbers that is meant;
    `unit`: that of its heading."""

    rows: list[TableRow]
    destination: Destination
    words: HeadingWords
    unit: str = ""
    only: int | None = None
    is_file: bool = False
    strays: list[StrayText] = field(default_factory=list)

    # --- Which row ------------------------------------------------------------------------------

    @cached_property
    def left(self) -> int:
        """Returns the first column that holds something."""
        return min((column for row in self.rows for column in row.cells), default=0)

    @cached_property
    def names(self) -> dict[int, Indicator]:
        """Returns the rows that name an indicator and say something of it, by their line."""
        names = {}
        for row in self.rows:
            known, _unit = self.destination.indicator_names.find(row[self.left].text)
            matches = [named for named in known if named.code in self.destination.asked_codes]
            if len(matches) == 1 and len(row.cells) > 1:
                names[row.line] = matches[0]
        return names

    def where(self, row: TableRow, column: int) -> str:
        if self.is_file:
            return where(row.line, column)
        place = {"row": row.line, "column": column + 1}
        return _("row %(row)s, column %(column)s of the block") % place

    def leave(self, row: TableRow, column: int, message: str) -> None:
        self.strays.append(StrayText(self.where(row, column), row[column].text[:200], message))

    def lay(self) -> TableContent:
        """Lays each row on its indicator; a row that has none is left out, and said."""
        self.strays = []
        names, cells = self.names, []
        for row in self.rows:
            indicator, why = self._indicator(row, names)
            if indicator is None:
                self.leave(row, min(row.cells), why)
            elif cell := self._cell(row, indicator, bool(names)):
                cells.append(cell)
        return TableContent(one_for_each(cells), self.strays)

    def _indicator(
        self, row: TableRow, names: dict[int, Indicator]
    ) -> tuple[Indicator | None, str]:
        if row.line in names:
            return names[row.line], ""
        if names or (self.only is None and self._begins_with_a_name(row)):
            message = _("No indicator of this campaign has this name.")
            return None, did_you_mean(message, self.destination.near(row[min(row.cells)].text))
        codes = [indicator.code for indicator in self.destination.indicators]
        start = codes.index(self.destination.start) if self.destination.start in codes else 0
        at = start + row.line - self.rows[0].line
        if at < len(codes):
            return self.destination.indicators[at], ""
        return None, _("The grid has no row here.")

    def _begins_with_a_name(self, row: TableRow) -> bool:
        """Says whether a text that is no number and no word, so an unknown name, precedes a
        number."""
        first, *rest = [cell for _column, cell in row]
        is_text = first.kind is CellType.TEXT and not is_number(first) and not word_of(first.text)
        return is_text and any(is_number(cell) for cell in rest)

    # --- Which columns --------------------------------------------------------------------------

    def _cell(self, row: TableRow, indicator: Indicator, is_named: bool) -> TypedCell | None:
        base = self.left + 1 if is_named else self.left
        parts = self._parts(indicator, is_named)
        if self.only is not None:
            base = self.only
            self._leave_other_numbers(row, base, len(parts), is_named)
        _known, unit = self.destination.indicator_names.find(row[self.left].text)
        unit = (unit if is_named else self.unit) or unit_beside(indicator, self._table_unit)
        line = BlockRow(self, row, indicator, unit)
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

    def _leave_other_numbers(self, row: TableRow, base: int, count: int, is_named: bool) -> None:
        for column, cell in list(row):
            is_name = is_named and column == self.left
            if is_number(cell) and self._is_beside(column, base, count) and not is_name:
                self.leave(row, column, self.message_of_others)

    @cached_property
    def _table_unit(self) -> str:
        """Returns the unit in which all of the block is, by the lines above its names."""
        first = min(self.names, default=0)
        return unit_of_table(texts_of(row for row in self.rows if row.line < first))

    message_of_others = ""

    # --- Several columns of numbers -------------------------------------------------------------

    def asked_for_column(self) -> TableContent:
        """Lays the block down; where it is in doubt which column of numbers is meant, asks that."""
        if self.only is not None:
            return self.lay()
        numbers, has_more = self._columns_of_numbers()
        heads = self._heads()
        own = [column for column in numbers if self._field(heads, column) != BESIDE]
        if numbers and not own:
            raise Unreadable(no_column(self.destination, [heads[column] for column in numbers]))
        is_unknown = len(own) == 1 and own[0] in heads and not self._field(heads, own[0])
        if has_more or len(own) < len(numbers) or is_unknown:
            return TableContent(question=self._which(own))
        return self.lay()

    def _which(self, columns: list[int]) -> BlockQuestion:
        if len(columns) > MOST_COLUMNS_ASKED:
            message = _("Many columns hold numbers. Copy the one of %(year)s alone.")
            raise Unreadable(message % {"year": self.destination.year})
        message = _("Several columns hold numbers. Which one is of %(year)s?")
        if len(columns) == 1:
            message = _("No heading says that these are the figures of %(year)s. Are they?")
        return BlockQuestion(
            message % {"year": self.destination.year},
            [
                *[(self._heading_of(column), self._of(column)) for column in columns],
                *self._going_down(columns),
            ],
        )

    def _field(self, heads: dict[int, str], column: int) -> str:
        name, _unit = self.words.field(heads.get(column, ""))
        return name

    def _heads(self) -> dict[int, str]:
        """Returns what stands above the first row that names an indicator, by column."""
        heads: dict[int, str] = {}
        names = self.names
        for row in self.rows if names else []:
            if row.line in names:
                break
            for column, cell in row:
                if column > self.left and _may_head(cell):
                    heads[column] = cell.text.strip()
        return heads

    def _columns_of_numbers(self) -> tuple[list[int], bool]:
        """Returns the columns that hold numbers, and whether a row holds more than it takes."""
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
        return sorted(seen), has_more

    def _heading_of(self, column: int) -> str:
        texts = [row[column].text.strip() for row in self.rows if row[column].is_filled]
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
            TableRow(row.line + place, {self.left: row[column]})
            for place, column in enumerate(columns)
        ]
        down = replace(self, rows=turned, strays=[])
        return [(_("none: each number goes to the next row down"), down.lay())]


@dataclass
class BlockRow:
    """One row while it is read: what its cells say of its indicator."""

    block: FigureBlock
    row: TableRow
    indicator: Indicator
    unit: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    first: int | None = None

    def __post_init__(self) -> None:
        self.texts = CellTexts(self.block.destination.language, self.indicator)

    def take_number(self, part: str, column: int) -> None:
        cell = self.row[column]
        if not cell.is_filled:
            return
        self.first = column if self.first is None else self.first
        if cell.kind in NOT_TYPED:
            self.block.leave(self.row, column, not_typed(cell.kind))
        elif not is_number(cell) and word_of(cell.text):
            self.typed["word"] = cell.text.strip()
        else:
            self.typed[part] = self.texts.read(part, cell, self.unit)

    def take_beside(self, column: int) -> None:
        """Takes what stands beside the number: its unit, a word, the word's reason, a note."""
        cell = self.row[column]
        text = cell.text.strip()
        if not text or (is_number(cell) and self.block.only is not None):
            return
        if is_number(cell):
            self.block.leave(self.row, column, _("No column of the grid stands here."))
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
        """Returns what the row says, if it says a figure. A note alone belongs to no cell."""
        if set(self.typed) & {"value", "numerator", "denominator", "word"}:
            place = self.block.where(self.row, self.first or self.block.left)
            return self.texts.cell(self.typed, self.typed, place)
        if "explanation" in self.typed:
            message = _("There is no figure on this line: its explanation alone is left out.")
            text = self.typed["explanation"]
            place = self.block.where(self.row, min(self.row.cells))
            self.block.strays.append(StrayText(place, text[:200], message))
        return None


def _may_head(cell: SheetCell) -> bool:
    """Says whether a text may be a heading; "1l50" is a number that was read wrongly."""
    text = cell.text.strip()
    return bool(year_of(text)) or is_part_of_a_year(text) or not text[:1].isdigit()
