"""What whoever counts has to know of an indicator, as lines: for the workbook and its comments."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext

from imtplan.campaigns.entry.pages.entry_page import EntryRow
from imtplan.spreadsheets.workbooks import CellOut, SheetOut
from indicators.models import Indicator
from indicators.models.definition_sheet import TEXTS

# What is said also where nobody wrote it down: whoever counts has to ask.
NEEDED = ("definition", "counted_on", "left_out", "contact")
# What stands in the comment of the cell; the sheet of definitions has all.
IN_SHORT = {*NEEDED, "ratio", "formula", "included"}


def lines_of(indicator: Indicator, *, in_short: bool = False) -> Iterator[tuple[str, str]]:
    """Returns each heading with its text; what a person who counts has to know and nobody wrote
    down says whom to ask instead."""
    missing = gettext("Not said yet: ask the plan office.")
    lines = [line for line in indicator.sheet if not in_short or line.name in IN_SHORT]
    written = {line.name: line for line in lines}
    for name in NEEDED:
        if name not in written:
            yield str(TEXTS[name]), missing
    for line in written.values():
        titles = (f"{document.title} ({document.address})" for document in line.documents)
        yield line.heading, line.text or "\n".join(titles)
    yield gettext("Unit"), str(indicator.unit)
    if indicator.is_proposed and indicator.definition:
        yield gettext("Standing"), gettext("Proposed definition: not published.")


def definition_of(indicator: Indicator) -> str:
    """Returns the comment of the indicator's cell; empty where nothing is defined."""
    if len(indicator.lacks) == 4:
        return ""
    text = gettext("%(heading)s: %(text)s")
    pairs = lines_of(indicator, in_short=True)
    return "\n".join(text % {"heading": heading, "text": words} for heading, words in pairs)


def definitions_sheet(rows: Iterable[EntryRow]) -> SheetOut:
    """Returns a sheet to read, laid out as no table of figures is: nothing of it is read back."""
    title = gettext("Definitions")
    lines = [[CellOut(title, "title")], []]
    for row in rows:
        lines.append([CellOut(str(row.indicator.name), "theme"), CellOut(look="theme")])
        lines += [
            [CellOut(heading, "definition"), CellOut(text, "definition")]
            for heading, text in lines_of(row.definition)
        ]
        lines.append([])
    return SheetOut(title, lines, widths=[24, 105], heights={0: 26})
