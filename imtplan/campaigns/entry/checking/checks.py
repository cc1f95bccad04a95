"""What is impossible, surprising or worth saying of a figure: one place for every way of entry.

Impossible: it is not stored. Surprising: it is stored, and somebody confirms or explains it before
submitting; once answered, it is not asked again, next year included, unless the surprise grows.
Information: said, and nothing more. Refused, by a rule of the plan office alone (`plan_rules`): it
is stored as a draft and cannot be submitted. Each sentence names the numbers it compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from statistics import median

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.campaigns.entry.checking.cells import (
    CellFinding,
    EnteredCell,
    FindingLevel,
    Surroundings,
    change,
    change_in_words,
    percent,
    shown,
    signed,
)
from imtplan.campaigns.entry.checking.magnitudes import (
    BEYOND_THE_WHOLE,
    ReferenceNumber,
    beyond_the_whole,
    is_beyond,
    power_between,
    sentence,
)
from imtplan.campaigns.entry.checking.no_number_words import says_something
from imtplan.campaigns.entry.checking.number_sentences import unit_of
from imtplan.campaigns.entry.checking.plan_rules import held_to_rules
from imtplan.percentages import in_points
from indicators.models import RULE_CODE, Figure, Indicator

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

# What receipts and histories call the surprises that somebody confirmed, by their codes.
SURPRISES = {
    "change": _("the change from last year"),
    "outlier": _("the distance from the earlier years"),
    "parts": _("the sum of its parts"),
}


def surprise_name(code: str) -> str | Promise:
    """Returns what receipts and histories call a surprise that was answered."""
    is_of_a_rule = code.startswith(RULE_CODE)
    return _("a rule of the plan office") if is_of_a_rule else SURPRISES.get(code, code)


# --- Impossible ---------------------------------------------------------------------------------


def problems(cell: EnteredCell) -> list[CellFinding]:
    """Returns everything impossible about a cell. Empty: it may be stored."""
    if cell.state == Figure.State.NOT_AVAILABLE and not says_something(cell.reason):
        return [_impossible("reason", "reason", _without_reason(cell.reason.strip()))]
    if cell.state != Figure.State.NUMBER:
        return []
    return list(_ratio_problems(cell) if cell.indicator.is_ratio else _value_problems(cell))


def _without_reason(typed: str) -> str | Promise:
    if not typed:
        return _("Say why the figure is not available.")
    text = _("Say in a few words why the figure is not available: “{typed}” does not tell.")
    return format_lazy(text, typed=typed)


def _impossible(code: str, part: str, message: str | Promise) -> CellFinding:
    return CellFinding(FindingLevel.IMPOSSIBLE, code, part, message)


def _value_problems(cell: EnteredCell) -> Iterator[CellFinding]:
    if cell.value is None:
        message = _("Enter a number, or say why there is none.")
        yield _impossible("empty", "value", message)
        return
    yield from _part_problems("value", cell.value, cell.indicator)


def _part_problems(part: str, number: Decimal, indicator: Indicator) -> Iterator[CellFinding]:
    if indicator.is_whole and number != number.to_integral_value():
        message = _("This is counted whole: write it without decimals.")
        yield _impossible("whole", part, message)
    if indicator.minimum is not None and number < indicator.minimum:
        text = _("This cannot be below {lowest}. Check the sign.")
        yield _impossible("minimum", part, format_lazy(text, lowest=shown(indicator.minimum)))
    if indicator.maximum is not None and number > indicator.maximum:
        text = _("This cannot be above {highest}. Check the unit.")
        yield _impossible("maximum", part, format_lazy(text, highest=shown(indicator.maximum)))


def _ratio_problems(cell: EnteredCell) -> Iterator[CellFinding]:
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
    cell: EnteredCell, around: Surroundings, confirmed: Mapping[str, str] | None = None
) -> list[CellFinding]:
    """Returns what refuses a cell that may be stored, surprises in it or informs about it, and
    what is answered.

    `confirmed`: the answers given with this year's figure; last year's count too.
    """
    number = cell.number
    if cell.state != Figure.State.NUMBER or number is None:
        return []
    before = around.before(cell.indicator)
    answers = [confirmed or {}, before.confirmed if before else {}]
    slips = list(_slips(cell, around, before))
    noted = [
        *held_to_rules(cell, around),
        *slips,
        *([] if slips else _compared_with_last_year(number, cell.indicator, around)),
        *([] if slips else _compared_with_history(number, cell.indicator, around)),
        *_compared_with_parts(number, cell.indicator, around),
        *_compared_with_the_same(cell, around),
    ]
    noted = [_answered(finding, answers) for finding in noted]
    return [*noted, *_sign_for_words(cell, noted)]


def _answered(finding: CellFinding, answers: Sequence[Mapping[str, str]]) -> CellFinding:
    """Returns the finding, answered where this year's answers or last year's are to one as big."""
    counting = answers[:1] if finding.is_of_the_year else answers
    sizes = [Decimal(given[finding.code]) for given in counting if finding.code in given]
    if not finding.is_surprise or not any(size >= finding.size for size in sizes):
        return finding
    return replace(finding, answered=True)


def sizes(noted: Iterable[CellFinding]) -> dict[str, str]:
    """Returns the surprises among the findings, as they are kept when somebody answers them."""
    return {finding.code: str(finding.size) for finding in noted if finding.is_surprise}


def _sign_for_words(cell: EnteredCell, noted: Iterable[CellFinding]) -> Iterator[CellFinding]:
    """A "." in answer to a surprise is kept as typed, and told that it answers nothing."""
    typed = cell.explanation.strip()
    asks = any(finding.asks for finding in noted)
    if asks and typed and not says_something(typed):
        text = _("“{typed}” explains nothing yet: a few words are needed.")
        yield CellFinding(
            FindingLevel.INFORMATION, "words", "explanation", format_lazy(text, typed=typed)
        )


def _slips(cell: EnteredCell, around: Surroundings, before: Figure | None) -> Iterator[CellFinding]:
    """Yields the numbers near a power of ten of what they are held against, part by part."""
    indicator = cell.indicator
    if before and around.begins_anew(indicator):
        before = None
    if cell.numerator is not None and cell.denominator is not None:
        for part in ("numerator", "denominator"):
            last = getattr(before, part, None)
            if before and last is not None:
                there = ReferenceNumber(last, around.year_in_words(before.year))
                yield from _slip(getattr(cell, part), there, indicator, part)
    elif cell.value is not None:
        if reference := around.reference(indicator):
            yield from _slip(cell.value, reference, indicator, "value")
        elif (aim := around.aims().get(indicator.pk)) and aim.whole:
            yield from _beyond_the_whole(cell.value, aim.whole, indicator)


def _slip(
    number: Decimal, reference: ReferenceNumber, indicator: Indicator, part: str
) -> Iterator[CellFinding]:
    power = power_between(number, reference.number)
    limit = None if indicator.change_limit is None else indicator.change_limit / 100
    if power is None or not is_beyond(number, reference.number, limit):
        return
    ratio = number / reference.number
    message = sentence(number, reference, power, unit_of(indicator, part))
    yield _slipped(part, message, max(ratio, 1 / ratio))


def _beyond_the_whole(
    number: Decimal, whole: Decimal, indicator: Indicator
) -> Iterator[CellFinding]:
    if number > BEYOND_THE_WHOLE * whole:
        yield _slipped("value", beyond_the_whole(number, whole, unit_of(indicator)), number / whole)


def _slipped(part: str, message: Promise, times: Decimal) -> CellFinding:
    code = "magnitude" if part == "value" else f"magnitude-{part}"
    size = round(times, 2)
    return CellFinding(FindingLevel.SURPRISING, code, part, message, size, needs_words=True)


def _compared_with_last_year(
    number: Decimal, indicator: Indicator, around: Surroundings
) -> Iterator[CellFinding]:
    before = around.before(indicator)
    last = before.number if before else None
    if before is None or last is None:
        return
    words: dict[str, object] = {
        "last": shown(last, indicator),
        "year": around.year_in_words(before.year),
        "now": shown(number, indicator),
    }
    if sentence := around.breaks_of(indicator).get(around.year):
        text = _("Not compared with {year}, {last}: the series breaks here. {sentence}")
        yield _information("break", format_lazy(text, sentence=sentence, **words))
    elif number == last:
        text = _("The same as in {year}: {last}.")
        yield _information("same", format_lazy(text, **words))
    elif last == 0 and not indicator.is_percentage:
        text = _("In {year} this was zero; now it is {now}.")
        yield _information("from-zero", format_lazy(text, **words))
    elif indicator.change_limit is not None:
        yield from _large_change(number, last, indicator, words)


def _large_change(
    number: Decimal, last: Decimal, indicator: Indicator, words: dict[str, object]
) -> Iterator[CellFinding]:
    size, limit = _size_of_change(number, last, indicator), indicator.change_limit
    if limit is None or size <= limit:
        return
    text = _("From {last} in {year} to {now}: {change}, more than the {limit} at which we ask.")
    at = in_points(limit, sign=False) if indicator.is_percentage else percent(limit / 100)
    words |= {"change": change_in_words(number, last, indicator), "limit": at}
    message = format_lazy(text, **words)
    yield CellFinding(FindingLevel.SURPRISING, "change", "value", message, round(size, 2))


def _size_of_change(number: Decimal, last: Decimal, indicator: Indicator) -> Decimal:
    """Returns the change in per cent of last year's figure; of a percentage, in points."""
    if indicator.is_percentage:
        return abs(number - last)
    return abs(change(number, last)) * 100


def _compared_with_history(
    number: Decimal, indicator: Indicator, around: Surroundings
) -> Iterator[CellFinding]:
    """Asks where the change itself does not: one surprise is asked about once."""
    before = around.before(indicator)
    last = before.number if before else None
    steps = around.earlier_steps(indicator)
    if not last or len(steps) < ENOUGH_STEPS or indicator.change_limit is None:
        return
    if around.begins_anew(indicator):
        return
    if _size_of_change(number, last, indicator) > indicator.change_limit:
        return
    middle, step = median(steps), number - last
    least = max(LEAST_SPREAD * abs(last), Decimal(indicator.is_whole))
    spread = max(median(abs(earlier - middle) for earlier in steps), least)
    size = OUTLIER_SCALE * abs(step - middle) / spread
    if size > OUTLIER_LIMIT and not min(steps) <= step <= max(steps):
        yield CellFinding(
            FindingLevel.SURPRISING,
            "outlier",
            "value",
            _unlike(step, steps, indicator),
            round(size, 2),
        )


def _unlike(step: Decimal, steps: list[Decimal], indicator: Indicator) -> Promise:
    text = _("From year to year it moved by {lowest} to {highest} before; now by {step}.")
    lowest, highest = signed(min(steps), indicator), signed(max(steps), indicator)
    return format_lazy(text, lowest=lowest, highest=highest, step=signed(step, indicator))


def _compared_with_parts(
    number: Decimal, indicator: Indicator, around: Surroundings
) -> Iterator[CellFinding]:
    parts = around.parts_of(indicator)
    given = [around.now[part.pk] for part in parts if part.pk in around.now]
    if given:
        complete = indicator.parts_complete and len(given) == len(parts)
        yield from _parts_against_whole(
            sum(given, Decimal(0)), number, indicator, complete=complete
        )


def _parts_against_whole(
    total: Decimal, number: Decimal, indicator: Indicator, *, complete: bool
) -> Iterator[CellFinding]:
    if total == number or (total < number and not complete):
        return
    text = (
        _("Its parts add up to {total}, more than the {now} entered here.")
        if total > number
        else _("Its parts add up to {total}, less than the {now} entered here.")
    )
    words = {"total": shown(total, indicator), "now": shown(number, indicator)}
    size = round(abs(total - number), 6)
    yield CellFinding(FindingLevel.SURPRISING, "parts", "value", format_lazy(text, **words), size)


def _compared_with_the_same(cell: EnteredCell, around: Surroundings) -> Iterator[CellFinding]:
    """Yields a ratio's part that another indicator counts too: the students of both are the
    same."""
    if not cell.indicator.is_ratio:
        return
    for part in ("numerator", "denominator"):
        number, other = getattr(cell, part), around.counted_as(cell.indicator, part)
        if number is None or other is None or number == around.now[other.pk]:
            continue
        there = around.now[other.pk]
        text = _("{label}: {now} here, and {there} in “{other}”.")
        label, words = getattr(cell.indicator, part), {"now": shown(number), "there": shown(there)}
        size = round(abs(number - there) / max(abs(number), abs(there)) * 100, 2)
        message = format_lazy(text, label=label, other=other.name, **words)
        yield CellFinding(FindingLevel.SURPRISING, f"same-{part}", part, message, size)


def _information(code: str, message: str | Promise) -> CellFinding:
    return CellFinding(FindingLevel.INFORMATION, code, "value", message)
