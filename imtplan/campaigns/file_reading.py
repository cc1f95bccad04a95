"""A file that a school gives back, into cells: its workbook, or a table of its own.

A table of its own has a line of headings: a column that names the indicators, by code or by name
in either language, and columns with the figures. What belongs to no cell is told, never dropped
unsaid.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.campaigns.file_headings import SAID, TYPED, Headings
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.proposals import Stray, TypedCell
from imtplan.campaigns.workbook import FORMAT, MARKER, PARTS
from imtplan.spreadsheets.reading import read_tables
from imtplan.spreadsheets.tables import Found, FoundCell, Row, Table, Unreadable
from imtplan.spreadsheets.words import LANGUAGES, NOT_TYPED, bare, not_typed, where
from indicators.models import Figure, Indicator

State = Figure.State

# More remarks than this are a file that is not meant for this page: their number is enough.
MAX_STRAYS = 50
# Numbers in our CSV for programs: a point, and no groups.
_OF_PROGRAMS = re.compile(r"-?\d+\.\d+")


def cells_of_file(
    data: bytes, name: str, campaign: Campaign, school: School
) -> tuple[list[TypedCell], list[Stray]]:
    """What the file says, and what was left out of it. `Unreadable` where it cannot be read."""
    tables = read_tables(data, name)
    marks = _marks(tables)
    if marks is not None:
        _refuse_others(marks, campaign, school)
    for table in tables:
        sheet = _Sheet(table, campaign, school, marks)
        if not table.is_hidden and sheet.headings:
            table.demand_whole()
            cells = list(sheet.read())
            return cells, _few(sheet.strays)
    raise Unreadable(
        _(
            "No line of headings was found. A table needs a column “Code” or “Indicator”"
            " and a column “Value” or “%(year)s”."
        )
        % {"year": campaign.year}
    )


def _few(strays: list[Stray]) -> list[Stray]:
    if len(strays) <= MAX_STRAYS:
        return strays
    rest = _("And %(count)d more.") % {"count": len(strays) - MAX_STRAYS}
    return [*strays[:MAX_STRAYS], Stray("", "", rest)]


# --- Our own workbook ---------------------------------------------------------------------------


def _marks(tables: Iterable[Table]) -> dict[str, str] | None:
    """What the hidden sheet of our own workbook says; none for a table of the school's own."""
    for table in tables:
        if table.name == MARKER:
            return {row[0].text: row[1].text for row in table.rows}
    return None


def _refuse_others(marks: dict[str, str], campaign: Campaign, school: School) -> None:
    if marks.get("format") != FORMAT or marks.get("language") not in LANGUAGES:
        raise Unreadable(_("This workbook is of an older kind: download yours again."))
    if marks.get("school") != school.code:
        raise Unreadable(
            _("This is the workbook of another school: %(other)s, and not %(school)s.")
            % {"other": _school_name(marks.get("school", "")), "school": school}
        )
    if marks.get("year") != str(campaign.year):
        raise Unreadable(
            _("This is the workbook of the year %(other)s: this page is for %(year)s.")
            % {"other": marks.get("year", "?"), "year": campaign.year}
        )


def _school_name(code: str) -> str:
    school = School.objects.filter(code=code).first()
    return str(school) if school else code


# --- Lines --------------------------------------------------------------------------------------


class _Left(Exception):
    """Why something on a line is left out, and of which column."""

    def __init__(self, column: int, text: str, message: str) -> None:
        super().__init__(message)
        self.column, self.text, self.message = column, text, message


@dataclass
class _Sheet:
    """A table, and what is found while it is read."""

    table: Table
    campaign: Campaign
    school: School
    marks: dict[str, str] | None
    strays: list[Stray] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)  # indicator → the line that names it

    @property
    def is_ours(self) -> bool:
        return self.marks is not None

    @property
    def language(self) -> str:
        """Of the numbers: that in which the workbook was made, or that of who sends it."""
        return self.marks["language"] if self.marks else (get_language() or "fr")[:2]

    @cached_property
    def headings(self) -> Headings:
        return Headings.of(self.table, self.campaign.year)

    @property
    def columns(self) -> dict[str, int]:
        return self.headings.columns

    def read(self) -> Iterator[TypedCell]:
        for column, cell in self.headings.row:
            if not self.headings.fields[column]:
                message = _("This column is not known: it is left out.")
                self._stray(self.headings.row, _Left(column, cell.text, message))
        for row in self.table.rows[self.headings.place + 1 :]:
            try:
                yield from self._read_row(row)
            except _Left as left:
                self._stray(row, left)

    def _stray(self, row: Row, left: _Left) -> None:
        self.strays.append(Stray(where(row.line, left.column), left.text[:200], left.message))

    def _read_row(self, row: Row) -> Iterator[TypedCell]:
        """A line that says nothing gives nothing; one of ours that was emptied says so."""
        said = {name for name in TYPED & set(self.columns) if _holds(row[self.columns[name]])}
        version = row[self.columns["version"]].text if "version" in self.columns else ""
        indicator = self._indicator(row, said)
        if indicator is None or not (said or (self.is_ours and version)):
            return
        self._refuse_other_place(row, indicator)
        self._refuse_strange_line(row, indicator)
        self._refuse_wrong_parts(row, indicator, said)
        typed = self._typed(row, indicator, said)
        if self.is_ours or self._says_something(row, typed, said):
            first = min(self.columns[name] for name in said & SAID or said or {"version"})
            yield TypedCell(
                indicator=indicator,
                typed=typed,
                where=where(row.line, first),
                version=_version(version) if self.is_ours else None,
                language=self.language,
            )

    # --- Which indicator ------------------------------------------------------------------------

    @cached_property
    def known(self) -> dict[str, set[Indicator]]:
        """Every indicator by its code and by both its names, which two of them may share."""
        known: dict[str, set[Indicator]] = {}
        for indicator in Indicator.objects.all():
            for text in (indicator.code, indicator.name_fr, indicator.name_en):
                known.setdefault(bare(text), set()).add(indicator)
        return known

    @cached_property
    def asked(self) -> set[int]:
        return set(self.campaign.indicators.values_list("pk", flat=True))

    def _indicator(self, row: Row, said: set[str]) -> Indicator | None:
        """The one that the line names. None: the line says nothing, a subtitle for instance."""
        names = [self.columns[name] for name in ("code", "name") if name in self.columns]
        texts = {column: row[column].text for column in names if row[column].text.strip()}
        named = [self.known.get(bare(_first_line(text)), set()) for text in texts.values()]
        found = set.intersection(*known) if (known := [one for one in named if one]) else set()
        if len(found) == 1 and (indicator := next(iter(found))).pk in self.asked:
            return indicator
        if said:
            column, text = next(iter(texts.items()), (names[0], ""))
            raise _Left(column, text, _why_none(found, known))
        return None

    def _refuse_other_place(self, row: Row, indicator: Indicator) -> None:
        year = self.campaign.year
        wanted = {
            "year": ({str(year), indicator.year_label(year)}, _("This line is of another year.")),
            "school": ({self.school.code, self.school.name}, _("This line is of another school.")),
        }
        for name, (texts, message) in wanted.items():
            column = self.columns.get(name, -1)
            text = row[column].text.strip()
            if text and bare(text) not in {bare(one) for one in texts}:
                raise _Left(column, text, message)

    def _refuse_strange_line(self, row: Row, indicator: Indicator) -> None:
        """Said twice, or with cells under no heading: decimals that a comma has cut off, maybe."""
        for column, cell in row:
            if column not in self.headings.fields:
                message = _("This cell stands under no heading: the line is left out.")
                raise _Left(column, cell.text, message)
        first = self.lines.setdefault(indicator.pk, row.line)
        if first != row.line:
            message = _("This indicator stands on line %(line)d already.") % {"line": first}
            raise _Left(min(self.columns.values()), str(indicator), message)

    # --- What is said ---------------------------------------------------------------------------

    def _refuse_wrong_parts(self, row: Row, indicator: Indicator, said: set[str]) -> None:
        """A ratio has two numbers, another indicator one; beside its two, a quotient is no harm."""
        wrong = said & set(PARTS) - _parts(indicator)
        if not wrong or (indicator.is_ratio and said & _parts(indicator)):
            return
        column = min(self.columns[name] for name in wrong)
        message = (
            _("This indicator has a numerator and a denominator: enter both.")
            if indicator.is_ratio
            else _("This indicator has one value, no numerator and no denominator.")
        )
        raise _Left(column, row[column].text, message)

    def _typed(self, row: Row, indicator: Indicator, said: set[str]) -> dict[str, str]:
        """The texts by field. A workbook of ours says every field, an empty one too."""
        names = _parts(indicator) | TYPED - set(PARTS)
        read = names & set(self.columns) if self.is_ours else names & said
        return {name: self._text(name, row, self.columns[name]) for name in sorted(read)}

    def _says_something(self, row: Row, typed: dict[str, str], said: set[str]) -> bool:
        """An explanation without its figure is told; "not yet entered" says nothing."""
        if any(typed.get(name) for name in SAID):
            return True
        if beside := said - SAID:
            column = min(self.columns[name] for name in beside)
            message = _("There is no figure on this line: its explanation alone is left out.")
            raise _Left(column, row[column].text, message)
        return False

    def _text(self, name: str, row: Row, column: int) -> str:
        cell = row[column]
        if cell.kind in NOT_TYPED and (name in PARTS or cell.kind is not Found.DATE):
            raise _Left(column, cell.text, not_typed(cell.kind))
        if name == "word":
            return _word(cell.text)
        return self._number(cell) if name in PARTS else cell.text.strip()

    def _number(self, cell: FoundCell) -> str:
        """As its parser reads it without a doubt: a number has the decimal mark of the language."""
        is_plain = cell.kind in (Found.NUMBER, Found.PERCENT)
        if self.headings.is_for_programs and _OF_PROGRAMS.fullmatch(cell.text.strip()):
            is_plain = True
        text = cell.text.replace(".", ",") if is_plain and self.language == "fr" else cell.text
        return f"{text} %" if cell.kind is Found.PERCENT else text


def _holds(cell: FoundCell) -> bool:
    return bool(cell.text.strip()) or cell.kind is not Found.TEXT


def _first_line(text: str) -> str:
    """The name alone: our workbook writes what a ratio divides under it."""
    return text.strip().partition("\n")[0]


def _parts(indicator: Indicator) -> set[str]:
    return {"numerator", "denominator"} if indicator.is_ratio else {"value"}


def _why_none(found: set[Indicator], known: list[set[Indicator]]) -> str:
    """Why a line that says something belongs to no indicator of the campaign."""
    if not known:
        return _("This names no indicator that we know.")
    if not found:
        return _("The code and the name on this line are of two indicators.")
    if len(found) > 1:
        return _("Several indicators have this name: write the code.")
    return _("This indicator is not asked for in this campaign.")


def _version(text: str) -> int:
    """The version that the workbook was made from; 0, an empty cell."""
    return int(text) if text.isascii() and text.isdigit() else 0


def _word(text: str) -> str:
    """The state that a text names, in either language. A number, and nothing yet, need no word."""
    said = bare(text)
    for language in LANGUAGES:
        with override(language):
            for state in State:
                if said in (state.value, bare(str(state.label))):
                    return "" if state in (State.NUMBER, State.NOT_ENTERED) else state.value
    return text.strip()
