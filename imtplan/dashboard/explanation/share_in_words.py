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
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.school.school_shares import IndicatorShares, ShareRow
from imtplan.dashboard.school.schools_page import schools_page
from imtplan.dashboard.wording import Wording
from imtplan.numbers import format_number
from indicators.formulas.readings import Reading


@dataclass(frozen=True)
class ShareInWords:
    """The parts of one school in one indicator, step by step."""

    share_row: ShareRow

    @property
    def shares(self) -> IndicatorShares:
        return self.share_row.shares

    @property
    def words(self) -> Wording:
        return Wording.of(self.shares.followed.indicator)

    @property
    def steps(self) -> list[StepInWords]:
        steps = self._of_a_ratio() if self.shares.is_ratio else self._of_a_sum()
        return [step for step in (*steps, self._coming(), self._weight()) if step.result]

    # --- Of a sum: by the share of the baseline ---

    def _of_a_sum(self) -> list[StepInWords]:
        followed, row, words = self.shares.followed, self.share_row, self.words
        year = {"year": followed.scope.year, "first": followed.target.baseline_year}
        share = f"{row.then} / {words.number(followed.baseline)}"
        expected, target = (
            words.number(followed.now.expected_value),
            words.number(followed.target_value),
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
        followed = self.shares.followed
        rates = (
            ("change", _("Part in the change"), followed.baseline, self.share_row.change, True),
            (
                "gap",
                _("Gap to the path, by its weight"),
                followed.now.expected_value,
                self.share_row.gap,
                self.shares.split.sign > 0,
            ),
            (
                "left",
                _("Left to do, by its weight"),
                followed.target_value,
                self.share_row.left,
                False,
            ),
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
        own = readings.get(self.share_row.share.code) or Reading()
        denominators = [
            reading.denominator for reading in readings.values() if reading and reading.denominator
        ]

        def number(value: Decimal | None) -> str:
            return format_number(value, language=self.words.language)

        return {
            "numerator": number(own.numerator),
            "denominator": number(own.denominator),
            "all": number(sum(denominators, Decimal(0))),
            "scale": number(self.shares.followed.indicator.scale),
        }

    # --- Of both ---

    def _coming(self) -> StepInWords:
        followed = self.shares.followed
        return StepInWords(
            "coming",
            _("By its own past, until %(year)s") % {"year": followed.target.year},
            _("where the line through its own years stands in %(year)s − where it stands now")
            % {"year": followed.target.year},
            "" if self.shares.is_ratio else self._end(),
            self.share_row.coming,
        )

    def _end(self) -> str:
        share = self.share_row.share
        if share.now is None or share.coming is None:
            return ""
        return f"{self.words.number(share.now + share.coming)} − {self.share_row.now}"

    def _weight(self) -> StepInWords:
        return StepInWords(
            "weight",
            _("Weight in what is left to do"),
            _("its part / all that is left to do"),
            f"{self.share_row.left} / {self.shares.whole.left}",
            self.share_row.weight_text,
        )

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """Returns what it is made of, and where each of that is explained."""
        followed, scope = self.shares.followed, self.shares.followed.scope
        value = reverse("explain-value", args=[followed.indicator.code])
        first = followed.target.baseline_year
        figures = _("the schools’ figures of %(year)s")
        inputs = [(figures % {"year": scope.year}, value + scope.lasting)]
        if first in scope.years:
            inputs.append((figures % {"year": first}, value + scope.of_year(first)))
        progress = reverse("explain-progress", args=[followed.target.code]) + scope.lasting
        return [*inputs, (_("the target, its baseline and its path"), progress)]

    @property
    def years(self) -> list[tuple[int, str]]:
        """Returns the years its line goes through."""
        if self.shares.is_ratio or not self.share_row.coming:
            return []
        own = (
            school
            for school in self.shares.bearers.schools
            if school.code == self.share_row.share.code
        )
        points = next(own).points
        return [(year, self.words.fixed(points[year].value)) for year in sorted(points)]


def share_page(user: Any, school: str, code: str, parameters: Mapping[str, str]) -> ExplanationPage:
    """Raises 404 for a school or an indicator that is not shared out in this plan and year."""
    page = schools_page(user, parameters, Freshness.read())
    all_shares: Sequence[IndicatorShares] = page.shared if page else []
    for shares in all_shares:
        share_row = shares.of(school) if shares.followed.indicator.code == code else None
        if page and share_row and share_row.school:
            title = f"{share_row.school.name}, {shares.followed.indicator.name}"
            back = reverse("schools") + page.scope.query
            return ExplanationPage(title, page.scope, back, page.freshness, ShareInWords(share_row))
    raise Http404
