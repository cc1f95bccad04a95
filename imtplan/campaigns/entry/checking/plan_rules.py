"""What the plan office's own rules say of a cell: its sentence, and the numbers that it compared.

A rule judges the figures of one school and year, as the campaign asks for them: what the school
has not said, or says in another campaign, is missing, and a missing number breaks no rule.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.cells import (
    CellFinding,
    EnteredCell,
    FindingLevel,
    Surroundings,
    as_shown,
    shown,
    signed,
)
from imtplan.numbers import MAX_DECIMALS, format_percent
from imtplan.percentages import in_points
from indicators.formulas.figure_rules import miss
from indicators.models import IN_PERCENT, FigureRule, Indicator, RuleKind, RuleSeverity

LEVELS = {
    RuleSeverity.REFUSE: FindingLevel.REFUSED,
    RuleSeverity.EXPLAIN: FindingLevel.SURPRISING,
    RuleSeverity.REMARK: FindingLevel.INFORMATION,
}
IN_THE_UNIT = (RuleKind.CHANGE_AMOUNT, RuleKind.PATH_AMOUNT)
FINAL_STOPS = (".", "!", "?", "…", ":", ";")
OFF_THE_PATH = _("{now}, where the target’s path expects {path}: {off}, more than {limit}.")
SENTENCES: dict[str, Any] = {
    RuleKind.LOWEST: _("{now} is below {limit}."),
    RuleKind.HIGHEST: _("{now} is above {limit}."),
    RuleKind.CHANGE_PERCENT: _("From {last} in {year} to {now}: {change}, more than {limit}."),
    RuleKind.CHANGE_AMOUNT: _("From {last} in {year} to {now}: {change}, more than {limit}."),
    RuleKind.PATH_PERCENT: OFF_THE_PATH,
    RuleKind.PATH_AMOUNT: OFF_THE_PATH,
    RuleKind.DECIMALS: _("{now} has more decimals than the {limit} allowed."),
    RuleKind.AT_MOST: _("{now} here, and {other} in “{b}”."),
    RuleKind.SUM: _("{now} here; {other} in “{b}” and {third} in “{c}” make {total}."),
    RuleKind.PRODUCT: _("{now} here; {other} in “{b}” times {third} in “{c}” make {total}."),
}


def held_to_rules(cell: EnteredCell, around: Surroundings) -> Iterator[CellFinding]:
    """Yields what each rule in force for its indicator says of a cell that misses it."""
    for rule in around.rules().get(cell.indicator.pk, ()):
        if finding := held_to(rule, cell, around):
            yield finding


def held_to(rule: FigureRule, cell: EnteredCell, around: Surroundings) -> CellFinding | None:
    """Returns what one rule says of a cell, in force or not; None where the cell keeps it."""
    numbers = _numbers(rule, cell, around)
    missed = miss(rule.kind, numbers)
    if not missed:
        return None
    severity = RuleSeverity(rule.severity)
    return CellFinding(
        LEVELS[severity],
        rule.code,
        "numerator" if cell.indicator.is_ratio else "value",
        format_lazy(
            "{sentence} {numbers}",
            sentence=_with_stop(rule.sentence),
            numbers=compared(rule, cell, around),
        ),
        # Never rounded to nothing: an answer is kept with it.
        round(missed, 6) or missed,
        needs_words=severity == RuleSeverity.EXPLAIN,
        is_of_the_year=True,
    )


def _with_stop(sentence: str) -> str:
    """Returns a sentence with its final stop, which whoever wrote it may have left out."""
    text = sentence.rstrip()
    return text if text.rstrip('»”")\u202f\u00a0 ').endswith(FINAL_STOPS) else f"{text}."


def is_judged(rule: FigureRule, cell: EnteredCell, around: Surroundings) -> bool:
    """Says whether every number that the rule takes is there."""
    numbers = _numbers(rule, cell, around)
    return all(numbers[name] is not None for name in RuleKind(rule.kind).takes)


def _numbers(
    rule: FigureRule, cell: EnteredCell, around: Surroundings
) -> Mapping[str, Decimal | None]:
    before = None if around.begins_anew(cell.indicator) else around.before(cell.indicator)
    whole = rule.kind == RuleKind.PRODUCT and cell.indicator.is_percentage
    other, third = _beside(rule, rule.other, around), _beside(rule, rule.third, around)
    return {
        # A quotient has no decimals of its own: those that are typed are its parts'.
        "number": cell.value if rule.kind == RuleKind.DECIMALS else cell.number,
        "limit": rule.limit,
        "tolerance": rule.tolerance or Decimal(0),
        "last": before.number if before else None,
        "path": around.paths().get(cell.indicator.pk) if is_of_the_path(rule) else None,
        "other": other * 100 if other is not None and whole else other,
        "third": third,
    }


def is_of_the_path(rule: FigureRule) -> bool:
    """Says whether a rule holds figures to the path of their target."""
    return "path" in RuleKind(rule.kind).takes


def _beside(rule: FigureRule, indicator: Indicator | None, around: Surroundings) -> Decimal | None:
    """Returns this year's number of another indicator; multiplied by, 22.7 % is 0.227."""
    number = around.now.get(indicator.pk) if indicator else None
    if number is None or indicator is None:
        return None
    is_share = rule.kind == RuleKind.PRODUCT and indicator.is_percentage
    return number / 100 if is_share else number


def compared(rule: FigureRule, cell: EnteredCell, around: Surroundings) -> Promise:
    """Returns the numbers of a rule that is missed, in a sentence."""
    indicator, number = cell.indicator, cell.number
    numbers = _numbers(rule, cell, around)
    decimals = _decimals(rule, indicator, numbers)
    words: dict[str, object] = {
        "now": shown(number, indicator, decimals) if number is not None else ""
    }
    if rule.limit is not None:
        words["limit"] = _limit(rule, rule.limit, indicator)
    before, last = around.before(indicator), numbers["last"]
    if before is not None and last is not None and number is not None:
        words["last"] = shown(last, indicator, decimals)
        words["year"] = around.year_in_words(before.year)
        words["change"] = _change(rule, number, last, indicator)
    if (path := numbers["path"]) is not None and number is not None:
        words["path"] = shown(path, indicator, decimals)
        words["off"] = _change(rule, number, path, indicator)
    words |= _others(rule, indicator, numbers, around, decimals)
    return format_lazy(SENTENCES[rule.kind], **words)


def _decimals(rule: FigureRule, indicator: Indicator, numbers: Mapping[str, Decimal | None]) -> int:
    """Returns with how many decimals quotients are written, six at most: the fewest with which the
    sentence shows what the rule found, as 69.98 below 70 and not 70.0."""
    number, (reference, beside) = numbers["number"], _held_against(rule, indicator, numbers)
    if number is None or reference is None:
        return 0
    takes_tolerance = "tolerance" in RuleKind(rule.kind).takes
    margin = (rule.tolerance or Decimal(0)) if takes_tolerance else Decimal(0)
    for decimals in range(MAX_DECIMALS):
        gap = as_shown(number, indicator, decimals) - as_shown(reference, beside, decimals)
        if abs(gap) > margin and (gap > 0) == (number > reference):
            return decimals
    return MAX_DECIMALS


def _held_against(
    rule: FigureRule, indicator: Indicator, numbers: Mapping[str, Decimal | None]
) -> tuple[Decimal | None, Indicator | None]:
    """Returns the number that A stands beside in the sentence, and as whose it is written."""
    if rule.kind in (RuleKind.LOWEST, RuleKind.HIGHEST):
        return rule.limit, None
    if rule.kind in (RuleKind.CHANGE_PERCENT, RuleKind.CHANGE_AMOUNT):
        return numbers["last"], indicator
    if is_of_the_path(rule):
        return numbers["path"], indicator
    if rule.kind == RuleKind.AT_MOST:
        return numbers["other"], rule.other
    return _total(rule, numbers), indicator


def _total(rule: FigureRule, numbers: Mapping[str, Decimal | None]) -> Decimal | None:
    """Returns what B and C come to, in the unit of A."""
    other, third = numbers["other"], numbers["third"]
    if other is None or third is None:
        return None
    return other + third if rule.kind == RuleKind.SUM else other * third


def _others(
    rule: FigureRule,
    indicator: Indicator,
    numbers: Mapping[str, Decimal | None],
    around: Surroundings,
    decimals: int,
) -> dict[str, object]:
    """Returns the names and numbers of B and C, and what both come to in the unit of A."""
    words: dict[str, object] = {}
    for name, letter, row in (("other", "b", rule.other), ("third", "c", rule.third)):
        if row is not None and row.pk in around.now:
            mark = "\u202f%" if rule.kind == RuleKind.PRODUCT and row.is_percentage else ""
            words |= {letter: row.name, name: shown(around.now[row.pk], row, decimals) + mark}
    if (total := _total(rule, numbers)) is not None:
        words["total"] = shown(round(total, MAX_DECIMALS).normalize(), indicator, decimals)
    return words


def _limit(rule: FigureRule, limit: Decimal, indicator: Indicator) -> str:
    """Returns the limit with all its digits."""
    if rule.kind in IN_PERCENT:
        return format_percent(limit / 100, language=reader_language(), decimals=MAX_DECIMALS)
    if rule.kind in IN_THE_UNIT and indicator.is_percentage:
        return in_points(limit, decimals=MAX_DECIMALS, sign=False)
    return shown(limit)


def _change(rule: FigureRule, number: Decimal, last: Decimal, indicator: Indicator) -> str:
    """Returns the change from last year's number, or from the path's, as the rule limits it: in per
    cent of it or in the unit, with as many decimals as show that it is over the limit."""
    in_percent = rule.kind in IN_PERCENT
    if in_percent and not last:
        return ""
    change = (number - last) / abs(last) * 100 if in_percent else number - last
    limit, least = rule.limit or Decimal(0), 1 if in_percent else 2
    places = range(least, MAX_DECIMALS)
    decimals = next((d for d in places if round(abs(change), d) > limit), MAX_DECIMALS)
    if not in_percent:
        return signed(change, indicator, decimals)
    language = reader_language()
    return format_percent(change / 100, language=language, decimals=decimals, sign=True)
