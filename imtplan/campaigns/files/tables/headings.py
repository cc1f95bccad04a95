"""The line of headings of a table: which column holds what, and in which unit."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.campaigns.files.tables.table_names import Destination, is_number, without_unit, year_of
from imtplan.campaigns.files.workbook import FIELDS, PARTS
from imtplan.spreadsheets.cell_words import LANGUAGES, bare
from imtplan.spreadsheets.tables import Table, TableRow, Unreadable, letters
from indicators.models import Indicator

LINES_BEFORE_HEADINGS = 20

NAMING, ANSWERS = {"code", "name"}, {*PARTS, "word"}
TYPED = {*ANSWERS, "reason", "explanation"}
# Columns that say whose line it is, and of when.
PLACES = {"school", "year", "part_of_year"}
# Columns that we know and do not read: what stands there is not the school's answer.
BESIDE = "beside"

# What else people, and our own CSV files, call the columns. As `bare` leaves a text.
_OTHERS = {
    "code": ["indicator code", "code indicateur", "code de l'indicateur"],
    "name": ["nom", "name", "intitule", "libelle", "indicateurs", "indicators", "nom indicateur"],
    "value": ["valeurs", "values", "chiffre", "chiffres", "figure", "figures", "montant", "nombre"],
    "word": ["state", "etat", "au lieu d'un nombre"],
    "reason": ["motif"],
    "explanation": ["commentaire", "commentaires", "comment", "comments", "note", "notes"],
    "school": ["school_code", "school code", "code ecole", "code de l'ecole", "school", "ecole"],
    "year": ["annee", "annees", "year", "years", "periode", "period", "exercice", "millesime"],
    "part_of_year": ["semestre", "trimestre", "mois", "semester", "quarter", "month", "term"],
    BESIDE: ["theme", "status", "statut", "source", "origin", "way of entry", "mode de saisie"],
}
_OTHERS["explanation"] += ["remarque", "remarques", "observation", "observations", "precision"]
_OTHERS["school"] += ["ecoles", "schools", "etablissement", "etablissements", "institution"]
_OTHERS["school"] += ["nom de l'ecole", "nom de l'etablissement", "composante", "entite"]
_OTHERS["school"] += ["site", "sites", "campus", "ville", "implantation"]
_OTHERS["year"] += ["annee civile", "annee universitaire", "annee scolaire", "academic year"]
_OTHERS["year"] += ["civil year", "campagne", "campaign"]
_OTHERS[BESIDE] += ["entered_at", "entered at", "saisi le", "cible", "target", "objectif"]
# Words that may stand beside a year in a heading, and say that it is the school's figure or not.
_OF_FIGURES = {"valeur", "valeurs", "value", "values", "figure", "figures", "chiffre", "chiffres"}
_OF_FIGURES |= {"realise", "realisee", "reel", "reelle", "constate", "resultat", "resultats"}
_OF_FIGURES |= {"actual", "annee", "year", "exercice", "donnee", "donnees", "data", "en"}
_OF_FIGURES |= {"campagne", "campaign", "universitaire", "civile", "academic", "montant", "nombre"}
_OF_FIGURES |= {"rentree", "somme", "sum", "total", "de", "of", "au", "definitif", "final"}
_NOT_FIGURES = {"cible", "target", "objectif", "budget", "prevision", "previsions", "prevu"}
_NOT_FIGURES |= {"attendu", "expected", "forecast", "prevue", "estime", "estimee"}

_NOT_FIGURES |= {"cibles", "targets", "objectifs", "budgets", "provisoire", "projection"}


def is_target(text: str) -> bool:
    """Says whether a text says of figures that they are aimed at or foreseen, and nothing else."""
    words = _letters_of(text)
    return bool(words & _NOT_FIGURES) and not words - _OF_FIGURES - _NOT_FIGURES


def _letters_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", bare(text)))


def _known() -> dict[str, str]:
    """Returns every heading that is known, in both languages, with the field it stands for."""
    known = {text: name for name, texts in _OTHERS.items() for text in texts}
    for language in LANGUAGES:
        with override(language):
            for book_field in FIELDS:
                is_beside = book_field.name in ("before", "expected")
                known[bare(str(book_field.heading))] = BESIDE if is_beside else book_field.name
    return known


class HeadingWords:
    """Which field a heading names, for a campaign's year; read once for a whole file."""

    def __init__(self, destination: Destination) -> None:
        self.year = destination.year
        self._known = _known()

    def field(self, text: str) -> tuple[str, str]:
        """Returns the field and the unit in which its numbers are, both empty where not known."""
        short, unit = without_unit(text)
        for name, in_unit in ((text, ""), (short, unit)):
            if known := self._known.get(bare(name)) or self._of_a_year(name):
                return known, in_unit
        return "", ""

    def _of_a_year(self, text: str) -> str:
        year = year_of(text)
        if year is None:
            return ""
        words = _letters_of(text)
        if words - _OF_FIGURES - _NOT_FIGURES:
            return ""
        return "value" if year == self.year and not words & _NOT_FIGURES else BESIDE


@dataclass
class Headings:
    """The field of each column. Empty, where no line of the table is one of headings.

    `across`: the indicators that head columns, where the table has one line for each school or
    year.
    """

    row: TableRow
    place: int = -1
    fields: dict[int, str] = field(default_factory=dict)  # column → field; "" is not known
    units: dict[int, str] = field(default_factory=dict)
    across: dict[int, Indicator] = field(default_factory=dict)
    only: Indicator | None = None  # that of which the whole sheet speaks
    groups: dict[int, str] = field(default_factory=dict)  # what stands above columns left out

    def __bool__(self) -> bool:
        return bool(self.fields)

    @classmethod
    def of(cls, table: Table, destination: Destination, words: HeadingWords) -> "Headings":
        """Returns the first line that names a column of answers, and how the indicators are
        named."""
        for place, row in enumerate(table.rows[:LINES_BEFORE_HEADINGS]):
            headings = cls.plain(row, place, words)
            if headings.is_complete(table, destination):
                headings.leave_other_groups(
                    table.rows[place - 1] if place else TableRow(0), destination
                )
                return headings
        return cls(TableRow(0))

    @classmethod
    def plain(cls, row: TableRow, place: int, words: HeadingWords) -> "Headings":
        """Returns what the cells of one line are called as headings, known or not."""
        meanings = {column: words.field(cell.text) for column, cell in row}
        fields = _apart({column: name for column, (name, _unit) in meanings.items()})
        return cls(
            row, place, fields, {col: unit for col, (_name, unit) in meanings.items() if unit}
        )

    def leave_other_groups(self, above: TableRow, destination: Destination) -> None:
        """Leaves out columns under a heading of several, which says a target, another school, a
        year."""
        naming = [column for column, name in self.fields.items() if name in NAMING]
        answers = [column for column, name in self.fields.items() if name in TYPED]
        if not naming or not answers or destination.is_ours:
            return
        title, group = above.spread(naming[0]).text.strip(), ""
        beside = [cell for column, cell in above if column not in naming and cell.text != title]
        if title and len(beside) < 2:
            return  # a title, or a name with what it says: "Année : 2022"
        for column in range(max(answers) + 1):
            text = above.spread(column).text.strip()
            group = text if text and text != title and column not in naming else group
            if column in answers and _is_other_group(group, destination):
                self.fields[column], self.groups[column] = BESIDE, group

    def is_repeated(self, first: "Headings") -> bool:
        """Says whether a line below the first headings is one of headings too: it names the column
        of names and one of answers, or has nothing but years over columns that had headings."""
        names = set(self.fields.values())
        if NAMING & names:
            return bool((TYPED | {BESIDE}) & names)
        years = [column for column, cell in self.row if year_of(cell.text) and self.fields[column]]
        is_over_answers = all(first.fields.get(column) not in NAMING for column in years)
        return len(years) > 1 and len(years) == len(self.row.cells) and is_over_answers

    def is_complete(self, table: Table, destination: Destination) -> bool:
        names = set(self.fields.values())
        if NAMING & names:
            return bool(TYPED & names)
        across = _indicators_across(self.row, self.fields, destination)
        if len(across) > 1 or (across and PLACES & names):
            self.across = {column: indicator for column, (indicator, _unit) in across.items()}
            self.units |= {column: unit for column, (_indicator, unit) in across.items() if unit}
            return True
        if not TYPED & names:
            return False
        if column := _unlabelled_names(table.rows[self.place :], self.fields, destination):
            self.fields[column[0]] = "name"
            return True
        known, _unit = destination.indicator_names.find(table.name)
        self.only = known[0] if len(known) == 1 and PLACES & names else None
        return self.only is not None

    @property
    def has_answers(self) -> bool:
        return bool(self.across or TYPED & set(self.fields.values()))

    @cached_property
    def columns(self) -> dict[str, int]:
        """Returns the column of each field that is read. Two for one are refused."""
        columns: dict[str, int] = {}
        for column, name in self.fields.items():
            if name in columns and name not in PLACES:
                raise Unreadable(
                    _(
                        "Two columns say the same thing: %(heading)s, in column %(column)s."
                        " Keep one of them."
                    )
                    % {"heading": self.row[column].text, "column": letters(column)}
                )
            if name not in ("", BESIDE):
                columns.setdefault(name, column)
        return columns

    def places(self, name: str) -> list[int]:
        """Returns every column that says whose line it is, or of when: all of them must agree."""
        return [column for column, field in self.fields.items() if field == name]

    @property
    def other_years(self) -> list[str]:
        """Returns the headings of columns that are of another year than the campaign's."""
        beside = [column for column, field in self.fields.items() if field == BESIDE]
        texts = {column: self.row[column].text.strip() for column in beside}
        return [
            f"{self.groups[column]} {text}" if column in self.groups else text
            for column, text in texts.items()
            if column in self.groups or year_of(text) or is_target(text)
        ]

    @cached_property
    def is_for_programs(self) -> bool:
        """Says whether it is our own CSV for programs, whose numbers are written with points."""
        return "school_code" in {cell.text for _column, cell in self.row}


def no_column(destination: Destination, headings: list[str]) -> str:
    """Says that a table has the columns of other years alone."""
    message = _(
        "No column of this table is of %(year)s; it has: %(columns)s. If one of them is meant,"
        " write %(year)s above it."
    )
    return message % {"year": destination.year, "columns": ", ".join(headings)}


def _is_other_group(text: str, destination: Destination) -> bool:
    school, year = destination.school_names.find(text), year_of(text)
    is_other_school = school is not None and school.code != destination.school.code
    return is_target(text) or is_other_school or year not in (None, destination.year)


def _apart(fields: dict[int, str]) -> dict[int, str]:
    """In our CSV for programs "indicator" is the code, beside "name": the first of two names."""
    names = [column for column, name in fields.items() if name == "name"]
    if len(names) == 2 and "code" not in fields.values():
        fields[names[0]] = "code"
    return fields


def _indicators_across(
    row: TableRow, fields: dict[int, str], destination: Destination
) -> dict[int, tuple[Indicator, str]]:
    """Returns the columns whose headings name an indicator, with the unit behind the name."""
    across = {}
    for column, cell in row:
        known, unit = destination.indicator_names.find(cell.text)
        if not fields[column] and len(known) == 1:
            across[column] = (known[0], unit)
    return across


def _unlabelled_names(
    rows: Iterable[TableRow], fields: dict[int, str], destination: Destination
) -> list[int]:
    """Returns the first column without a known heading in which a line below names an indicator.

    A line that names one beside its heading is a line of figures: then this is no heading."""
    headings, *below = rows
    for column in sorted({column for row in below for column in row.cells}):
        if fields.get(column):
            continue
        named = [bool(destination.indicator_names.find(row[column].text)[0]) for row in below]
        if any(named):
            heading = headings[column]
            is_one_itself = destination.indicator_names.find(heading.text)[0]
            return [] if is_one_itself or is_number(heading) else [column]
    return []
