"""What somebody says of an indicator, what it is compared with, and what is found about it.

The rules are in `checks`; these are the things they speak of, and the numbers in their sentences.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.magnitudes import ReferenceNumber
from imtplan.numbers import format_number, format_percent, rounded_percentage
from imtplan.percentages import in_points
from imtplan.spreadsheets.cell_words import bare
from indicators.formulas.readings import number_of
from indicators.models import RULE_CODE, Figure, FigureRule, Indicator


class FindingLevel(models.TextChoices):
    IMPOSSIBLE = "impossible", _("to correct")
    REFUSED = "refused", _("to correct before submitting")
    SURPRISING = "surprising", _("to confirm or explain")
    INFORMATION = "information", _("for information")

    @property
    def symbol(self) -> str:
        """Returns the name of its icon: a level is never told by colour alone."""
        return {
            FindingLevel.IMPOSSIBLE: "x-circle-fill",
            FindingLevel.REFUSED: "dash-circle",
            FindingLevel.SURPRISING: "exclamation-triangle-fill",
            FindingLevel.INFORMATION: "info-circle",
        }[self]


@dataclass(frozen=True)
class EnteredCell:
    """What somebody says of one indicator: a number (or its two parts), or one of three words.

    `version` is the version they saw; none means they saw an empty cell. `kept`: the key of the
    text they saw that was only kept; none means they saw none. `confirm`: they say that what
    surprises is right. `same`: whether they mark it as last year's; None: they do not say.
    """

    indicator: Indicator
    state: Figure.State = Figure.State.NUMBER
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    reason: str = ""
    explanation: str = ""
    confirm: bool = False
    version: int | None = None
    kept: int | None = None
    same: bool | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """Returns the figure itself, without what explains it."""
        return (self.state, self.value, self.numerator, self.denominator, self.reason)

    @property
    def number(self) -> Decimal | None:
        """Returns what the cell comes to, as `Figure.number`."""
        return number_of(self.value, self.numerator, self.denominator, self.indicator.scale)


@dataclass(frozen=True)
class CellFinding:
    """One sentence about a cell, which of its parts is meant, and how big the surprise is.

    `size` grows with the surprise: an answer given to a smaller one does not count for it.
    """

    level: FindingLevel
    code: str
    part: str
    message: str | Promise
    size: Decimal = Decimal(0)
    answered: bool = False
    needs_words: bool = False  # a tick does not answer it
    is_of_the_year: bool = False  # what was answered last year does not answer it

    @property
    def is_surprise(self) -> bool:
        return self.level == FindingLevel.SURPRISING

    @property
    def is_refusal(self) -> bool:
        """Says whether it is stored as a draft, and cannot be submitted, whatever is said of it."""
        return self.level == FindingLevel.REFUSED

    @property
    def holds_back(self) -> bool:
        """Says whether the figures are not sent before somebody does something about it."""
        return self.is_surprise or self.is_refusal

    @property
    def asks(self) -> bool:
        """Says whether somebody has to confirm or explain before the figures are sent."""
        return self.is_surprise and not self.answered

    def once_handed_in(self) -> "CellFinding":
        """Returns what it is of a figure that was submitted: a rule that was switched on since
        neither refuses it nor asks for words, and informs who validates."""
        if self.is_refusal or (self.asks and self.code.startswith(RULE_CODE)):
            return replace(self, level=FindingLevel.INFORMATION, needs_words=False)
        return self

    def as_json(self) -> dict[str, str | bool]:
        return {
            "level": str(self.level),
            "code": self.code,
            "part": self.part,
            "message": str(self.message),
            "answered": self.answered,
            "needs_words": self.needs_words,
        }


@dataclass(frozen=True)
class KnownMagnitudes:
    """Where a school begins or is to arrive, and the most that the whole institute has or wants."""

    own: ReferenceNumber | None = None
    whole: Decimal | None = None


@dataclass
class Surroundings:
    """What a cell is compared with: the school's earlier figures, and its other cells this year."""

    year: int
    past: Mapping[int, Mapping[int, Figure]] = field(default_factory=dict)  # indicator → year
    now: Mapping[int, Decimal] = field(default_factory=dict)  # indicator → number
    indicators: Iterable[Indicator] = ()
    # What is aimed at, by indicator, looked up only where there is no earlier figure.
    aims: Callable[[], Mapping[int, "KnownMagnitudes"]] = dict
    # By earlier year, the schools whose figures stand with the school's own since they merged.
    merged: Mapping[int, Sequence[str]] = field(default_factory=dict)
    # What each series break says, by indicator and its first year, looked up once a number is held
    # against an earlier one.
    breaks: Callable[[], Mapping[int, Mapping[int, str]]] = dict
    # The plan office's rules in force, by indicator, looked up once a number is held to them.
    rules: Callable[[], Mapping[int, Sequence[FigureRule]]] = dict
    # What the path of the school's own target expects of the year, by indicator, looked up once a
    # rule holds a number to it.
    paths: Callable[[], Mapping[int, Decimal]] = dict

    def breaks_of(self, indicator: Indicator) -> Mapping[int, str]:
        return self.breaks().get(indicator.pk, {})

    def begins_anew(self, indicator: Indicator) -> bool:
        """Says whether the year is the first counted in another way than the one before."""
        return self.year in self.breaks_of(indicator)

    def year_in_words(self, year: int) -> str | Promise:
        """Returns the year, and whose figures stand with the school's own there."""
        names = self.merged.get(year)
        text = _("{year}, with {names}")
        return format_lazy(text, year=year, names=", ".join(names)) if names else str(year)

    def reference(self, indicator: Indicator) -> ReferenceNumber | None:
        """Returns the latest earlier number that is counted in the same way, or what the school
        begins at or aims at."""
        earlier = self.past.get(indicator.pk, {})
        broken = self.breaks_of(indicator) if earlier else {}
        since = max((year for year in broken if year <= self.year), default=0)
        for year in sorted((year for year in earlier if since <= year < self.year), reverse=True):
            if (number := earlier[year].number) is not None:
                return ReferenceNumber(number, self.year_in_words(year))
        aim = self.aims().get(indicator.pk)
        return aim.own if aim else None

    def before(self, indicator: Indicator) -> Figure | None:
        return self.past.get(indicator.pk, {}).get(self.year - 1)

    def earlier_steps(self, indicator: Indicator) -> list[Decimal]:
        """Returns by how much the earlier years moved, each from the year just before it; not the
        step over a series break."""
        earlier, broken = self.past.get(indicator.pk, {}), self.breaks_of(indicator)
        numbers = {year: figure.number for year, figure in earlier.items() if year < self.year}
        kept = [year for year in sorted(numbers) if year not in broken]
        pairs = [(numbers[year], numbers.get(year - 1)) for year in kept]
        return [now - last for now, last in pairs if now is not None and last is not None]

    def counted_as(self, ratio: Indicator, part: str) -> Indicator | None:
        """Returns the one indicator entered this year that is named like a part of a ratio:
        "Étudiants" is "Étudiants, tous cycles"."""
        labels = {bare(getattr(ratio, f"{part}_{language}")) for language in ("fr", "en")} - {""}
        named = [
            indicator
            for indicator in self.indicators
            if not indicator.is_ratio
            and indicator.pk in self.now
            and indicator.year_kind == ratio.year_kind
            and labels & _names_of(indicator)
        ]
        return named[0] if len(named) == 1 else None

    def parts_of(self, indicator: Indicator) -> list[Indicator]:
        return [part for part in self.indicators if part.part_of_id == indicator.pk]


def numbers_of_year(figures: Mapping[int, Mapping[int, Figure]], year: int) -> dict[int, Decimal]:
    """Returns the numbers of a year by indicator, out of its figures by year."""
    rows = {pk: by_year[year].number for pk, by_year in figures.items() if year in by_year}
    return {pk: number for pk, number in rows.items() if number is not None}


def _names_of(indicator: Indicator) -> set[str]:
    """Returns its names as they are compared, whole and without what a comma adds."""
    names = (indicator.name_fr, indicator.name_en)
    return {bare(text) for name in names for text in (name, name.partition(",")[0])}


# --- Numbers in sentences -----------------------------------------------------------------------


def shown(number: Decimal, indicator: Indicator | None = None, decimals: int = 0) -> str:
    """Writes a number in the person's language; a quotient with its indicator's decimals, or with
    `decimals` where those are more."""
    language = reader_language()
    if indicator is None or not indicator.is_ratio:
        return format_number(number, language=language)
    in_percent = indicator.is_percentage
    places = max(indicator.decimals, decimals)
    return format_number(number, language=language, decimals=places, in_percent=in_percent)


def as_shown(number: Decimal, indicator: Indicator | None = None, decimals: int = 0) -> Decimal:
    """Returns the number that `shown` writes."""
    if indicator is None or not indicator.is_ratio:
        return number
    places = max(indicator.decimals, decimals)
    if indicator.is_percentage:
        return rounded_percentage(number, places)
    return number.quantize(Decimal((0, (1,), -places)), rounding=ROUND_HALF_UP)


def signed(number: Decimal, indicator: Indicator, decimals: int = 2) -> str:
    """A step up has its plus. A quotient is told to two decimals, a percentage in points."""
    if indicator.is_percentage:
        return in_points(number, decimals=decimals)
    language = reader_language()
    return format_number(round(number, decimals).normalize(), language=language, sign=True)


def percent(ratio: Decimal, *, sign: bool = False) -> str:
    return format_percent(ratio, language=reader_language(), decimals=1, sign=sign)


def change_in_words(number: Decimal, before: Decimal, indicator: Indicator) -> str:
    """Returns the change in per cent of what was before; none from zero. Of a percentage, in
    points."""
    if indicator.is_percentage:
        return in_points(number - before)
    return percent(change(number, before), sign=True) if before else ""


def change(number: Decimal, before: Decimal) -> Decimal:
    """Returns the change as a ratio of the size of `before`, which is not zero; up is positive."""
    return (number - before) / abs(before)
