"""Why a number is what it is: each formula with the inputs it was given, and who gave them.

The results are the stored ones. They are computed once more from the figures themselves, and a
page says so where the two differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.dashboard.courses import Course
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator, Progress, Target
from indicators.progress import Reason
from indicators.reference import Aim
from indicators.series import all_series

# Stored numbers have ten decimals; what differs beyond them is rounding.
CLOSE = Decimal("0.00000001")
COMPARED = (
    "value",
    "baseline",
    "target_value",
    "expected_value",
    "progress",
    "expected_progress",
    "pace",
    "gap",
    "needed_per_year",
    "achieved_per_year",
)


@dataclass(frozen=True)
class Step:
    """One formula in words, with its numbers, and what it comes to."""

    name: str
    formula: str
    worked: str
    result: str


@dataclass(frozen=True)
class Explanation:
    course: Course
    sentence: str
    steps: Sequence[Step]
    agrees: bool

    @property
    def row(self) -> Progress | None:
        return self.course.now.progress


def explanations(courses: Sequence[Course]) -> list[Explanation]:
    """One for each course of the same indicator, in the year of the page."""
    if not courses:
        return []
    afresh = computed_afresh(courses)
    words = Wording.of(courses[0].indicator)
    return [
        Explanation(
            course,
            sentence=sentence(course, words),
            steps=list(Arithmetic(course, words).steps()),
            agrees=same(course.now.stored, afresh.get(course.target.pk)),
        )
        for course in courses
    ]


def computed_afresh(courses: Sequence[Course]) -> dict[int, Progress]:
    """The same rows from the figures themselves, by target; nothing is stored."""
    scope = courses[0].scope
    found = {}
    for series in all_series(Indicator.objects.filter(pk=courses[0].indicator.pk)):
        for target in series.targets:
            aim = Aim(target, scope.view, series.values_for(target, scope.view))
            if scope.year in aim.years:
                found[target.pk] = aim.row(scope.year, timezone.now())
    return found


def same(stored: Progress | None, afresh: Progress | None) -> bool:
    if stored is None or afresh is None:
        return stored is afresh
    pairs = ((getattr(stored, name), getattr(afresh, name)) for name in COMPARED)
    return stored.status == afresh.status and all(_close(*pair) for pair in pairs)


def _close(one: Decimal | None, other: Decimal | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(1, abs(one))


@dataclass(frozen=True)
class Arithmetic:
    """The formulas of `indicators.progress`, written out for one target in one year."""

    course: Course
    words: Wording

    def number(self, value: Decimal | None) -> str:
        return self.words.number(value)

    def operand(self, value: Decimal | None) -> str:
        """A negative number inside a formula stands in brackets."""
        text = self.number(value)
        return f"({text})" if value is not None and value < 0 else text

    def steps(self) -> Iterator[Step]:
        row = self.course.now.progress
        if row is None:
            return
        if row.expected_value is not None:
            yield self.expected_value(row)
        if row.progress is not None:
            yield self.progress(row)
        if row.expected_progress is not None:
            yield self.expected_progress(row)
        if row.pace is not None:
            yield self.pace(row)
        if row.gap is not None:
            yield self.gap(row)
        yield from self.needed(row)
        yield from self.achieved(row)

    # --- where the trajectory stands ---

    def expected_value(self, row: Progress) -> Step:
        kind = Target.Trajectory(self.course.target.trajectory)
        formula, worked = self._trajectories[kind](self, row)
        return Step(
            _("Expected in %(year)s") % {"year": row.year},
            formula,
            worked,
            self.words.with_unit(row.expected_value),
        )

    def linear(self, row: Progress) -> tuple[str, str]:
        base, aim = self.operand(row.baseline), self.operand(row.target_value)
        done, whole = self._years(row)
        return (
            _("baseline + (target − baseline) × years gone / years in all"),
            f"{base} + ({aim} − {base}) × {done} / {whole}",
        )

    def compound(self, row: Progress) -> tuple[str, str]:
        base, aim = self.operand(row.baseline), self.operand(row.target_value)
        done, whole = self._years(row)
        return (
            _("baseline × (target / baseline) to the power of years gone / years in all"),
            f"{base} × ({aim} / {base}) ^ ({done} / {whole})",
        )

    def stated(self, row: Progress) -> tuple[str, str]:
        return (
            _("the yearly values stated with the target, a straight line between them"),
            self.number(row.expected_value),
        )

    _trajectories = {
        Target.Trajectory.LINEAR: linear,
        Target.Trajectory.COMPOUND: compound,
        Target.Trajectory.STATED: stated,
    }

    def _years(self, row: Progress) -> tuple[str, str]:
        target = self.course.target
        return (
            f"({row.year} − {target.baseline_year})",
            f"({target.year} − {target.baseline_year})",
        )

    # --- how far the figure has come ---

    def progress(self, row: Progress) -> Step:
        formula = _("(value − baseline) / (target − baseline)")
        return Step(
            _("Progress"), *self._share(row, row.value, formula), self.words.percent(row.progress)
        )

    def expected_progress(self, row: Progress) -> Step:
        formula = _("(expected − baseline) / (target − baseline)")
        return Step(
            _("Expected progress"),
            *self._share(row, row.expected_value, formula),
            self.words.percent(row.expected_progress),
        )

    def _share(self, row: Progress, value: Decimal | None, formula: str) -> tuple[str, str]:
        """The formula and its numbers, or the rule that replaces it where it cannot be used."""
        if rule := special_rule(self.course.indicator, row):
            return rule, self.number(value)
        base, aim = self.operand(row.baseline), self.operand(row.target_value)
        return formula, f"({self.operand(value)} − {base}) / ({aim} − {base})"

    def pace(self, row: Progress) -> Step:
        return Step(
            _("Pace"),
            _("progress / expected progress"),
            f"{self.words.percent(row.progress)} / {self.words.percent(row.expected_progress)}",
            self.words.percent(row.pace),
        )

    def gap(self, row: Progress) -> Step:
        """Signed so that negative is bad: where less is better it is turned round."""
        value, expected = self.operand(row.value), self.operand(row.expected_value)
        direction = self.course.indicator.direction
        if direction == Indicator.Direction.KEEP:
            formula, worked = _("less the distance to the band"), self.number(row.value)
        elif direction == Indicator.Direction.DECREASE:
            formula, worked = _("expected − value"), f"{expected} − {value}"
        else:
            formula, worked = _("value − expected"), f"{value} − {expected}"
        return Step(_("Gap"), formula, worked, self.words.with_unit(row.gap, sign=True))

    # --- what is needed, and what was done ---

    def needed(self, row: Progress) -> Iterator[Step]:
        left = self.course.target.year - row.year
        ends = self.operand(row.target_value), self.operand(row.value)
        if row.needed_per_year is not None:
            yield Step(
                _("Change needed, per year"),
                _("(target − value) / years left"),
                f"({ends[0]} − {ends[1]}) / {left}",
                self.words.with_unit(row.needed_per_year, sign=True),
            )
        if row.needed_rate is not None:
            yield Step(
                _("Growth needed, per year"),
                _("(target / value) to the power of 1 / years left, less 1"),
                f"({ends[0]} / {ends[1]}) ^ (1 / {left}) − 1",
                self.words.percent(row.needed_rate, sign=True),
            )

    def achieved(self, row: Progress) -> Iterator[Step]:
        gone = row.year - self.course.target.baseline_year
        ends = self.operand(row.value), self.operand(row.baseline)
        if row.achieved_per_year is not None:
            yield Step(
                _("Change so far, per year"),
                _("(value − baseline) / years gone"),
                f"({ends[0]} − {ends[1]}) / {gone}",
                self.words.with_unit(row.achieved_per_year, sign=True),
            )
        if row.achieved_rate is not None:
            yield Step(
                _("Growth so far, per year"),
                _("(value / baseline) to the power of 1 / years gone, less 1"),
                f"({ends[0]} / {ends[1]}) ^ (1 / {gone}) − 1",
                self.words.percent(row.achieved_rate, sign=True),
            )


def special_rule(indicator: Indicator, row: Progress) -> str:
    """The rule in words where progress is not a share of the way: a band, a target met before."""
    if indicator.direction == Indicator.Direction.KEEP:
        return _("1 inside the band; outside, 1 less the distance to it / the tolerance")
    if row.baseline is None or row.target_value is None:
        return ""
    rises = indicator.direction == Indicator.Direction.INCREASE
    met = row.baseline >= row.target_value if rises else row.baseline <= row.target_value
    return _("the baseline met the target: 1 as long as the value does, else 0") if met else ""


def sentence(course: Course, words: Wording) -> str:
    """What happened, said in one breath."""
    row = course.now.progress
    if row is None or row.value is None:
        return _("No value is known for %(year)s: nothing is computed, and nothing is zero.") % {
            "year": course.scope.year
        }
    known: dict[str, Any] = {
        "value": words.with_unit(row.value),
        "year": row.year,
        "progress": words.percent(row.progress),
        "baseline": words.number(row.baseline),
        "baseline_year": course.target.baseline_year,
        "target": words.number(row.target_value),
        "expected": words.number(row.expected_value),
        "gap": words.with_unit(abs(row.gap or Decimal(0))),
    }
    if row.progress is None:
        return str(REASONS.get(row.reason, REASONS[""])) % known
    said = _(
        "%(value)s in %(year)s: %(progress)s of the way from %(baseline)s (%(baseline_year)s) "
        "to %(target)s."
    )
    return " ".join((said % known, _beside_the_path(row) % known)).strip()


def _beside_the_path(row: Progress) -> str:
    if row.gap is None:
        return ""
    if row.gap < 0:
        return _("The trajectory expected %(expected)s: %(gap)s short.")
    return _("The trajectory expected %(expected)s: %(gap)s ahead.")


# Why progress cannot be computed, by the reason stored with it.
REASONS = {
    "": gettext_lazy("%(value)s in %(year)s. Progress cannot be computed."),
    Reason.BASELINE_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The baseline of %(baseline_year)s is not known yet, "
        "so progress cannot be computed."
    ),
    Reason.TARGET_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The target has no value yet, so progress cannot be computed."
    ),
    Reason.BAND_MISSING: gettext_lazy(
        "%(value)s in %(year)s. The band to stay in is not stated, so progress cannot be computed."
    ),
    Reason.TOLERANCE_MISSING: gettext_lazy(
        "%(value)s in %(year)s, outside the band. Its tolerance is not stated, "
        "so progress cannot be computed."
    ),
}
