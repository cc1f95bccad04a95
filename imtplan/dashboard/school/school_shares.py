"""The schools' shares of a headline indicator: of its change, its gap and what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.accounts.models import School
from imtplan.dashboard.followed_targets import FollowedTarget
from imtplan.dashboard.wording import Wording, in_percent
from indicators.formulas.progress import Aggregation, Direction
from indicators.formulas.school_parts import (
    InstituteNumbers,
    NotSplitReason,
    SchoolShare,
    SchoolSplit,
    split,
)
from indicators.models import Progress, VerdictInWords
from indicators.questions.school_years import Bearers, bearers
from indicators.results.series import Series

UNSPLIT = {
    NotSplitReason.MEAN: gettext_lazy(
        "a mean of the schools, whose parts do not add up: no school bears a part of it"
    ),
    NotSplitReason.INSTITUTE: gettext_lazy("the institute enters it: it has no figure of a school"),
    NotSplitReason.BAND: gettext_lazy(
        "a band to stay in: there is no way to go that could be shared"
    ),
    NotSplitReason.NO_VALUE: gettext_lazy(
        "no value of %(year)s: figures are missing, and for some schools no earlier one stands in"
    ),
    NotSplitReason.NO_PROMISE: gettext_lazy("the baseline or the target is not known"),
    NotSplitReason.NOT_POSITIVE: gettext_lazy(
        "shares of the baseline need a baseline above zero, and no school below it"
    ),
}


@dataclass(frozen=True)
class OwnVerdict:
    """The verdict on a school's figure by its own target; of several, by the last to come due."""

    code: str
    name: str  # of the indicator
    words: VerdictInWords
    target: str
    year: int


@dataclass(frozen=True)
class ShareRow:
    """A school's share, every number as a text; without a school, the share of none of them."""

    school: School | None
    share: SchoolShare
    weight: Decimal | None
    shares: "IndicatorShares"
    verdict: OwnVerdict | None = None

    def _fixed(self, number: Decimal | None) -> str:
        return Wording.of(self.shares.followed.indicator).fixed(number)

    def _signed(self, number: Decimal | None) -> str:
        return Wording.of(self.shares.followed.indicator).number(number, sign=True)

    @property
    def then(self) -> str:
        return self._fixed(self.share.then)

    @property
    def now(self) -> str:
        return self._fixed(self.share.now)

    @property
    def change(self) -> str:
        return self._signed(self.share.change)

    @property
    def growth(self) -> str:
        """Returns the growth of the school's own figure; nothing for a percentage."""
        then, now = self.share.then, self.share.now
        if self.shares.is_ratio or not then or now is None:
            return ""
        return in_percent((now - then) / then, decimals=1, sign=True)

    @property
    def gap(self) -> str:
        return self._signed(self.share.gap)

    @property
    def left(self) -> str:
        return self._signed(self.share.left)

    @property
    def coming(self) -> str:
        return self._signed(self.share.coming)

    @property
    def weight_text(self) -> str:
        return in_percent(self.weight)

    @property
    def is_estimate(self) -> bool:
        return bool(self.carried)

    @property
    def carried(self) -> list[int]:
        return self.shares.bearers.carried.get(self.share.code, []) if self.school else []

    @property
    def remarks(self) -> list[str]:
        """Returns what stands in, and who began, left or merged."""
        if self.school is None:
            return []
        code, of, scope = self.school.code, self.shares.bearers, self.shares.followed.scope
        remarks = []
        if self.carried:
            years = ", ".join(map(str, self.carried))
            remarks.append(_("figure of %(years)s carried forward") % {"years": years})
        if names := [self.shares.names.get(merged, merged) for merged in of.merged.get(code, [])]:
            remarks.append(_("with %(names)s, merged into it") % {"names": ", ".join(names)})
        if code in of.left_out:
            remarks.append(
                _own_beginning_in_words(self.school.first_year or scope.year, scope.year)
            )
        if code in of.joined and self.share.now is not None:
            year = self.shares.followed.target.baseline_year
            text = _("nothing was asked of it for %(year)s: all it has counts as change")
            remarks.append(text % {"year": year})
        if code in of.left:
            remarks.append(_("no longer in the plan in %(year)s") % {"year": scope.year})
        return remarks

    @property
    def explanation(self) -> str:
        """Returns where its numbers are explained; what no school bears has no such page."""
        if self.school is None:
            return ""
        followed = self.shares.followed
        args = [self.school.code, followed.indicator.code]
        return reverse("explain-share", args=args) + followed.scope.lasting


def _own_beginning_in_words(begun: int, year: int) -> str:
    text = _("begins in %(year)s: the estimate is without it")
    if begun < year:
        text = _("began in %(year)s: the estimate is without its figure of then")
    return text % {"year": begun}


@dataclass(frozen=True)
class IndicatorShares:
    """A headline indicator, shared out among its schools."""

    followed: FollowedTarget
    split: SchoolSplit
    bearers: Bearers
    schools: Mapping[str, School]
    verdicts: Mapping[str, OwnVerdict]  # by the school's code

    @property
    def is_ratio(self) -> bool:
        return self.followed.indicator.is_ratio

    @property
    def unit(self) -> str:
        """Returns the unit of a part: a difference of percentages is in points."""
        return _("points") if self.followed.indicator.unit == "%" else self.followed.indicator.unit

    @property
    def names(self) -> dict[str, str]:
        return {code: school.name for code, school in self.schools.items()}

    @property
    def why_not(self) -> str:
        """Returns why its parts are not told; empty where they are."""
        if self.split.unsplit is None:
            return ""
        return str(UNSPLIT[self.split.unsplit]) % {"year": self.followed.scope.year}

    @cached_property
    def rows(self) -> list[ShareRow]:
        """Returns the schools, those that bear most first, those of which nobody knows last."""
        rows = [
            ShareRow(
                self.schools.get(share.code),
                share,
                self.split.weight(share),
                self,
                self.verdicts.get(share.code),
            )
            for share in self.split.parts
        ]
        return sorted(rows, key=self._heaviest_first)

    @cached_property
    def _by_code(self) -> dict[str, ShareRow]:
        return {row.share.code: row for row in self.rows}

    def _heaviest_first(self, row: ShareRow) -> tuple[bool, Decimal, int]:
        needs = self.split.needs(row.share)
        rank = row.school.rank if row.school else 0
        return (needs is None, -(needs or Decimal(0)), rank)

    def of(self, code: str) -> ShareRow | None:
        return self._by_code.get(code)

    @cached_property
    def rest(self) -> ShareRow | None:
        rest = self.split.rest
        return ShareRow(None, rest, self.split.weight(rest), self) if rest else None

    @cached_property
    def whole(self) -> ShareRow:
        whole = self.split.whole
        return ShareRow(None, whole, self.split.weight(whole), self)

    @property
    def unknown(self) -> list[str]:
        """Returns the schools that bear no share because a figure of theirs is not known."""
        return [row.school.name for row in self.rows if row.school and row.share.left is None]

    @property
    def rest_reason(self) -> str:
        if names := self.unknown:
            return _("a figure is missing: %(names)s") % {"names": ", ".join(names)}
        return _("the baseline of the target is not the sum of the schools’ figures")

    @property
    def is_there(self) -> bool:
        needs = self.split.needs(self.split.whole)
        return needs is not None and needs <= 0

    @property
    def sentence(self) -> str:
        """Returns how much is left to do, and how much of it comes by itself."""
        if self.why_not:
            return ""
        unit, year = self.unit, self.followed.target.year
        if self.is_there:
            return _("Nothing is left to do by %(year)s for the institute as a whole.") % {
                "year": year
            }
        left_to_do = _("Left to do by %(year)s: %(left)s %(unit)s") % {
            "left": self._unsigned(self.split.needs(self.split.whole)),
            "unit": unit,
            "year": year,
        }
        clauses = [left_to_do]
        coming = (self.whole.share.coming or Decimal(0)) * self.split.sign
        if coming > 0:
            comes = _("at their own pace the schools bring %(coming)s of it")
            clauses.append(comes % {"coming": self._unsigned(coming)})
        return _("; ").join(clauses) + "."

    def _unsigned(self, number: Decimal | None) -> str:
        return Wording.of(self.followed.indicator).number(number)


def whole_of(followed: FollowedTarget) -> InstituteNumbers:
    """Returns the institute's numbers, those that the dashboard shows. From the target's year on
    there is no more to come."""
    indicator, progress = followed.indicator, followed.now.progress
    is_over = followed.scope.year >= followed.target.year
    return InstituteNumbers(
        aggregation=Aggregation(indicator.aggregation),
        direction=Direction(indicator.direction),
        baseline=followed.baseline,
        value=followed.now.value,
        expected=followed.now.expected_value,
        target=followed.target_value,
        target_year=followed.target.year,
        forecast=None if is_over or progress is None else progress.forecast,
        scale=indicator.scale,
        decimals=indicator.decimals,
    )


def shares_of(
    followed: FollowedTarget,
    series: Series,
    schools: Mapping[str, School],
    verdicts: Mapping[str, OwnVerdict],
) -> IndicatorShares:
    scope = followed.scope
    those = bearers(
        series,
        scope.view,
        baseline_year=followed.target.baseline_year,
        year=scope.year,
        target_year=followed.target.year,
        schools=schools.values(),
    )
    return IndicatorShares(
        followed, split(whole_of(followed), those.schools), those, schools, verdicts
    )


def verdict_of(progress: Progress) -> OwnVerdict:
    target = progress.target
    words = Wording.of(target.indicator)
    return OwnVerdict(
        target.code,
        str(target.indicator.name),
        VerdictInWords.of(progress),
        words.number(progress.target_value),
        target.year,
    )
