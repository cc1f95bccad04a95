"""Foreign text costs what it is long: any number of signs of any kind is read once.

Each of these took minutes or years: forty asterisks before a letter were enough.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal

import pytest

from imtplan.campaigns.entry.checking.no_number_words import word_of
from imtplan.campaigns.files.tables.cell_forms import number_text
from imtplan.campaigns.files.tables.table_names import (
    is_number,
    is_part_of_a_year,
    without_unit,
    year_of,
)
from imtplan.numbers import NumberError, parse_number, parse_plain
from imtplan.spreadsheets.cell_words import bare
from imtplan.spreadsheets.columns import safe_text
from imtplan.spreadsheets.tables import CellType, SheetCell
from imtplan.spreadsheets.text_runs import Place, Run, without_notes
from imtplan.units import CellUnit, parse_quantity, unit_named

LENGTH = 300_000
FAR_TOO_LONG = 30  # seconds of this process; what is linear takes one, a square ninety


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """An error instead of a test that never ends."""

    def give_up(*_: object) -> None:
        raise TimeoutError("this text is not read in linear time")

    signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, FAR_TOO_LONG)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)


def quantity(text: str) -> Decimal | None:
    with suppress(NumberError):
        return parse_quantity(text, language="fr", cell=CellUnit("k€", ("k€",)))
    return None


def number(text: str) -> Decimal | None:
    with suppress(NumberError):
        return parse_number(text, language="en")
    return None


def plain_number(text: str) -> Decimal | None:
    with suppress(NumberError):
        return parse_plain(text)
    return None


READERS: dict[str, Callable[[str], object]] = {
    "a name or heading": bare,
    "a name with its unit": without_unit,
    "a year": year_of,
    "a part of a year": is_part_of_a_year,
    "what may be a number": lambda text: is_number(SheetCell(CellType.TEXT, text)),
    "a number in brackets": number_text,
    "a word for no number": word_of,
    "a number that is typed": number,
    "a number of a program": plain_number,
    "a number with its unit": quantity,
    "a unit": unit_named,
    "a text in a file": safe_text,
    "a text with a raised note": lambda text: without_notes(
        [Run(text), Run(text, Place.RAISED), Run("1", Place.RAISED)]
    ),
}
# What is repeated, and what comes before and behind it.
CRAFTED = [
    *(("", repeated, "x") for repeated in ("*", " ", "1 ", "(1)", "[*", "1,", "a, ", " en ", "d.")),
    *(("(1", repeated, "x") for repeated in ("1", " ", "*")),
    ("1", "\u202f", "x"),
    ("a", " ", "("),
]


@pytest.mark.parametrize("reader", READERS)
def test_many_signs_are_read_once(reader: str) -> None:
    for before, repeated, behind in CRAFTED:
        READERS[reader](before + repeated * (LENGTH // len(repeated)) + behind)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Étudiants *", "etudiants"),
        ("Étudiants (1) [b] †:", "etudiants"),
        ("Étudiants²", "etudiants"),
        ("Étudiants ***", "etudiants"),
        ("* Étudiants", "* etudiants"),
        ("Étudiants (total)", "etudiants (total)"),
        ("*" * 40 + "Total", "*" * 40 + "total"),
    ],
)
def test_a_footnote_is_found_as_before(text: str, name: str) -> None:
    assert bare(text) == name
