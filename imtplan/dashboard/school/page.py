"""A school's sheet: every figure it gave, beside the years before and its own targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Any

from django.db.models import Max, OuterRef, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan import clock
from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Campaign, Submission
from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.followed_targets import FollowedTarget
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.queries import Project, projects_with_milestones
from imtplan.dashboard.scope import Scope, demanded_scope, with_progress
from imtplan.dashboard.wording import Wording, correction_in_words, in_percent
from indicators.models import (
    CountedFigure,
    Figure,
    Inapplicability,
    Indicator,
    Target,
    VerdictInWords,
)
from indicators.questions.target_revisions import with_versions
from indicators.results.corrections import Correction, corrections
from objectives.models import StrategicPlan


class ChangeDirection(Enum):
    GOOD = "good"
    LEVEL = "level"
    BAD = "bad"

    @classmethod
    def of(cls, move: Decimal) -> "ChangeDirection":
        return cls.GOOD if move > 0 else cls.BAD if move < 0 else cls.LEVEL


@dataclass(frozen=True)
class SchoolPageLine:
    """One indicator of one school, as its figures of three years have it."""

    indicator: Indicator
    figures: Mapping[int, CountedFigure]  # those that count in the page's view
    latest: Figure | None  # of the page's year, as it was written last
    under_way: Correction | None
    scope: Scope
    followed: FollowedTarget | None  # toward the school's own target, where it has one
    excused_because: str = ""  # the plan office's reason why it does not apply

    def _number(self, year: int) -> Decimal | None:
        figure = self.figures.get(year)
        return figure.number if figure and figure.state == Figure.State.NUMBER else None

    def _text(self, number: Decimal | None, *, sign: bool = False) -> str:
        return Wording.of(self.indicator).fixed(number, sign=sign)

    @cached_property
    def figure(self) -> CountedFigure | None:
        """Returns what counts in the page's year."""
        return self.figures.get(self.scope.year)

    @property
    def value(self) -> str:
        return self._text(self._number(self.scope.year))

    @property
    def before(self) -> str:
        return self._text(self._number(self.scope.year_before))

    @property
    def baseline(self) -> str:
        return self._text(self._number(self.scope.plan.baseline_year))

    @property
    def change(self) -> str:
        """Returns the change since the plan's baseline year, in the indicator's unit."""
        words = Wording.of(self.indicator)
        return (
            words.difference(self.moved)
            if words.is_percentage
            else words.fixed(self.moved, sign=True)
        )

    @cached_property
    def moved(self) -> Decimal | None:
        now, then = self._number(self.scope.year), self._number(self.scope.plan.baseline_year)
        return None if now is None or then is None else now - then

    @property
    def growth(self) -> str:
        """Returns the change as a share of where it began; nothing for a percentage."""
        then = self._number(self.scope.plan.baseline_year)
        is_share = self.indicator.is_ratio or self.indicator.is_percentage
        if self.moved is None or not then or is_share:
            return ""
        return in_percent(self.moved / then, decimals=1, sign=True)

    @property
    def way(self) -> ChangeDirection | None:
        """Says whether it moved in the direction that is good for this indicator."""
        if self.moved is None or self.indicator.direction == Indicator.Direction.KEEP:
            return None
        falls = self.indicator.direction == Indicator.Direction.DECREASE
        return ChangeDirection.of(-self.moved if falls else self.moved)

    @property
    def years(self) -> list[Decimal | None]:
        """Returns each year from the baseline to the page's, for a small drawing."""
        first = self.scope.plan.baseline_year
        return [self._number(year) for year in range(first, self.scope.year + 1)]

    @property
    def why_no_number(self) -> str:
        """Returns why there is no number: the school's word, or how far the figure has come."""
        if self.value:
            return ""
        if self.excused_because:
            return str(Figure.State.NOT_APPLICABLE.label)
        if self.figure:
            return str(self.figure.get_state_display())
        return str(self.latest.get_status_display()) if self.latest else _("missing")

    @property
    def correction(self) -> str:
        return correction_in_words(self.under_way) if self.under_way else ""

    @property
    def remark(self) -> str:
        """Returns what the school wrote beside its figure, or why the plan office excuses it."""
        if self.excused_because and not self.value:
            return self.excused_because
        return (self.figure.explanation or self.figure.reason) if self.figure else ""

    @property
    def verdict(self) -> VerdictInWords | None:
        return self.followed.verdict if self.followed else None


@dataclass(frozen=True)
class SchoolSubmission:
    """A campaign of the page's year that asks the school, and how far the school is in it."""

    campaign: Campaign
    state: Submission.State
    address: str  # where its figures are entered, or looked at


@dataclass(frozen=True)
class SchoolPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    school: School
    lines: Sequence[SchoolPageLine]
    projects: Sequence[Project]  # those it leads
    forms: Sequence[SchoolSubmission]
    reads_institute: bool
    freshness: Freshness

    @property
    def is_expected(self) -> bool:
        """Returns whether the school reports for the year."""
        return self.school.reports_in(self.scope.year)

    @property
    def merged_from(self) -> list[School]:
        """Returns the schools that merged into it."""
        return [row for row in self.school.merged_from.all() if row.last_year is not None]

    @property
    def themes(self) -> dict[str, list[SchoolPageLine]]:
        by_theme: dict[str, list[SchoolPageLine]] = {}
        for line in self.lines:
            by_theme.setdefault(str(line.indicator.get_theme_display()), []).append(line)
        return by_theme

    @property
    def given(self) -> int:
        return sum(bool(line.figure or line.excused_because) for line in self.lines)

    @property
    def followed_targets(self) -> list[FollowedTarget]:
        """Returns the school's own targets over the years; the institute's are the reference."""
        return [line.followed for line in self.lines if line.followed]

    @property
    def has_targets(self) -> bool:
        return bool(self.followed_targets)

    @property
    def sentences(self) -> list[str]:
        """Returns how its indicators moved, and how many of its own targets are within reach."""
        return [sentence for sentence in (self._moves(), self._targets()) if sentence]

    def _moves(self) -> str:
        good, bad = (
            sum(line.way == way for line in self.lines)
            for way in (ChangeDirection.GOOD, ChangeDirection.BAD)
        )
        if not good + bad:
            return ""
        moved = ngettext(
            "%(count)s indicator moved the good way",
            "%(count)s indicators moved the good way",
            good,
        )
        other = ngettext("%(count)s the other way", "%(count)s the other way", bad)
        return _("Since %(year)s: %(good)s, %(bad)s.") % {
            "year": self.scope.plan.baseline_year,
            "good": moved % {"count": good} if good else _("no indicator moved the good way"),
            "bad": other % {"count": bad} if bad else _("none the other way"),
        }

    def _targets(self) -> str:
        """Returns how many are kept; those that cannot be assessed are not late for that."""
        if not self.has_targets:
            return ""
        judged = [followed for followed in self.followed_targets if followed.status.is_judged]
        if not judged:
            return _("None of its own targets can be assessed yet.")
        numbers = {
            "all": len(self.followed_targets),
            "judged": len(judged),
            "kept": sum(followed.status.is_good for followed in judged),
            "others": len(self.followed_targets) - len(judged),
        }
        parts = [_kept(**numbers), _not_assessed(numbers["others"])]
        return " ".join(part % numbers for part in parts if part)


def _kept(*, kept: int, judged: int, others: int, **_all: int) -> str:
    if kept:
        return ngettext(
            "Of its %(all)s own targets, %(kept)s is reached, on its path or close to it.",
            "Of its %(all)s own targets, %(kept)s are reached, on their path or close to it.",
            kept,
        )
    if others:
        return ngettext(
            "Of its %(all)s own targets, %(judged)s is not on its path.",
            "Of its %(all)s own targets, %(judged)s are not on their path.",
            judged,
        )
    return ngettext(
        "Its own target is not on its path.",
        "None of its %(all)s own targets is on its path.",
        judged,
    )


def _not_assessed(others: int) -> str:
    if not others:
        return ""
    return ngettext(
        "%(others)s cannot be assessed yet.", "%(others)s cannot be assessed yet.", others
    )


def school_page(
    user: Any, code: str, parameters: Mapping[str, str], freshness: Freshness
) -> SchoolPage:
    """Raises 404 for a school that is not this person's to see."""
    schools = School.objects.places_seen_by(user).select_related("merged_into")
    school = get_object_or_404(schools, code=code)
    read = demanded_scope(user, parameters)
    figures = CountedFigure.objects.visible_to(user).filter(school=school)
    scope = read.scope if parameters.get("year") else _latest(read.scope, figures)
    return SchoolPage(
        scope=scope,
        plans=read.plans,
        school=school.named_in(scope.year),
        lines=_lines(user, scope, school, figures),
        projects=[
            Project(row, Standing.read(vars(row)))
            for row in projects_with_milestones(user, scope).filter(lead_school=school)
        ],
        forms=_forms(user, scope, school),
        reads_institute=has_permission(user, Permission.READ_INSTITUTE),
        freshness=freshness,
    )


def _forms(user: Any, scope: Scope, school: School) -> list[SchoolSubmission]:
    """Returns those of each campaign of the year that asks the school and has opened, of whichever
    plan it is."""
    begun = Submission.objects.filter(campaign=OuterRef("pk"), school=school)
    opened = Campaign.objects.visible_to(user).filter(opens_at__lte=clock.now())
    asking = opened.asking(school).filter(year=scope.year)
    campaigns: Any = asking.annotate(own_state=Subquery(begun.values("state"))).order_by("pk")
    return [
        SchoolSubmission(
            campaign,
            Submission.State(campaign.own_state or Submission.State.NOT_BEGUN),
            reverse("entry", args=[campaign.code, school.code]),
        )
        for campaign in campaigns
    ]


def _latest(scope: Scope, figures: Any) -> Scope:
    """Returns the school's own latest year that counts, which need not be the institute's."""
    counted = figures.in_view(scope.view).filter(year__in=scope.years)
    year = counted.aggregate(latest=Max("year"))["latest"]
    return replace(scope, year=year) if year else scope


def _lines(user: Any, scope: Scope, school: School, figures: Any) -> list[SchoolPageLine]:
    years = range(scope.plan.baseline_year, scope.year + 1)
    by_indicator: dict[int, dict[int, CountedFigure]] = {}
    counted = figures.in_view(scope.view).filter(year__in=years)
    for figure in counted.select_related("indicator", "entered_by"):
        by_indicator.setdefault(figure.indicator_id, {})[figure.year] = figure
    written = Figure.objects.visible_to(user).filter(school=school, year=scope.year)
    latest = {figure.indicator_id: figure for figure in written}
    under_way = corrections(user, scope.view, year=scope.year, school=school)
    targets = (
        with_versions(Target.objects.visible_to(user))
        .in_use()
        .held_by(school)
        .filter(plan=scope.plan)
        .select_related("indicator")
        .prefetch_related(with_progress(user))
    )
    followed_targets = {
        target.indicator_id: FollowedTarget(target, scope, {}) for target in targets
    }
    followed = Indicator.objects.followed_in_plan(scope.plan, scope.year)
    declared = Inapplicability.objects.visible_to(user).excusing(school, scope.year)
    excused = dict(declared.values_list("indicator", "sentence"))
    return [
        SchoolPageLine(
            indicator,
            by_indicator.get(indicator.pk, {}),
            latest.get(indicator.pk),
            under_way.get((indicator.pk, school.pk, scope.year)),
            scope,
            followed_targets.get(indicator.pk),
            excused.get(indicator.pk, ""),
        )
        for indicator in followed.reported_by(school).order_by("theme", "followed_in__rank", "code")
    ]
