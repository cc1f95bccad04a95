"""Writes a plan to a workbook: what is stored, and blank lines for more."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School
from imtplan.planning.forms import fingerprint_of
from imtplan.planning.workbook.sheets import (
    FORMAT,
    GUIDE,
    LISTS,
    MARKER,
    POINT,
    SHEETS,
    ColumnFormat,
    PlanColumn,
    PlanSheet,
    rows_of,
    years_of,
)
from imtplan.spreadsheets.books import BookFormat
from imtplan.spreadsheets.site_looks import BASE, OPEN, SHARED
from imtplan.spreadsheets.tables import letters
from imtplan.spreadsheets.workbooks import FIRST_DAY, CellOut, CellRule, SheetOut
from indicators.models import Indicator
from objectives.models import StrategicPlan

# How many blank lines a sheet has; people may type below them.
BLANK_LINES = 30
LINE_HEIGHT, MAX_LINES = 15.0, 8
LOOKS = SHARED | {
    "text": OPEN | {"text_wrap": True, "valign": "top", "num_format": "@"},
    # "General", so that the spreadsheet keeps the % of a typed "12 %", and the reader sees it.
    "number": OPEN | {"valign": "top", "num_format": "General"},
    "day": OPEN | {"valign": "top", "num_format": "dd/mm/yyyy"},
    "list": BASE,
}
_LOOK_OF = {
    ColumnFormat.NUMBER: "number",
    ColumnFormat.WHOLE: "number",
    ColumnFormat.DAY: "day",
    ColumnFormat.BESIDE: "shut",
}

ADVICE = [
    _("Each sheet has one line for each thing. Change a yellow cell, or add a line below."),
    _("A code tells what a line speaks of. A code that is not there yet makes something new."),
    _(
        "Nothing is taken away by absence: a line, a column or a sheet left out changes nothing."
        " What is no longer wanted is put aside in its page."
    ),
    _(
        "An emptied cell empties what is stored. A weight, a rank or a choice cannot be empty:"
        " there it changes nothing, and something new takes the usual one."
    ),
    _("Leave empty what was not published: nothing is invented, and empty is never zero."),
    _("The baseline stands with its target: its year, its value and its source."),
    _(
        "A target is a value or a growth in %, one of the two; give its source, and how sure it is."
        " One target of an indicator is the reference: that one counts."
    ),
    _("In “Links” stand the weights: what counts, in what, and how much."),
    _("The last sheet lists the words of the columns, and the codes of indicators and schools."),
    _("Numbers are typed, no formula is read. Days are written as 15/12/2022."),
    _(
        "Give the file back on the page of the plan. You see every change, and every number that"
        " moves, before anything is stored. Nothing is stored unless every line is right."
    ),
]


def workbook_of(
    plan: StrategicPlan | None, language: str, book: BookFormat = BookFormat.XLSX
) -> bytes:
    """Returns the file in one of the two languages; without a plan, it has headings alone."""
    with override(language):
        title = str(plan.name) if plan else gettext("A new plan")
        return book.write(
            _WorkbookWriter(plan, title).sheets(language),
            LOOKS,
            {"title": title, "author": "IMT Plan"},
        )


def file_name(plan: StrategicPlan | None) -> str:
    code = plan.code if plan else gettext("new-plan")
    return f"imt-plan-{code}"


def state_of(plan: StrategicPlan) -> str:
    """Returns a fingerprint of a plan: of every value that its workbook holds."""
    with override("fr"):
        plain = [
            [[str(_value(row, column)) for column in columns] for row in rows_of(sheet, plan)]
            for sheet in SHEETS
            for columns in [sheet.columns_for(years_of(plan))]
        ]
    return fingerprint_of(plain)


@dataclass
class _WorkbookWriter:
    plan: StrategicPlan | None
    title: str

    def sheets(self, language: str) -> list[SheetOut]:
        made = [self._sheet(sheet) for sheet in SHEETS]
        return [self._guide(), *made, self._lists(), self._marks(language)]

    def _guide(self) -> SheetOut:
        day = f"{timezone.localtime():%d/%m/%Y %H:%M}"
        steps = [[CellOut(f"{number}. {step}", "step")] for number, step in enumerate(ADVICE, 1)]
        rows = [
            [CellOut(self.title, "title")],
            [CellOut(gettext("Made on %(day)s.") % {"day": day}, "lead")],
            [],
            *steps,
        ]
        heights = {0: 26.0} | dict.fromkeys(range(3, len(rows)), 32.0)
        return SheetOut(str(GUIDE), rows, widths=[110], heights=heights)

    def _sheet(self, sheet: PlanSheet) -> SheetOut:
        columns = sheet.columns_for(years_of(self.plan))
        headings = [
            CellOut(column.heading, "heading", comment=str(column.hint)) for column in columns
        ]
        stored = list(rows_of(sheet, self.plan)) if self.plan else []
        rows = [[self._cell(column, row) for column in columns] for row in stored]
        room = 1 - len(rows) if sheet.slug == "plans" else BLANK_LINES
        rows += [[self._cell(column, None) for column in columns] for _line in range(room)]
        return SheetOut(
            str(sheet.title),
            [headings, *rows],
            widths=[column.width for column in columns],
            headings=0,
            fixed_columns=1 if "code" in sheet.key else 0,
            is_locked=False,
            heights={line: _height(cells, columns) for line, cells in enumerate([headings, *rows])},
        )

    def _cell(self, column: PlanColumn, row: Any) -> CellOut:
        value = None if row is None else _value(row, column)
        return CellOut(
            value, _LOOK_OF.get(column.format, "text"), self._rules.get(_rule_of(column))
        )

    # --- The lists of words ---------------------------------------------------------------------

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        """Returns each list of words, by the name of its rule; two columns may share one."""
        words_by_rule = {}
        for sheet in SHEETS:
            for column in sheet.columns:
                if column.format is ColumnFormat.WORD:
                    words = [str(label) for _value, label in column.words]
                    words_by_rule[_rule_of(column)] = [column.heading, *words]
        return words_by_rule

    @cached_property
    def _codes(self) -> list[list[str]]:
        indicators = Indicator.objects.in_use()
        schools = list(School.objects.without_the_institute())
        return [
            [gettext("Codes of indicators"), *(row.code for row in indicators)],
            [gettext("Their names"), *(str(row.name) for row in indicators)],
            [gettext("Codes of schools"), *(row.code for row in schools)],
            [gettext("Their names"), *(str(row) for row in schools)],
        ]

    @cached_property
    def _rules(self) -> dict[str, CellRule]:
        name = str(LISTS)
        rules = {"yes": CellRule(choices=[gettext("yes"), gettext("no")])}
        for place, (key, words) in enumerate(self._words.items(), start=len(self._codes)):
            letter = letters(place)
            cells = f"'{name}'!${letter}$2:${letter}${len(words)}"
            rules[key] = CellRule(choices_at=cells, warning=gettext("Choose a word of the list."))
        return rules

    def _lists(self) -> SheetOut:
        lists = [*self._codes, *self._words.values()]
        longest = max(len(texts) for texts in lists)
        rows = [
            [
                CellOut(texts[line] if line < len(texts) else None, "list" if line else "heading")
                for texts in lists
            ]
            for line in range(longest)
        ]
        widths = [28, 44, 22, 34, *([30] * len(self._words))]
        return SheetOut(str(LISTS), rows, widths=widths, headings=0, heights={0: 32.0})

    def _marks(self, language: str) -> SheetOut:
        marks = {
            "format": FORMAT,
            "plan": self.plan.code if self.plan else "",
            "language": language,
            "made": f"{timezone.localtime():%d/%m/%Y %H:%M}",
            "state": state_of(self.plan) if self.plan else "",
        }
        rows = [[CellOut(name), CellOut(text)] for name, text in marks.items()]
        return SheetOut(MARKER, rows, is_hidden=True)


def _height(cells: Sequence[CellOut], columns: Sequence[PlanColumn]) -> float:
    """Returns the height that shows a line's longest text, in points, up to a limit. Spreadsheet
    programs do not work it out by themselves."""
    longest = max(
        sum(math.ceil(max(len(part), 1) / column.width) for part in cell.value.splitlines())
        if isinstance(cell.value, str)
        else 1
        for cell, column in zip(cells, columns, strict=True)
    )
    return LINE_HEIGHT * min(max(longest, 1), MAX_LINES) + 2


def _rule_of(column: PlanColumn) -> str:
    if column.format is ColumnFormat.YES:
        return "yes"
    return (
        str([value for value, _label in column.words]) if column.format is ColumnFormat.WORD else ""
    )


# --- Cells --------------------------------------------------------------------------------------


def _value(row: Any, column: PlanColumn) -> str | Decimal | int | None:
    """Returns the value of a cell; None, an empty cell, where it is unknown."""
    if column.name.startswith(POINT):
        year = int(column.name.removeprefix(POINT))
        return next((point.value for point in row.points.all() if point.year == year), None)
    value = row.pk if column.name == "number" else getattr(row, column.name)
    return None if value is None else _in_cell(value, column)


def _in_cell(value: Any, column: PlanColumn) -> str | Decimal | int:
    match column.format:
        case ColumnFormat.NUMBER | ColumnFormat.WHOLE:
            return value
        case ColumnFormat.DAY:
            return (value - FIRST_DAY).days
        case ColumnFormat.WORD:
            return _word(column.words, value)
        case ColumnFormat.CODE if not isinstance(value, str):
            return value.code
        case _ if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        case _:
            return str(value)


def _word(words: Sequence[tuple[str, str | Promise]] | Iterable[Any], value: str) -> str:
    return str(dict(words).get(value, value))
