"""An objective or a lever: how far it is, since when, and what of it holds it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, FilteredRelation, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from imtplan.bilingual import reader_language
from imtplan.dashboard.followed_targets import FollowedTarget
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.named_totals import totals_of
from imtplan.dashboard.queries import (
    Project,
    Standing,
    Trend,
    projects_with_milestones,
    with_standing,
)
from imtplan.dashboard.revision_wording import mean_revision_in_words
from imtplan.dashboard.scope import Scope, demanded_scope, with_progress
from imtplan.dashboard.succession import ElementInOtherPlan, succession_of
from imtplan.dashboard.wording import in_percent
from imtplan.numbers import format_number
from imtplan.percentages import in_points
from indicators.formulas.progress import ONE, ZERO
from indicators.models import IndicatorLink, ProgressStatus, RollUp, Target, VerdictInWords
from indicators.questions.mean_revisions import MeanRevision, revised_means
from indicators.questions.target_revisions import with_versions
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import StatusReport

KINDS: dict[str, type[Any]] = {"objective": Objective, "lever": Lever}


@dataclass(frozen=True)
class ElementItem:
    """An indicator or a project, and what it does to the mean."""

    weight: Decimal
    inferred: bool
    followed: FollowedTarget | None = None  # of an indicator that has a reference target
    name: str = ""
    address: str = ""
    project: Project | None = None

    @property
    def status(self) -> ProgressStatus:
        return self.verdict.status

    @property
    def verdict(self) -> VerdictInWords:
        """Returns “no target” for an indicator of which nothing was promised."""
        if self.project:
            return self.project.verdict
        return self.followed.verdict if self.followed else VerdictInWords(ProgressStatus.NO_TARGET)

    @property
    def share(self) -> Decimal | None:
        if self.project:
            return self.project.standing.share
        return self.followed.now.share if self.followed else None

    @property
    def expected_share(self) -> Decimal | None:
        if self.project:
            return self.project.standing.expected_share
        return self.followed.now.expected_share if self.followed else None

    @property
    def counts(self) -> bool:
        """A mean is made of what is known of both, as in `indicators.formulas.roll_up`."""
        return self.share is not None and self.expected_share is not None

    @property
    def lead(self) -> Decimal | None:
        """Returns how far ahead of its path it is, each held between nothing and the whole."""
        if self.share is None or self.expected_share is None:
            return None
        return _clamped(self.share) - _clamped(self.expected_share)


def _clamped(share: Decimal) -> Decimal:
    return max(ZERO, min(ONE, share))


@dataclass(frozen=True)
class GapShare:
    """What an item adds to the element's gap, or takes from it: w·(p − e) / Σ w."""

    item: ElementItem
    amount: Decimal | None

    @property
    def points(self) -> str:
        """Returns points of progress: the parts of all items make the element's gap."""
        if self.amount is None:
            return ""
        return format_number(self.amount * 100, language=reader_language(), decimals=1, sign=True)

    @property
    def holds_back(self) -> bool:
        return self.amount is not None and self.amount < 0


@dataclass(frozen=True)
class YearStanding:
    """The element at the end of one year."""

    year: int
    standing: Standing
    address: str
    current: bool


@dataclass(frozen=True)
class ElementPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    kind: str
    element: Any  # Objective or Lever with the columns of `with_standing`
    roll_ups: Mapping[int, RollUp]
    items: Sequence[ElementItem]
    reports: Sequence[StatusReport]
    succession: Sequence[ElementInOtherPlan]
    revisions: Sequence[MeanRevision]
    freshness: Freshness

    @cached_property
    def standing(self) -> Standing:
        return Standing.read(vars(self.element))

    @property
    def trend(self) -> Trend | None:
        return Trend.between(self.element.before, self.standing.share)

    @property
    def revisions_in_words(self) -> list[str]:
        """Returns what was changed of the weights and thresholds that its mean depends on."""
        return [mean_revision_in_words(row) for row in self.revisions]

    @property
    def explanation(self) -> str:
        return reverse(f"explain-{self.kind}", args=[self.element.code])

    @cached_property
    def pulls(self) -> list[GapShare]:
        """Returns the items, what holds it back most first, what has no data last. Without a mean
        there is no gap to share out."""
        counting = [item for item in self.items if item.counts and self.standing.share is not None]
        whole = sum((item.weight for item in counting), Decimal(0))
        pulls = [
            GapShare(
                item, item.weight * item.lead / whole if item.lead is not None and whole else None
            )
            for item in self.items
        ]
        return sorted(pulls, key=lambda share: (share.amount is None, share.amount or ZERO))

    @property
    def years(self) -> list[YearStanding]:
        return [
            YearStanding(
                year,
                Standing.of(self.roll_ups.get(year)),
                self.explanation + self.scope.of_year(year),
                year == self.scope.year,
            )
            for year in self.scope.years
        ]

    @property
    def sentence(self) -> str:
        """Says where it stands, and what holds it back most."""
        if self.standing.share is None or self.standing.expected_share is None:
            return self._unknown()
        known: dict[str, Any] = {
            "year": self.scope.year,
            "share": in_percent(self.standing.share),
            "expected": in_percent(self.standing.expected_share),
        }
        progress = (
            _("In %(year)s, %(share)s of the way is done, %(expected)s was expected.") % known
        )
        return " ".join(filter(None, (progress, self._since(), self._worst())))

    def _unknown(self) -> str:
        missing = self.standing.verdict.details
        if not missing:
            return _("Nothing is known of its progress in %(year)s.") % {"year": self.scope.year}
        text = _("Nothing can be said of its progress in %(year)s: %(missing)s.")
        return text % {"year": self.scope.year, "missing": missing}

    @property
    def behind_since(self) -> int | None:
        """Returns the first year from which on it was behind without a break, up to the page's."""
        since = None
        for year in reversed(self.years):
            if year.year <= self.scope.year:
                if not year.standing.is_behind:
                    break
                since = year.year
        return since

    def _since(self) -> str:
        if self.behind_since in (None, self.scope.year):
            return ""
        return _("It has been behind its path since %(year)s.") % {"year": self.behind_since}

    def _worst(self) -> str:
        if not (self.pulls and self.pulls[0].holds_back):
            return ""
        worst = self.pulls[0]
        return _("“%(name)s” holds it back most: %(points)s.") % {
            "name": worst.item.name,
            "points": in_points((worst.amount or Decimal(0)) * 100),
        }


def element_page(
    user: Any, kind: str, code: str, parameters: Mapping[str, str], freshness: Freshness
) -> ElementPage:
    read = demanded_scope(user, parameters)
    scope = read.scope
    rows = with_standing(KINDS[kind].objects.visible_to(user).filter(plan=scope.plan), scope)
    element = rows.filter(code=code).first()
    if element is None:
        raise Http404
    element.plan = scope.plan
    projects = _projects(user, scope, kind, element)
    return ElementPage(
        scope=scope,
        plans=read.plans,
        kind=kind,
        element=element,
        roll_ups={
            row.year: row
            for row in RollUp.objects.visible_to(user).filter(**{kind: element.pk}, view=scope.view)
        },
        items=[*_indicators(user, scope, kind, element), *projects],
        reports=_last_reports(user, scope, projects),
        succession=succession_of(user, scope, kind, element),
        revisions=revised_means(element),
        freshness=freshness,
    )


def _indicators(user: Any, scope: Scope, kind: str, element: Any) -> list[ElementItem]:
    links = list(
        IndicatorLink.objects.filter(**{kind: element.pk})
        .followed_in_plan(scope.plan, scope.year)
        .select_related("indicator")
    )
    indicators = [link.indicator for link in links]
    targets = (
        with_versions(Target.objects.visible_to(user))
        .in_use()
        .reference()
        .filter(plan=scope.plan, indicator__in=indicators)
        .select_related("indicator")
        .prefetch_related(with_progress(user))
    )
    totals = totals_of(user, indicators)
    followed_targets = {
        target.indicator_id: FollowedTarget(target, scope, totals) for target in targets
    }
    return [
        ElementItem(
            weight=link.weight,
            inferred=link.inferred,
            followed=followed_targets.get(link.indicator_id),
            name=link.indicator.name,
            address=reverse("indicator", args=[link.indicator.code]) + scope.query,
        )
        for link in links
    ]


def _projects(user: Any, scope: Scope, kind: str, element: Any) -> list[ElementItem]:
    served = FilteredRelation("serves", condition=Q(**{f"serves__{kind}": element.pk}))
    rows = (
        projects_with_milestones(user, scope)
        .annotate(served=served, served_weight=F("served__weight"), inferred=F("served__inferred"))
        .exclude(served=None)
    )
    return [
        ElementItem(
            weight=row.served_weight,  # type: ignore[attr-defined]
            inferred=row.inferred,  # type: ignore[attr-defined]
            name=f"{row.code} {row.title}".strip(),
            address=reverse("project", args=[row.code]) + scope.query,
            project=Project(row, Standing.read(vars(row))),
        )
        for row in rows
    ]


def _last_reports(user: Any, scope: Scope, projects: Iterable[ElementItem]) -> list[StatusReport]:
    """Returns what the leaders of its projects said last, by the day the page speaks of."""
    known = [item.project.row.pk for item in projects if item.project]
    return list(
        StatusReport.objects.visible_to(user)
        .filter(Q(project__in=known), reported_on__lte=scope.day)
        .order_by("project_id", "-reported_on", "-pk")
        .distinct("project_id")
        .select_related("project", "reported_by")
    )
