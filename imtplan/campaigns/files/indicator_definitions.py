"""What whoever counts has to know of an indicator, as lines: for the workbook and its comments."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext

from imtplan.campaigns.entry.pages.entry_page import EntryRow
from imtplan.spreadsheets.workbooks import CellOut, SheetOut
from indicators.models import Indicator


def lines_of(indicator: Indicator) -> Iterator[tuple[str, str]]:
    """Returns each heading with its text; what nobody wrote down says whom to ask instead."""
    missing = gettext("Not said yet: ask the plan office.")
    yield gettext("What is counted"), indicator.definition or missing
    if indicator.is_ratio:
        yield gettext("Computed as"), f"{indicator.numerator} ÷ {indicator.denominator}"
    yield gettext("At which date"), indicator.counted_on or missing
    yield gettext("Unit"), str(indicator.unit)
    yield gettext("What is left out"), indicator.left_out or missing
    yield gettext("Whom to ask"), indicator.contact or missing
    if indicator.is_proposed and indicator.definition:
        yield gettext("Standing"), gettext("Proposed definition: not published.")


def definition_of(indicator: Indicator) -> str:
    """Returns the comment of the indicator's cell; empty where nothing is defined."""
    if len(indicator.lacks) == 4:
        return ""
    text = gettext("%(heading)s: %(text)s")
    pairs = lines_of(indicator)
    return "\n".join(text % {"heading": heading, "text": words} for heading, words in pairs)


def definitions_sheet(rows: Iterable[EntryRow]) -> SheetOut:
    """Returns a sheet to read, laid out as no table of figures is: nothing of it is read back."""
    title = gettext("Definitions")
    lines = [[CellOut(title, "title")], []]
    for row in rows:
        lines.append([CellOut(str(row.indicator.name), "theme"), CellOut(look="theme")])
        lines += [
            [CellOut(heading, "definition"), CellOut(text, "definition")]
            for heading, text in lines_of(row.indicator)
        ]
        lines.append([])
    return SheetOut(title, lines, widths=[24, 105], heights={0: 26})
