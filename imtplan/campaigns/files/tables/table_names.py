"""Whom and what the names in a table mean: indicators, schools, years, units."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

from django.utils.translation import gettext as _

from imtplan.accounts.models import School
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from imtplan.numbers import MAX_CHARACTERS
from imtplan.spreadsheets.cell_words import bare
from imtplan.spreadsheets.tables import CellType, SheetCell
from imtplan.units import unit_named
from indicators.models import Indicator

# "Ressources propres (k€)", "Effectif (en nombre)": a unit behind a name. What becomes of one that
# is not the indicator's is for the reader of numbers to say.
_COUNTED = {"nombre", "effectif", "effectifs", "number"}  # they rescale nothing
_IN_BRACKETS = re.compile(r"(?P<name>.+?)[\s,]*[(\[](?:en |in )?(?P<unit>[^()\[\]]+)[)\]]\W*")
_AFTER_EN = re.compile(r"(?P<name>.+?),? (?:en|in) (?P<unit>\S+|mill\w+ d.euros|mill\w+)")

_YEARS = re.compile(r"\b((?:19|20)\d\d)(?:-((?:19|20)\d\d))?\b")
# Half a year, a quarter or a month is no year.
_PART_OF_YEAR = re.compile(
    r"\b(?:[sthq] ?[1-4]|(?:\d|1er|2e|2eme|\de|1st|2nd|[34]th|\drd) ?(?:sem|trim)\w*"
    r"|semestre|trimestre|semester|quarter|half|term|janv\w*|fev\w*|mars|avr\w*|mai|juin|juil\w*"
    r"|aout|sept\w*|oct\w*|nov\w*|dec\w*|january|february|march|april|may|june|july|august)\b"
)

# No name of an indicator with its unit is longer; what is, is not looked at for a unit.
LONGEST_NAME = 500

# A text that is meant as a number, with its unit or none.
_NUMBER = re.compile(
    r"[(+\-−–]?\s*\d[\d\s.,'’\u00a0\u202f]*\)?\s*(?:%|‰|[kKM]?€|[kM]?EUR)?", re.IGNORECASE
)


# How alike two names are that differ by a slip of the hand, as difflib reckons it.
NEAR = 0.8
LONGEST_NAME = 120
MOST_NEAR = 50


def did_you_mean(message: str, near: str) -> str:
    """Returns the sentence, with the name that may be meant."""
    if not near:
        return message
    question = _("Did you mean “%(name)s”?") % {"name": near}
    return f"{message} {question}"


def year_of(text: str) -> int | None:
    """Returns the year that a text names, an academic one by its first; none if it names two, as
    2018-2022 does."""
    years = set()
    for first, last in _YEARS.findall(bare(text)):
        is_academic = last and int(last) == int(first) + 1
        years |= {int(first)} if is_academic or not last else {int(first), int(last)}
    return years.pop() if len(years) == 1 else None


def is_part_of_a_year(text: str) -> bool:
    return bool(_PART_OF_YEAR.search(bare(text)))


def is_number(cell: SheetCell) -> bool:
    if cell.kind in (CellType.NUMBER, CellType.PERCENT):
        return True
    text = cell.text.strip()
    is_short = cell.kind is CellType.TEXT and len(text) <= MAX_CHARACTERS
    return is_short and bool(_NUMBER.fullmatch(text))


def without_unit(text: str, own: Iterable[str] = ()) -> tuple[str, str]:
    """Returns a name without the unit behind it, and that unit: "Fonds (k€)" is "Fonds", "k€"."""
    if len(text) > LONGEST_NAME:
        return text, ""
    known = _COUNTED | {bare(unit) for unit in own}
    for pattern in (_IN_BRACKETS, _AFTER_EN):
        split = pattern.fullmatch(" ".join(text.split()))
        if split and (bare(split["unit"]) in known or unit_named(split["unit"])):
            return split["name"], "" if bare(split["unit"]) in _COUNTED else split["unit"].strip()
    return text, ""


class IndicatorNames:
    """Every indicator by its code and by both its names, which two of them may share."""

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._by_name: dict[str, list[Indicator]] = {}
        self._units: set[str] = set()
        self._looked_up: dict[str, tuple[list[Indicator], str]] = {}
        for indicator in indicators:
            self._units |= {indicator.unit_fr, indicator.unit_en}
            for name in {bare(text) for text in _names_of(indicator)}:
                self._by_name.setdefault(name, []).append(indicator)

    def find(self, text: str) -> tuple[list[Indicator], str]:
        """Returns the indicators so named, and the unit that stands behind the name."""
        if text not in self._looked_up:
            self._looked_up[text] = self._find(text)
        return self._looked_up[text]

    def _find(self, text: str) -> tuple[list[Indicator], str]:
        for name in (text, text.strip().partition("\n")[0]):
            if known := self._by_name.get(bare(name)):
                return known, ""
            short, unit = without_unit(name, self._units)
            if unit and (known := self._by_name.get(bare(short))):
                return known, unit
        return [], ""


def _names_of(indicator: Indicator) -> set[str]:
    return {indicator.code, indicator.name_fr, indicator.name_en} - {""}


# What many schools have in their name, or other things too, names none of them.
_COMMON = "imt mines telecom institut institute ecole school de des du la le the of management"
_COMMON_WORDS = {*_COMMON.split(), "business", "europe", "paris", "paristech", "nationale"}


class SchoolNames:
    """Every school by its code and its names, and by the words that no other school has.

    The institute's names stand in those of its schools, and in titles that name nobody ("IMT –
    campagne 2022"): in longer texts they are read on the institute's own page alone.
    """

    def __init__(self, schools: Iterable[School], own: School) -> None:
        self._by_name: dict[str, School] = {}
        self._by_word: dict[str, set[str]] = {}
        self._own = own
        for school in schools:
            former = [row.name for row in school.former_names]
            for name in (school.code, school.name, *former):
                if key := " ".join(_words(name)):
                    self._by_name[key] = school
                for word in set(_words(name)) - _COMMON_WORDS:
                    self._by_word.setdefault(word, set()).add(school.code)
        self._by_code = {school.code: school for school in self._by_name.values()}

    def exact(self, text: str) -> School | None:
        return self._by_name.get(" ".join(_words(text)))

    def find(self, text: str) -> School | None:
        """Returns the school that a text names: in full, in a longer text, or by its own words;
        the institute where that is whose page it is, and no school is named."""
        words = " ".join(_words(text))
        inside = [name for name in self._by_name if f" {name} " in f" {words} "]
        schools = [name for name in inside if not self._by_name[name].is_the_institute]
        if schools:
            return self._by_name[max(schools, key=len)]
        hints = [self._by_word[word] for word in words.split() if word in self._by_word]
        codes = set.intersection(*hints) if hints else set()
        if codes:
            return self._by_code[codes.pop()] if len(codes) == 1 else None
        return self._own if inside and not hints and self._own.is_the_institute else None


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+", bare(text)) if word and not word.isdigit()]


@dataclass
class Destination:
    """Where a table goes: a school's cells of one year, and, of a block, the cell it begins in."""

    year: int
    school: School
    indicators: list[Indicator]
    all_indicators: list[Indicator] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    campaign: str = ""  # its code
    start: str = ""
    column: str = ""
    language: str = "fr"
    before: Mapping[str, Decimal] = field(default_factory=dict)  # last year's numbers by code
    is_ours: bool = False  # our own workbook: it says every field, an empty one too
    _near: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, campaign: Campaign, school: School, *, language: str, start: str = "", column: str = ""
    ) -> "Destination":
        reading = read(campaign, school)
        earlier = {own.code: reading.around.before(own) for own in reading.indicators}
        numbers = {code: figure.number for code, figure in earlier.items() if figure}
        return cls(
            year=campaign.year,
            campaign=campaign.code,
            school=school,
            indicators=reading.indicators,
            all_indicators=list(Indicator.objects.all()),
            schools=list(School.objects.all()),
            start=start,
            column=column,
            language=language,
            before={code: number for code, number in numbers.items() if number is not None},
        )

    @cached_property
    def indicator_names(self) -> IndicatorNames:
        return IndicatorNames(self.all_indicators or self.indicators)

    @cached_property
    def school_names(self) -> SchoolNames:
        return SchoolNames(self.schools or [self.school], self.school)

    @cached_property
    def _asked_names(self) -> dict[str, str]:
        """Returns what the asked indicators are called, whole and without what a comma adds, with
        the name that the person reads."""
        texts = {text: own.name for own in self.indicators for text in _names_of(own)}
        short = {text.partition(",")[0]: name for text, name in texts.items()}
        return {bare(text): name for text, name in (short | texts).items()}

    def near(self, text: str) -> str:
        """Returns the name of the asked indicator to which a text is nearest; empty where none is
        near, and once more texts were asked about than a preview shows. It is for people to
        choose: nothing is laid by it."""
        name = bare(without_unit(text[:LONGEST_NAME])[0])
        if name not in self._near and len(self._near) < MOST_NEAR:
            nearest = get_close_matches(name, self._asked_names, n=1, cutoff=NEAR)
            self._near[name] = self._asked_names[nearest[0]] if nearest else ""
        return self._near.get(name, "")

    @cached_property
    def asked_codes(self) -> set[str]:
        return {indicator.code for indicator in self.indicators}
