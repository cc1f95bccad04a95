"""Explanations in words: `indicators.explaining` says what, here it is said to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from imtplan.dashboard.forecast_wording import chances
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_number
from indicators.explaining import (
    Agreement,
    Formula,
    FormulaNumber,
    FormulaStep,
    InputUse,
    LeftOutReason,
    Measure,
    NotCountedReason,
    StatusRule,
    StepResult,
    StoredDifference,
    bracketed,
)
from indicators.measures import FIELDS
from indicators.models import ProgressStatus

# The letters of the formulas.
NAMES = {
    "value": gettext_lazy("value"),
    "baseline": gettext_lazy("baseline"),
    "target": gettext_lazy("target"),
    "expected_value": gettext_lazy("expected value"),
    "progress": gettext_lazy("progress"),
    "expected_progress": gettext_lazy("expected progress"),
    "year": gettext_lazy("year"),
    "baseline_year": gettext_lazy("baseline year"),
    "target_year": gettext_lazy("target year"),
    "years_left": gettext_lazy("years left"),
    "years_gone": gettext_lazy("years gone"),
    "growth_percent": gettext_lazy("growth in per cent"),
    "band_low": gettext_lazy("low end of the band"),
    "band_high": gettext_lazy("high end of the band"),
    "distance": gettext_lazy("distance to the band"),
    "tolerance": gettext_lazy("tolerance"),
    "reported": gettext_lazy("schools that reported"),
    "expected": gettext_lazy("schools expected"),
    "scale": gettext_lazy("scale"),
}
# Rules that a sentence tells better than letters.
RULES_IN_WORDS = {
    Formula.SUM: gettext_lazy("sum of the schools' figures"),
    Formula.RATIO: gettext_lazy("sum of the numerators over sum of the denominators"),
    Formula.MEAN: gettext_lazy("unweighted mean of the schools' figures"),
    Formula.AS_ENTERED: gettext_lazy("as it was entered"),
    Formula.AT_BASELINE: gettext_lazy("each missing school at its baseline"),
    Formula.AT_TRAJECTORY: gettext_lazy("each missing school on the way to its own target"),
    Formula.AT_LAST_FIGURE: gettext_lazy("each missing school at its last figure"),
    Formula.AT_MOVED_FIGURE: gettext_lazy(
        "each missing school at its last figure, moved as the schools that reported"
    ),
    Formula.AT_FLOOR: gettext_lazy("each missing school at its baseline, or at its last figure"),
    Formula.AT_EXPECTATION: gettext_lazy(
        "each missing school on the way to its own target, or at its last figure moved as the "
        "schools that reported"
    ),
    Formula.WEIGHTED_MEAN: gettext_lazy(
        "mean by weight, each progress counted between none and all of the way"
    ),
    Formula.STATED: gettext_lazy(
        "the yearly values stated with the target, a straight line between them"
    ),
    Formula.TARGET_STANDS: gettext_lazy("after its year, the target itself"),
    Formula.KEPT: gettext_lazy(
        "1 inside the band; outside, 1 less the distance to it / the tolerance"
    ),
    Formula.BAND_HOLDS: gettext_lazy("a band holds in every year"),
    Formula.MET_BEFORE: gettext_lazy(
        "the baseline met the target: 1 as long as the value does, else 0"
    ),
    Formula.LEAST_SQUARES: gettext_lazy(
        "the straight line that passes closest to the final values (least squares)"
    ),
    Formula.STUDENT: gettext_lazy(
        "how far the values stray from that line (Student's t distribution)"
    ),
}
PARTS_OF_WHOLES = {
    "milestones": gettext_lazy("weight of these milestones / weight of all"),
    "weights": gettext_lazy("weight that has data / all weight"),
}

VERDICTS = {
    StatusRule.BEFORE_BASELINE: gettext_lazy("The plan has not begun in that year."),
    StatusRule.TARGET_REACHED: gettext_lazy("The whole way is done."),
    StatusRule.PROMISE_INCOMPLETE: gettext_lazy("Something of the promise is missing."),
    StatusRule.BASELINE_YEAR: gettext_lazy("It is the baseline year: nothing was expected yet."),
    StatusRule.NO_VALUE: gettext_lazy("No value is known."),
    StatusRule.TARGET_YEAR_OVER: gettext_lazy(
        "It is the last year, and the whole way is not done."
    ),
    StatusRule.BY_PACE: gettext_lazy("The pace decides."),
    StatusRule.LEVEL_WITH_PATH: gettext_lazy(
        "Nothing was expected yet: being level with the path is enough."
    ),
    StatusRule.LITTLE_COVERED: gettext_lazy("Less of the weight has data than the plan asks for."),
    StatusRule.NOTHING_EXPECTED: gettext_lazy("Nothing was expected yet."),
    StatusRule.COUNT_INCOMPLETE: gettext_lazy(
        "The time is over but figures are missing: achieved and missed are said of a full count."
    ),
    StatusRule.REACHED_ON_ESTIMATE: gettext_lazy(
        "An estimate reaches the target before its year: achieved is said of a full count."
    ),
}
USES = {
    InputUse.COUNTED: gettext_lazy("counted"),
    InputUse.CARRIED: gettext_lazy("estimated"),
    InputUse.LEFT_OUT: pgettext_lazy("use", "missing"),
    InputUse.NOT_EXPECTED: gettext_lazy("not expected"),
}
REASONS = {
    NotCountedReason.NOT_ENTERED: gettext_lazy("not yet entered"),
    NotCountedReason.NOT_AVAILABLE: gettext_lazy("not available"),
    NotCountedReason.NOT_APPLICABLE: gettext_lazy("not applicable"),
    # A number that its school has not handed in yet is the school's own affair.
    NotCountedReason.BEING_ENTERED: gettext_lazy("being entered"),
    NotCountedReason.NOT_VALIDATED: gettext_lazy("handed in, not yet validated"),
    NotCountedReason.BEGINS: gettext_lazy("begins in %(year)s"),
    NotCountedReason.MERGED: gettext_lazy("merged into %(name)s"),
}
MISSING = {
    LeftOutReason.NO_DATA: gettext_lazy("no data"),
    LeftOutReason.LITTLE_COVERED: gettext_lazy("too little data"),
    LeftOutReason.NOTHING_EXPECTED: gettext_lazy("nothing is expected of it in that year"),
}


@dataclass(frozen=True)
class StepInWords:
    """One formula in words, with its numbers, and what it comes to."""

    key: str
    name: str
    formula: str
    worked: str
    result: str


@dataclass(frozen=True)
class ExplanationWriter:
    """Tells the steps of one explanation in the words of its indicator."""

    words: Wording
    year: int

    def steps(self, steps: Sequence[FormulaStep]) -> list[StepInWords]:
        """A percentage moves by points: its rates of growth are not told."""
        rates = (
            (StepResult.NEEDED_RATE, StepResult.ACHIEVED_RATE) if self.words.is_percentage else ()
        )
        return [self.step(step) for step in steps if step.result not in rates]

    def step(self, step: FormulaStep) -> StepInWords:
        return StepInWords(
            key=step.result.value,
            name=label_of(step.result) % {"year": self.year},
            formula=self.formula(step),
            worked=step.written(lambda name: self.operand(step.numbers[name])),
            result=self.outcome(step.result, step.outcome),
        )

    def formula(self, step: FormulaStep) -> str:
        if step.formula in RULES_IN_WORDS:
            return str(RULES_IN_WORDS[step.formula])
        if step.numbers.keys() <= NAMES.keys():
            return step.written(lambda name: str(NAMES[name]))
        of_milestones = any(name.startswith("milestone") for name in step.numbers)
        return str(PARTS_OF_WHOLES["milestones" if of_milestones else "weights"])

    def operand(self, number: FormulaNumber) -> str:
        return bracketed(self.number(number))

    def number(self, number: FormulaNumber) -> str:
        if number.measure is Measure.SHARE:
            return self.words.percent(number.value)
        if number.measure is Measure.AMOUNT:
            return self.words.number(number.value)
        if number.measure is Measure.YEAR:
            return str(int(number.value))
        return format_number(number.value, language=self.words.language)

    def outcome(self, result: StepResult, number: FormulaNumber) -> str:
        sign = FIELDS[result].is_signed
        if result is StepResult.PROBABILITY:
            return chances(number.value)
        if number.measure is Measure.SHARE:
            return self.words.percent(number.value, sign=sign)
        if FIELDS[result].is_rough:
            return f"{self.words.fixed(number.value)} {self.words.unit}"
        return self.words.with_unit(number.value, sign=sign)

    def differences(self, agreement: Agreement) -> list[str]:
        """Returns what is stored and what is found now, where the two are not the same."""
        return [self._difference(difference) for difference in agreement.differences]

    def _difference(self, difference: StoredDifference) -> str:
        return _("%(name)s: stored %(stored)s, computed now %(fresh)s") % {
            "name": label_of(difference.name) % {"year": self.year},
            "stored": self._in_words(difference.name, difference.stored),
            "fresh": self._in_words(difference.name, difference.fresh),
        }

    def _in_words(self, name: str, value: Any) -> str:
        if value is None:
            return pgettext("an empty cell", "nothing")
        if name in ("status", "would_be"):
            return str(ProgressStatus(value).label) if value else ""
        if name in set(StepResult):
            return self.outcome(StepResult(name), FormulaNumber(value, FIELDS[name].measure))
        return str(value)


def label_of(name: str) -> str:
    """Returns what a result is called; of a step to it, `%(year)s` may stand in it."""
    field = FIELDS.get(name)
    return str(field.explained_as or field.label) if field else name
