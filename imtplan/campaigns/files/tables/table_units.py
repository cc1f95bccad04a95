"""The unit in which a whole table is, where its title or a heading says so: "Montants en k€".

It goes beside each number of the table that could be meant in it and has no unit of its own. The
reader of numbers then takes it, or refuses it with the value converted: nothing is rescaled here.
"""

import re
from collections.abc import Iterable, Iterator

from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.spreadsheets.tables import CellType, TableRow
from imtplan.units import MONEY, MULTIPLIER, unit_named
from indicators.models import Indicator

LONGEST_TITLE = 200
_SAYS_UNIT = re.compile(r"(?:\b(?:en|in|unité|unit)\s*:?\s+|[(\[])(?=([^()\[\]]+))", re.IGNORECASE)
_MOST_WORDS = 3  # "millions d’euros", "milliers d' euros"


def unit_of_table(titles: Iterable[str]) -> str:
    """Returns the one unit of money, or of thousands, that the titles name; empty where they name
    none, or two."""
    units = {}
    for text in titles:
        for unit in _units_in(" ".join(text.split())):
            if (known := unit_named(unit)) and known.dimension in (MONEY, MULTIPLIER):
                units[known.dimension, known.factor] = unit
    return units.popitem()[1] if len(units) == 1 else ""


def texts_of(rows: Iterable[TableRow]) -> Iterator[str]:
    """Yields the texts of lines that are titles."""
    for row in rows:
        for _column, cell in row:
            if cell.kind is CellType.TEXT and len(cell.text) <= LONGEST_TITLE:
                yield cell.text


def unit_beside(indicator: Indicator, unit: str) -> str:
    """Returns the table's unit, where the numbers of the indicator could be meant in it: money for
    money, thousands for money and for what is counted."""
    known, own = unit_named(unit) if unit else None, unit_of(indicator).unit
    if known is None or indicator.is_ratio:
        return ""
    if known.dimension == MULTIPLIER:
        return unit if own is None or own.dimension == MONEY else ""
    return unit if own is not None and own.dimension == MONEY else ""


def _units_in(title: str) -> Iterator[str]:
    """Yields what may be a unit: the whole title, and the first words after "en" or in brackets."""
    yield title
    for match in _SAYS_UNIT.finditer(title):
        words = match[1].split(" ")[:_MOST_WORDS]
        for count in range(len(words), 0, -1):
            unit = " ".join(words[:count]).strip(" ,;:.)")
            if unit_named(unit):
                yield unit
                break
