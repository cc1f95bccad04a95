"""The line of headings of a school's own table: which column holds what."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import override

from imtplan.campaigns.workbook import FIELDS, PARTS
from imtplan.spreadsheets.tables import Row, Table, Unreadable, letters
from imtplan.spreadsheets.words import LANGUAGES, bare

LINES_BEFORE_HEADINGS = 20

NAMING, SAID = {"code", "name"}, {*PARTS, "word"}
TYPED = {*SAID, "reason", "explanation"}
# Columns that we know and do not read: what stands there is not the school's answer.
BESIDE = "beside"

# What else people, and our own CSV files, call the columns. As `bare` leaves a text.
_OTHERS = {
    "code": ["indicator code", "code indicateur", "code de l'indicateur"],
    "name": ["nom", "name", "intitule", "libelle"],
    "value": ["valeurs", "chiffre", "figure"],
    "word": ["state", "etat", "au lieu d'un nombre"],
    "reason": ["motif"],
    "explanation": ["commentaire", "comment"],
    "school": ["school_code", "school code", "code ecole", "code de l'ecole"],
    BESIDE: ["theme", "school", "ecole", "status", "statut", "source"],
}
_OTHERS[BESIDE] += ["origin", "way of entry", "mode de saisie", "entered_at", "entered at"]
_OTHERS[BESIDE] += ["saisi le", "cible", "target"]
_OF_A_YEAR = re.compile(r"(?:(valeur|value|figure|cible|target) )?(\d{4})(?:-\d{4})?")


def _known() -> dict[str, str]:
    """Every heading that is known, in both languages, with the field it stands for."""
    known = {text: name for name, texts in _OTHERS.items() for text in texts}
    for language in LANGUAGES:
        with override(language):
            for one in FIELDS:
                is_beside = one.name in ("unit", "before", "expected")
                known[bare(str(one.heading))] = BESIDE if is_beside else one.name
    return known


@dataclass
class Headings:
    """The field of each column. Empty, where no line of the table is one of headings."""

    row: Row
    place: int = -1
    fields: dict[int, str] = field(default_factory=dict)  # column → field; "" is not known

    def __bool__(self) -> bool:
        return bool(self.fields)

    @classmethod
    def of(cls, table: Table, year: int) -> "Headings":
        """The first line that names a column of indicators and one of answers."""
        known = _known()
        for place, row in enumerate(table.rows[:LINES_BEFORE_HEADINGS]):
            fields = _apart({column: _field(cell.text, known, year) for column, cell in row})
            if NAMING & set(fields.values()) and TYPED & set(fields.values()):
                return cls(row, place, fields)
        return cls(Row(0))

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each field that is read. Two for one are refused: which one is meant?"""
        columns: dict[str, int] = {}
        for column, name in self.fields.items():
            if name in columns:
                raise Unreadable(
                    _(
                        "Two columns say the same thing: %(heading)s, in column %(column)s."
                        " Keep one of them."
                    )
                    % {"heading": self.row[column].text, "column": letters(column)}
                )
            if name not in ("", BESIDE):
                columns[name] = column
        return columns

    @cached_property
    def is_for_programs(self) -> bool:
        """Our own CSV for programs, whose numbers are written with points."""
        return "school_code" in {cell.text for _column, cell in self.row}


def _field(text: str, known: dict[str, str], year: int) -> str:
    name = bare(text)
    of_year = _OF_A_YEAR.fullmatch(name)
    if of_year is None:
        return known.get(name, "")
    is_target = of_year[1] in ("cible", "target")
    return "value" if of_year[2] == str(year) and not is_target else BESIDE


def _apart(fields: dict[int, str]) -> dict[int, str]:
    """In our CSV for programs "indicator" is the code, beside "name": the first of two names."""
    names = [column for column, name in fields.items() if name == "name"]
    if len(names) == 2 and "code" not in fields.values():
        fields[names[0]] = "code"
    return fields
