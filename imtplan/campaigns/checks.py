"""What is impossible, surprising or worth saying of a figure: one place for every way of entry.

Impossible: it is not stored. Surprising: it is stored, and somebody confirms or explains it before
submitting; once answered, it is not asked again, next year included, unless the surprise grows.
Information: said, and nothing more. Each sentence names the numbers it compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imtplan.numbers import format_number, format_percent
from indicators.models import Figure, Indicator

# How many earlier steps from year to year make a history, and how far outside it a step is an
# outlier: the modified z-score of Iglewicz and Hoaglin (1993), 0.6745 times the distance from the
# median over the median of such distances, with their limit of 3.5. Steps, and not levels: a series
# that grows steadily is at its highest every year, and nothing is wrong with it. A median distance
# below one percent of last year's figure, or below one where heads are counted, counts as that
# much: a series that never moved may.
ENOUGH_STEPS = 3
OUTLIER_SCALE = Decimal("0.6745")
OUTLIER_LIMIT = Decimal("3.5")
LEAST_SPREAD = Decimal("0.01")


class Level(models.TextChoices):
    IMPOSSIBLE = "impossible", _("to correct")
    SURPRISING = "surprising", _("to confirm or explain")
    INFORMATION = "information", _("for information")

    @property
    def symbol(self) -> str:
        """The name of its icon: a level is never told by colour alone."""
        return {
            Level.IMPOSSIBLE: "x-circle-fill",
            Level.SURPRISING: "exclamation-triangle",
            Level.INFORMATION: "info-circle",
        }[self]


@dataclass(frozen=True)
class Cell:
    """What somebody says of one indicator: a number (or its two parts), or one of three words.

    `version` is the version they saw; none means they saw an empty cell. `confirm`: they say that
    what surprises is right. `same`: whether they mark it as last year's; None: they do not say.
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
    same: bool | None = None

    @property
    def said(self) -> tuple[object, ...]:
        """The figure itself, without what explains it."""
        return (self.state, self.value, self.numerator, self.denominator, self.reason)

    @property
    def number(self) -> Decimal | None:
        """What the cell comes to, as `Figure.number`."""
        if self.numerator is None or not self.denominator:
            return self.value
        return self.numerator / self.denominator * self.indicator.scale


@dataclass(frozen=True)
class Finding:
    """One sentence about a cell, which of its parts is meant, and how big the surprise is.

    `size` grows with the surprise: an answer given to a smaller one does not count for it.
    """

    level: Level
    code: str
    part: str
    message: str | Promise
    size: Decimal = Decimal(0)
    answered: bool = False

    def as_json(self) -> dict[str, str | bool]:
        return {
            "level": str(self.level),
            "code": self.code,
            "part": self.part,
            "message": str(self.message),
            "answered": self.answered,
        }


@dataclass
class Surroundings:
    """What a cell is compared with: the school's earlier figures, and its other cells this year."""

    year: int
    past: Mapping[int, Mapping[int, Figure]] = field(default_factory=dict)  # indicator → year
    now: Mapping[int, Decimal] = field(default_factory=dict)  # indicator → number
    indicators: Iterable[Indicator] = ()

    def before(self, indicator: Indicator) -> Figure | None:
        return self.past.get(indicator.pk, {}).get(self.year - 1)

    def earlier_steps(self, indicator: Indicator) -> list[Decimal]:
        """By how much the earlier years moved, each from the year just before it."""
        earlier = self.past.get(indicator.pk, {})
        numbers = {year: one.number for year, one in earlier.items() if year < self.year}
        pairs = [(numbers[year], numbers.get(year - 1)) for year in sorted(numbers)]
        return [now - last for now, last in pairs if now is not None and last is not None]

    def parts_of(self, indicator: Indicator) -> list[Indicator]:
        return [one for one in self.indicators if one.part_of_id == indicator.pk]


# --- Impossible ---------------------------------------------------------------------------------


def problems(cell: Cell) -> list[Finding]:
    """Everything impossible about a cell. Empty: it may be stored."""
    if cell.state == Figure.State.NOT_AVAILABLE and not cell.reason.strip():
        return [_impossible("reason", "reason", _("Say why the figure is not available."))]
    if cell.state != Figure.State.NUMBER:
        return []
    return list(_ratio_problems(cell) if cell.indicator.is_ratio else _value_problems(cell))


def _impossible(code: str, part: str, message: str | Promise) -> Finding:
    return Finding(Level.IMPOSSIBLE, code, part, message)


def _value_problems(cell: Cell) -> Iterator[Finding]:
    if cell.value is None:
        message = _("Enter a number, or say why there is none.")
        yield _impossible("empty", "value", message)
        return
    yield from _part_problems("value", cell.value, cell.indicator)


def _part_problems(part: str, number: Decimal, indicator: Indicator) -> Iterator[Finding]:
    if indicator.is_whole and number != number.to_integral_value():
        message = _("This is counted whole: write it without decimals.")
        yield _impossible("whole", part, message)
    if indicator.minimum is not None and number < indicator.minimum:
        text = _("This cannot be below {lowest}. Check the sign.")
        yield _impossible("minimum", part, format_lazy(text, lowest=shown(indicator.minimum)))
    if indicator.maximum is not None and number > indicator.maximum:
        text = _("This cannot be above {highest}. Check the unit.")
        yield _impossible("maximum", part, format_lazy(text, highest=shown(indicator.maximum)))


def _ratio_problems(cell: Cell) -> Iterator[Finding]:
    missing = _("A ratio needs both its parts: this one is missing.")
    for part in ("numerator", "denominator"):
        if getattr(cell, part) is None:
            yield _impossible("empty", part, missing)
    if cell.numerator is None or cell.denominator is None:
        return
    if cell.numerator < 0:
        message = _("This cannot be negative. Check the sign.")
        yield _impossible("minimum", "numerator", message)
    if cell.denominator <= 0:
        yield _impossible("minimum", "denominator", _("The whole must be above zero."))
    elif cell.indicator.scale == 100 and cell.numerator > cell.denominator:
        message = _("The part is greater than the whole.")
        yield _impossible("maximum", "numerator", message)


# --- Surprising, and for information ------------------------------------------------------------


def findings(
    cell: Cell, around: Surroundings, confirmed: Mapping[str, str] | None = None
) -> list[Finding]:
    """What surprises or informs about a cell that may be stored, with what is answered already.

    `confirmed`: the answers given with this year's figure; last year's count too.
    """
    number = cell.number
    if cell.state != Figure.State.NUMBER or number is None:
        return []
    before = around.before(cell.indicator)
    answers = [confirmed or {}, before.confirmed if before else {}]
    found = [
        *_compared_with_last_year(number, cell.indicator, before),
        *_compared_with_history(number, cell.indicator, around),
        *_compared_with_parts(number, cell.indicator, around),
    ]
    return [_answered(finding, answers) for finding in found]


def _answered(finding: Finding, answers: Iterable[Mapping[str, str]]) -> Finding:
    sizes = [Decimal(given[finding.code]) for given in answers if finding.code in given]
    if finding.level != Level.SURPRISING or not any(size >= finding.size for size in sizes):
        return finding
    return Finding(**{**finding.__dict__, "answered": True})


def sizes(found: Iterable[Finding]) -> dict[str, str]:
    """The surprises among the findings, as they are kept when somebody answers them."""
    return {one.code: str(one.size) for one in found if one.level == Level.SURPRISING}


def change(number: Decimal, before: Decimal) -> Decimal:
    """As a ratio of the size of `before`, which is not zero; up is positive."""
    return (number - before) / abs(before)


def _compared_with_last_year(
    number: Decimal, indicator: Indicator, before: Figure | None
) -> Iterator[Finding]:
    last = before.number if before else None
    if before is None or last is None:
        return
    words = {"last": shown(last, indicator), "year": before.year, "now": shown(number, indicator)}
    if number == last:
        text = _("The same as in {year}: {last}.")
        yield _information("same", format_lazy(text, **words))
    elif last == 0:
        text = _("In {year} this was zero; now it is {now}.")
        yield _information("from-zero", format_lazy(text, **words))
    elif indicator.change_limit is not None:
        yield from _large_change(change(number, last), indicator.change_limit / 100, words)


def _large_change(ratio: Decimal, limit: Decimal, words: dict[str, object]) -> Iterator[Finding]:
    """`ratio` and `limit` are ratios; the size of the surprise is in percent."""
    if abs(ratio) <= limit:
        return
    text = _("From {last} in {year} to {now}: {change}, more than the {limit} at which we ask.")
    words |= {"change": percent(ratio, sign=True), "limit": percent(limit)}
    size = round(abs(ratio) * 100, 2)
    yield Finding(Level.SURPRISING, "change", "value", format_lazy(text, **words), size)


def _compared_with_history(
    number: Decimal, indicator: Indicator, around: Surroundings
) -> Iterator[Finding]:
    """Asked where the change itself is not: one surprise is asked about once."""
    before = around.before(indicator)
    last = before.number if before else None
    steps = around.earlier_steps(indicator)
    if not last or len(steps) < ENOUGH_STEPS or indicator.change_limit is None:
        return
    if abs(change(number, last)) > indicator.change_limit / 100:
        return
    middle, step = median(steps), number - last
    least = max(LEAST_SPREAD * abs(last), Decimal(indicator.is_whole))
    spread = max(median(abs(one - middle) for one in steps), least)
    size = OUTLIER_SCALE * abs(step - middle) / spread
    if size > OUTLIER_LIMIT and not min(steps) <= step <= max(steps):
        yield Finding(Level.SURPRISING, "outlier", "value", _unlike(step, steps), round(size, 2))


def _unlike(step: Decimal, steps: list[Decimal]) -> Promise:
    text = _("From year to year it moved by {lowest} to {highest} before; now by {step}.")
    return format_lazy(
        text, lowest=signed(min(steps)), highest=signed(max(steps)), step=signed(step)
    )


def _compared_with_parts(
    number: Decimal, indicator: Indicator, around: Surroundings
) -> Iterator[Finding]:
    parts = around.parts_of(indicator)
    given = [around.now[part.pk] for part in parts if part.pk in around.now]
    if given:
        complete = indicator.parts_complete and len(given) == len(parts)
        yield from _parts_against_whole(
            sum(given, Decimal(0)), number, indicator, complete=complete
        )


def _parts_against_whole(
    total: Decimal, number: Decimal, indicator: Indicator, *, complete: bool
) -> Iterator[Finding]:
    if total == number or (total < number and not complete):
        return
    text = (
        _("Its parts add up to {total}, more than the {now} entered here.")
        if total > number
        else _("Its parts add up to {total}, less than the {now} entered here.")
    )
    words = {"total": shown(total, indicator), "now": shown(number, indicator)}
    size = round(abs(total - number), 6)
    yield Finding(Level.SURPRISING, "parts", "value", format_lazy(text, **words), size)


def _information(code: str, message: str | Promise) -> Finding:
    return Finding(Level.INFORMATION, code, "value", message)


# --- Numbers in sentences -----------------------------------------------------------------------


def shown(number: Decimal, indicator: Indicator | None = None) -> str:
    """In the language of the person; a quotient with the decimals of its indicator."""
    language = get_language() or "fr"
    decimals = indicator.decimals if indicator and indicator.is_ratio else None
    return format_number(number, language=language, decimals=decimals)


def signed(number: Decimal) -> str:
    """A step up has its plus. A quotient's step is told to two decimals."""
    language = get_language() or "fr"
    return format_number(round(number, 2).normalize(), language=language, sign=True)


def percent(ratio: Decimal, *, sign: bool = False) -> str:
    return format_percent(ratio, language=get_language() or "fr", decimals=1, sign=sign)
