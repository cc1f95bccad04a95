"""The names that a school bore before today's, and the one it bore at the end of a year.

A school keeps them in its own row: wherever a school is read, its names are read with it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Value
from django.utils.formats import date_format
from django.utils.translation import gettext as _

LONGEST_NAME = 120
MOST_NAMES = 20

# What the database holds of the column: an array of names, each with its end as `until` has it.
_WELL_FORMED = (
    '$.type() == "array" && !exists($[*] ? (!('
    '@.name.type() == "string" && @.name != "" && @.until like_regex '
    r'"^([0-9]{4}(-[0-9]{2}-[0-9]{2})?)?$")))'
)
WELL_FORMED = Func(
    F("earlier_names"),
    Func(Value(_WELL_FORMED), template="%(expressions)s::jsonpath"),
    function="jsonb_path_match",
    output_field=BooleanField(),
)

_YEAR = re.compile(r"\d{4}")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class EarlierName:
    """A name of before. `until` is its last day, "2021-08-31"; the last year of which it is known,
    "2018", where the day is not; or empty where neither is."""

    name: str
    until: str = ""

    @property
    def ends(self) -> str:
        return f"{self.until}-12-31" if len(self.until) == 4 else self.until

    def was_borne_in(self, year: int) -> bool:
        """Returns whether it was the name at the end of the year, or a name of before that."""
        return self.ends >= f"{year}-12-31"

    @property
    def last_day(self) -> date | None:
        return date.fromisoformat(self.ends) if self.until else None

    def __str__(self) -> str:
        """Writes the name with its end: "IMT Lille Douai (until 31 August 2021)"."""
        words = {"name": self.name, "end": self.until}
        if not self.until:
            return self.name
        if len(self.until) == 4:
            return _("%(name)s (%(end)s)") % words
        words["end"] = date_format(date.fromisoformat(self.until), "DATE_FORMAT")
        return _("%(name)s (until %(end)s)") % words

    @property
    def line(self) -> str:
        """Writes it as `read_lines` reads it: "IMT Lille Douai ; 31/08/2021"."""
        if not self.until:
            return self.name
        is_day = len(self.until) > 4
        until = date.fromisoformat(self.until).strftime("%d/%m/%Y") if is_day else self.until
        return f"{self.name} ; {until}"


def earlier_names(stored: Iterable[Mapping[str, str]]) -> list[EarlierName]:
    """Returns the stored names, the earliest first; those of which no end is known before all."""
    names = [EarlierName(row["name"], row["until"]) for row in stored]
    return sorted(names, key=lambda row: row.ends)


def as_stored(names: Iterable[EarlierName]) -> list[dict[str, str]]:
    return [asdict(row) for row in sorted(names, key=lambda row: row.ends)]


def name_of_year(names: Sequence[EarlierName], today: str, year: int) -> str:
    """Returns the name borne on the last day of a year, when the year's figures are counted;
    `today`, the present one, where no earlier name is known to have lasted that long."""
    return next((row.name for row in names if row.was_borne_in(year)), today)


def in_words(names: Iterable[EarlierName]) -> str:
    """Lists the names: "Télécom ParisTech (2018), Télécom Paris Tech (until 1 March 2019)"."""
    return _(", ").join(map(str, names))


def written_lines(stored: Iterable[Mapping[str, str]]) -> str:
    """Writes the names one a line, as `read_lines` reads them."""
    return "\n".join(row.line for row in earlier_names(stored))


def read_lines(text: str) -> list[EarlierName]:
    """Reads names, one a line, each with its last day or year after a semicolon, or with none.

    `ValidationError` names the line that is none, the name that is too long or stands twice, and
    two names that end together.
    """
    names = [_read_line(line) for line in map(str.strip, text.splitlines()) if line]
    if len(names) > MOST_NAMES:
        raise ValidationError(_("At most %(most)s names.") % {"most": MOST_NAMES})
    all_ends = [row.ends for row in names if row.until]
    for row in names:
        if [other.name for other in names].count(row.name) > 1:
            raise ValidationError(_("“%(name)s” stands there twice.") % {"name": row.name})
        if row.until and all_ends.count(row.ends) > 1:
            text = _("“%(name)s” ends when another name does: one of the two ended before.")
            raise ValidationError(text % {"name": row.name})
    return names


def _read_line(line: str) -> EarlierName:
    name, mark, end = line.rpartition(";")
    name, end = (name.strip(), end.strip()) if mark else (line, "")
    if not name:
        raise ValidationError(_("“%(line)s”: write the name first, then its end.") % {"line": line})
    if len(name) > LONGEST_NAME:
        raise ValidationError(
            _("“%(name)s” is longer than %(most)s characters.")
            % {"name": name, "most": LONGEST_NAME}
        )
    return EarlierName(name, _read_end(end))


def _read_end(text: str) -> str:
    """Returns a day or a year as it is stored; a day may be written in the French way."""
    if not text or (text.isascii() and _YEAR.fullmatch(text)):
        return text
    french = _FRENCH_DAY.fullmatch(text) if text.isascii() else None
    try:
        return date(*map(int, french.group(3, 2, 1))).isoformat() if french else _iso_day(text)
    except ValueError:
        raise ValidationError(
            _("“%(end)s” is neither a day, as 31/08/2021, nor a year, as 2018.") % {"end": text}
        ) from None


def _iso_day(text: str) -> str:
    return date.fromisoformat(text).isoformat()
