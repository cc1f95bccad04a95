"""A school's workbook: its indicators, what is stored of them, and open cells to fill in.

`files.tables.table_reader` reads it back. What both must agree on is declared here once: the
fields and their headings, and the marks by which a workbook says whose it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.campaigns.entry.pages.entry_page import EntryPage, EntryRow, read_page
from imtplan.campaigns.files.indicator_definitions import definition_of, definitions_sheet
from imtplan.campaigns.models import Campaign
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.site_looks import ACCENT, BASE, FRAMED, INK, OPEN, SHARED, SHUT
from imtplan.spreadsheets.workbooks import CellOut, CellRule, SheetOut
from indicators.models import Figure, Indicator

State = Figure.State

FORMAT = "1"
# A sheet that people do not see says which school and year the workbook was made for.
MARKER = "imtplan"
PARTS = ("value", "numerator", "denominator")


@dataclass(frozen=True)
class EntrySheetColumn:
    """One column of the sheet: what it is called, and how wide it is."""

    name: str
    heading: str | Promise
    width: float
    is_hidden: bool = False


FIELDS = [
    EntrySheetColumn("code", _("Code"), 15),
    EntrySheetColumn("name", _("Indicator"), 42),
    EntrySheetColumn("unit", _("Unit"), 14),
    EntrySheetColumn("year", _("Year"), 11),
    EntrySheetColumn("before", _("Last year"), 13),
    EntrySheetColumn("expected", _("Expected this year"), 13),
    EntrySheetColumn("value", _("Value"), 15),
    EntrySheetColumn("numerator", _("Numerator"), 15),
    EntrySheetColumn("denominator", _("Denominator"), 15),
    EntrySheetColumn("word", _("Instead of a number"), 20),
    EntrySheetColumn("reason", _("Reason"), 30),
    EntrySheetColumn("explanation", _("Explanation"), 40),
    EntrySheetColumn("version", _("Version"), 8, is_hidden=True),
]

LOOKS: dict[str, dict[str, Any]] = SHARED | {
    "theme": BASE | {"bold": True, "font_color": ACCENT, "bottom": 2, "bottom_color": ACCENT},
    "code": SHUT | {"font_size": 9},
    "name": SHUT | {"font_color": INK, "bold": True},
    "closed": FRAMED | {"bg_color": "#E3E1D9"},
    "open text": OPEN | {"text_wrap": True, "valign": "top"},
    "open word": OPEN,
    "definition": BASE | {"text_wrap": True, "valign": "top"},
}
# A percentage is left without a format of ours: Excel then shows the % of who types "12 %", and
# we see it too. A whole number shows no decimals: the rule of the cell warns of them.
MAX_SHOWN_DECIMALS = 6
LOOKS |= {
    f"{kind} {decimals}": base | {"num_format": "#,##0" + ("." + "0" * decimals) * bool(decimals)}
    for kind, base in (("open", OPEN), ("shut", SHUT))
    for decimals in range(MAX_SHOWN_DECIMALS + 1)
}
LOOKS["open percentage"] = OPEN | {"num_format": "General"}


def workbook_of(
    campaign: Campaign, school: School, language: str, book: BookFormat = BookFormat.XLSX
) -> bytes:
    """Returns the file, in one of the two languages, with what is stored at this moment."""
    with override(language):
        page = read_page(campaign, school)
        title = gettext("Figures %(year)s: %(school)s") % {
            "year": campaign.label,
            "school": school,
        }
        return book.write(
            [
                _entry_sheet(page, title),
                definitions_sheet(page.rows),
                _advice_sheet(),
                _marks(page, language),
            ],
            LOOKS,
            {"title": title, "author": "IMT Plan"},
        )


def file_name(campaign: Campaign, school: School) -> str:
    return f"imt-plan-{campaign.code}-{school.code}"


# --- The sheet to fill in -----------------------------------------------------------------------


def _entry_sheet(page: EntryPage, title: str) -> SheetOut:
    made = gettext("Made on %(day)s. Fill in the yellow cells, save, and give the file back.")
    rows = [
        [CellOut(title, "title")],
        [CellOut(made % {"day": f"{timezone.localtime():%d/%m/%Y %H:%M}"}, "lead")],
        [],
        [CellOut(str(field.heading), "heading") for field in FIELDS],
    ]
    headings = len(rows) - 1
    heights: dict[int, float] = {0: 26, headings: 32}
    for theme, themed in page.themes.items():
        heights[len(rows)] = 24
        rows.append([CellOut(theme, "theme"), *[CellOut(look="theme")] * (len(FIELDS) - 2)])
        heights |= dict.fromkeys(range(len(rows), len(rows) + len(themed)), 34.0)
        rows.extend(list(_cells(row, page)) for row in themed)
    for excused in page.excused:
        text = gettext("Not asked of this school: %(indicator)s (%(sentence)s)")
        words = {"indicator": excused.indicator.name, "sentence": excused.sentence}
        rows.append([CellOut(text % words, "lead")])
    return SheetOut(
        gettext("Entry"),
        rows,
        widths=[field.width for field in FIELDS],
        hidden_columns=[place for place, field in enumerate(FIELDS) if field.is_hidden],
        headings=headings,
        fixed_columns=2,
        heights=heights,
    )


def _cells(row: EntryRow, page: EntryPage) -> Iterator[CellOut]:
    """Yields one indicator's line, in the order of `FIELDS`."""
    indicator, figure = row.indicator, row.figure
    yield CellOut(indicator.code, "code")
    yield CellOut(_name(indicator), "name", comment=definition_of(row.definition))
    yield CellOut(indicator.unit, "shut")
    yield CellOut(row.year_label, "shut")
    yield _beside(row.before.number if row.before else None, indicator, row.before)
    yield _beside(row.progress.expected_value if row.progress else None, indicator)
    for part in PARTS:
        yield _part(part, indicator, figure)
    has_word = figure is not None and figure.state in (State.NOT_AVAILABLE, State.NOT_APPLICABLE)
    words = [str(State.NOT_AVAILABLE.label), str(State.NOT_APPLICABLE.label)]
    word = str(State(figure.state).label) if figure and has_word else None
    yield CellOut(word, "open word", CellRule(choices=words))
    yield CellOut(figure.reason if figure else None, "open text")
    yield CellOut(figure.explanation if figure else None, "open text")
    yield CellOut(figure.version if figure else None, "code")


def _name(indicator: Indicator) -> str:
    if not indicator.is_ratio:
        return str(indicator.name)
    return f"{indicator.name}\n{indicator.numerator} ÷ {indicator.denominator}"


def _beside(number: Decimal | None, indicator: Indicator, figure: Figure | None = None) -> CellOut:
    """Returns a number to compare with, or the word in its place; nothing where nothing is."""
    if number is None:
        return CellOut(str(State(figure.state).label) if figure else None, "shut")
    decimals = min(indicator.decimals, MAX_SHOWN_DECIMALS)
    return CellOut(round(number, MAX_SHOWN_DECIMALS), f"shut {decimals}")


def _part(part: str, indicator: Indicator, figure: Figure | None) -> CellOut:
    """Returns an open cell for the number or for a ratio's two; the others are shut and grey."""
    if (part == "value") == indicator.is_ratio:
        return CellOut(look="closed")
    number = getattr(figure, part) if figure else None
    return CellOut(number, _open_look(part, indicator), _rule(part, indicator))


def _open_look(part: str, indicator: Indicator) -> str:
    if part == "value" and "%" in indicator.unit:
        return "open percentage"
    return f"open {min(indicator.decimals if part == 'value' else 0, MAX_SHOWN_DECIMALS)}"


def _rule(part: str, indicator: Indicator) -> CellRule:
    if part == "value":
        title, lowest, highest = indicator.unit, indicator.minimum, indicator.maximum
    else:
        title, lowest, highest = getattr(indicator, part), Decimal(0), None
    return CellRule(
        lowest=lowest,
        highest=highest,
        whole=indicator.is_whole,
        hint_title=str(title),
        hint=gettext("Leave it empty if you do not know it yet: empty is not zero."),
        warning=gettext(
            "This number is not expected here: check its sign, its decimals and its unit."
        ),
    )


# --- The other sheets ---------------------------------------------------------------------------

ADVICE = [
    _("Fill in the yellow cells of the first sheet. The others are locked, without a password."),
    _("A figure you do not know yet: leave the cell empty. Empty is never read as zero."),
    _("No figure at all: choose a word in “Instead of a number”, and say why in “Reason”."),
    _("What is counted, at which date, and whom to ask stands in the sheet “Definitions”."),
    _("An indicator with a numerator and a denominator: enter both; the quotient is computed."),
    _("Numbers only: the unit stands beside. Nothing is rounded for you: six decimals at most."),
    _("Something unusual: say it in “Explanation”, so that nobody has to ask."),
    _("Save the file as it is, .xlsx or .ods, and give it back on the page of the collection."),
    _("You then see what would change, cell by cell, before anything is stored."),
]


def _advice_sheet() -> SheetOut:
    steps = [[CellOut(f"{number}. {step}", "step")] for number, step in enumerate(ADVICE, start=1)]
    rows = [[CellOut(gettext("How to fill it in"), "title")], [], *steps]
    return SheetOut(gettext("How to fill it in"), rows, widths=[110], heights={0: 26})


def _marks(page: EntryPage, language: str) -> SheetOut:
    marks = {
        "format": FORMAT,
        "year": str(page.campaign.year),
        "campaign": page.campaign.code,
        "school": page.school.code,
        "language": language,
    }
    rows = [[CellOut(name), CellOut(text)] for name, text in marks.items()]
    return SheetOut(MARKER, rows, is_hidden=True)
