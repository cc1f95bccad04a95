"""Merged blocks of cells. The first cell alone holds the text; it covers the others."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from imtplan.spreadsheets.package import too_much
from imtplan.spreadsheets.tables import MAX_CELLS, MAX_COLUMNS, NOTHING, TableRow


@dataclass(frozen=True, slots=True)
class MergedBlock:
    """A block, with lines counted from 1, columns from 0, and the last ones included."""

    line: int
    column: int
    last_line: int
    last_column: int


def keep(blocks: list[MergedBlock], block: MergedBlock) -> None:
    """Add a block to those of its sheet; `Unreadable` if there are more blocks than cells."""
    if len(blocks) >= MAX_CELLS:
        raise too_much()
    blocks.append(block)


def cover(rows: list[TableRow], blocks: Iterable[MergedBlock]) -> None:
    """Note in the rows, sorted by line, the block that covers each cell, and hide those cells.
    `Unreadable` if the blocks cover more cells than a file may have: real ones never overlap."""
    lines = [row.line for row in rows]
    covered = 0
    for block in blocks:
        first, end = bisect_left(lines, block.line), bisect_right(lines, block.last_line)
        width = min(block.last_column + 1, MAX_COLUMNS) - block.column
        if width > 0 and end > first:
            covered += (end - first) * width
            if covered > MAX_CELLS:
                raise too_much()
            _cover(rows[first:end], block)


def _cover(within: list[TableRow], block: MergedBlock) -> None:
    is_first = within[0].line == block.line
    top = within[0].cells.get(block.column, NOTHING) if is_first else NOTHING
    for row, column in _under(within, block):
        if top != NOTHING:
            row.covered[column] = top
        if own := row.cells.get(column):
            row.cells[column] = replace(own, is_hidden=True)


def _under(within: list[TableRow], block: MergedBlock) -> Iterator[tuple[TableRow, int]]:
    for row in within:
        for column in range(block.column, min(block.last_column + 1, MAX_COLUMNS)):
            if (row.line, column) != (block.line, block.column):
                yield row, column
