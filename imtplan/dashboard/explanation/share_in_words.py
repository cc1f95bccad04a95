"""Why a school's part is what it is: each number as its formula, with its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from imtplan.dashboard.explanation.page import ExplanationPage
from imtplan.dashboard.explanation.steps_in_words import StepInWords
from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.school.school_shares import Bearer, IndicatorShares
from imtplan.dashboard.school.schools_page import schools_page
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_number
from indicators.formulas.readings import Reading


@dataclass(frozen=True)
class ShareInWords:
    """The parts of one school in one indicator, step by step."""

    bearer: Bearer

    @property
    def shares(self) -> IndicatorShares:
        return self.bearer.shares

    @property
    def words(self) -> Wording:
        return Wording.of(self.shares.course.indicator)

    @property
    def steps(self) -> list[StepInWords]:
        steps = self._of_a_ratio() if self.shares.is_ratio else self._of_a_sum()
        return [step for step in (*steps, self._coming(), self._weight()) if step.result]

    # --- Of a sum: by the share of the baseline ---

    def _of_a_sum(self) -> list[StepInWords]:
        course, row, words = self.shares.course, self.bearer, self.words
        year = {"year": course.scope.year, "first": course.target.baseline_year}
        share = f"{row.then} / {words.number(course.baseline)}"
        expected, target = (
            words.number(course.now.expected_value),
            words.number(course.target_value),
        )
        falls = self.shares.split.sign < 0
        path = f"{expected} × {share}"
        return [
            StepInWords(
                "change",
                _("Change since %(first)s") % year,
                _("its figure of %(year)s − its figure of %(first)s") % year,
                f"{row.now} − {row.then}",
                row.change,
            ),
            StepInWords(
                "gap",
                _("Gap to the path, by its share"),
                _("expected × its share − its figure")
                if falls
                else _("its figure − expected × its share"),
                f"{path} − {row.now}" if falls else f"{row.now} − {path}",
                row.gap,
            ),
            StepInWords(
                "left",
                _("Left to do, by its share"),
                _("target × its figure of %(first)s / baseline − its figure of %(year)s") % year,
                f"{target} × {share} − {row.now}",
                row.left,
            ),
        ]

    # --- Of a ratio: by its parts ---

    def _of_a_ratio(self) -> list[StepInWords]:
        course = self.shares.course
        rates = (
            ("change", _("Part in the change"), course.baseline, self.bearer.change, True),
            (
                "gap",
                _("Gap to the path, by its weight"),
                course.now.expected_value,
                self.bearer.gap,
                self.shares.split.sign > 0,
            ),
            ("left", _("Left to do, by its weight"), course.target_value, self.bearer.left, False),
        )
        return [self._rate(*rate) for rate in rates]

    def _rate(self, key: str, name: str, rate: Any, result: str, is_above: bool) -> StepInWords:
        own, held = self._own, self.words.number(rate)
        names = {"change": _("baseline"), "gap": _("expected"), "left": _("target")}
        rate_name = {"rate": names[key]}
        worked = f"{held} × {own['denominator']}", f"{own['scale']} × {own['numerator']}"
        above, below = reversed(worked) if is_above else worked
        formula = (
            _("(its numerator, scaled − %(rate)s × its denominator) / all denominators")
            if is_above
            else _("(%(rate)s × its denominator − its numerator, scaled) / all denominators")
        )
        return StepInWords(
            key, name, formula % rate_name, f"({above} − {below}) / {own['all']}", result
        )

    @property
    def _own(self) -> dict[str, str]:
        readings = {school.code: school.now for school in self.shares.bearers.schools}
        own = readings.get(self.bearer.share.code) or Reading()
        denominators = [
            reading.denominator for reading in readings.values() if reading and reading.denominator
        ]

        def number(value: Decimal | None) -> str:
            return format_number(value, language=self.words.language)

        return {
            "numerator": number(own.numerator),
            "denominator": number(own.denominator),
            "all": number(sum(denominators, Decimal(0))),
            "scale": number(self.shares.course.indicator.scale),
        }

    # --- Of both ---

    def _coming(self) -> StepInWords:
        course = self.shares.course
        return StepInWords(
            "coming",
            _("By its own past, until %(year)s") % {"year": course.target.year},
            _("where the line through its own years stands in %(year)s − where it stands now")
            % {"year": course.target.year},
            "" if self.shares.is_ratio else self._end(),
            self.bearer.coming,
        )

    def _end(self) -> str:
        share = self.bearer.share
        if share.now is None or share.coming is None:
            return ""
        return f"{self.words.number(share.now + share.coming)} − {self.bearer.now}"

    def _weight(self) -> StepInWords:
        return StepInWords(
            "weight",
            _("Weight in what is left to do"),
            _("its part / all that is left to do"),
            f"{self.bearer.left} / {self.shares.whole.left}",
            self.bearer.weight_text,
        )

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """Returns what it is made of, and where each of that is explained."""
        course, scope = self.shares.course, self.shares.course.scope
        value = reverse("explain-value", args=[course.indicator.code])
        first = course.target.baseline_year
        figures = _("the schools’ figures of %(year)s")
        inputs = [(figures % {"year": scope.year}, value + scope.lasting)]
        if first in scope.years:
            inputs.append((figures % {"year": first}, value + scope.of_year(first)))
        progress = reverse("explain-progress", args=[course.target.code]) + scope.lasting
        return [*inputs, (_("the target, its baseline and its path"), progress)]

    @property
    def years(self) -> list[tuple[int, str]]:
        """Returns the years its line goes through."""
        if self.shares.is_ratio or not self.bearer.coming:
            return []
        own = (
            school
            for school in self.shares.bearers.schools
            if school.code == self.bearer.share.code
        )
        points = next(own).points
        return [(year, self.words.fixed(points[year].value)) for year in sorted(points)]


def share_page(user: Any, school: str, code: str, parameters: Mapping[str, str]) -> ExplanationPage:
    """Raises 404 for a school or an indicator that is not shared out in this plan and year."""
    page = schools_page(user, parameters, Pulse.take())
    all_shares: Sequence[IndicatorShares] = page.shared if page else []
    for shares in all_shares:
        bearer = shares.of(school) if shares.course.indicator.code == code else None
        if page and bearer and bearer.school:
            title = f"{bearer.school.name}, {shares.course.indicator.name}"
            back = reverse("schools") + page.scope.query
            return ExplanationPage(title, page.scope, back, page.pulse, ShareInWords(bearer))
    raise Http404
