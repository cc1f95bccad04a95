"""What needs a decision: the things of a dashboard that somebody should look at, worst first.

Each is a sentence about one subject, with the address where it is decided. Nothing here is
computed: every number is a stored one, in the words of the pages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from imtplan.campaigns.terms import closings
from imtplan.dashboard.campaign_states import CampaignState
from imtplan.dashboard.forecast_wording import although, is_unlikely
from imtplan.dashboard.queries import Project, ProjectGroup
from imtplan.dashboard.scope import Scope
from imtplan.dashboard.wording import Wording, in_percent
from indicators.models import Indicator, Progress, ProgressStatus, Target

# Of each kind, how many stand in the list before it is unfolded.
SHOWN_OF_A_KIND = 2


class DecisionReason(models.TextChoices):
    """Why something is in the list, in the order in which the list speaks."""

    BEHIND = "behind", gettext_lazy("Behind its path")
    UNLIKELY = "unlikely", gettext_lazy("Unlikely to arrive")
    FALLING = "falling", gettext_lazy("Falling back")
    UNREPORTED = "unreported", gettext_lazy("Not reported")
    OVERDUE = "overdue", gettext_lazy("Past its date")
    APART = "apart", gettext_lazy("Said and computed differ")

    @property
    def symbol(self) -> str:
        return {
            DecisionReason.BEHIND: "arrow-down-circle-fill",
            DecisionReason.UNLIKELY: "exclamation-triangle",
            DecisionReason.FALLING: "arrow-counterclockwise",
            DecisionReason.UNREPORTED: "dash-circle-dotted",
            DecisionReason.OVERDUE: "clock",
            DecisionReason.APART: "question-circle",
        }[self]


@dataclass(frozen=True)
class Decision:
    kind: DecisionReason
    subject: str
    sentence: str
    address: str


@dataclass(frozen=True)
class Agenda:
    """The list, with the first few of each kind apart."""

    all: Sequence[Decision]

    @property
    def first(self) -> list[Decision]:
        return [decision for group in self._by_kind() for decision in group[:SHOWN_OF_A_KIND]]

    @property
    def others(self) -> list[Decision]:
        return [decision for group in self._by_kind() for decision in group[SHOWN_OF_A_KIND:]]

    def _by_kind(self) -> Iterator[list[Decision]]:
        for _kind, group in groupby(self.all, key=lambda decision: decision.kind):
            yield list(group)


def agenda(
    scope: Scope,
    targets: Iterable[Target],
    board: Iterable[ProjectGroup],
    campaigns: Iterable[CampaignState],
) -> Agenda:
    """Returns everything to decide on; each subject once, for the worst that can be said of it."""
    projects = [project for group in board for project in [*group.named, *group.unnamed]]
    return Agenda(
        [
            *_indicators(scope, targets),
            *(
                _unreported(campaign)
                for campaign in campaigns
                if campaign.missing and not campaign.is_to_come
            ),
            *_overdue(projects, scope),
            *_apart(projects, scope),
        ]
    )


# --- Indicators -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoYearsProgress:
    """Progress toward a reference target in the page's year, and in the year before."""

    indicator: Indicator
    now: Progress
    before: Progress | None

    @property
    def is_behind(self) -> bool:
        return ProgressStatus(self.now.status).is_behind

    @property
    def falls(self) -> bool:
        """Says whether it is further from the target than a year ago, whichever way is good; not
        where the two years are counted in different ways."""
        if self.before is None or self.before.progress is None or self.now.progress is None:
            return False
        if self.indicator.comparable_from(self.now.year) == self.now.year:
            return False
        return self.now.progress < self.before.progress


def _indicators(scope: Scope, targets: Iterable[Target]) -> list[Decision]:
    pairs = [pair for target in targets if (pair := _pair(target, scope))]
    behind = sorted((pair for pair in pairs if pair.is_behind), key=_slowest_first)
    unlikely = [pair for pair in pairs if is_unlikely(pair.now)]
    others = [pair for pair in pairs if not pair.is_behind and pair not in unlikely]
    falling = [pair for pair in others if pair.falls]
    return [
        *(_of(DecisionReason.BEHIND, pair, _behind(pair), scope) for pair in behind),
        *(_of(DecisionReason.UNLIKELY, pair, _unlikely(pair), scope) for pair in unlikely),
        *(_of(DecisionReason.FALLING, pair, _falling(pair), scope) for pair in falling),
    ]


def _pair(target: Target, scope: Scope) -> TwoYearsProgress | None:
    """Returns None where nothing is known of the page's year."""
    known = {
        row.year: row
        for row in target.progress.all()
        if row.view == scope.view and row.value is not None
    }
    now = known.get(scope.year)
    return TwoYearsProgress(target.indicator, now, known.get(scope.year_before)) if now else None


def _slowest_first(pair: TwoYearsProgress) -> tuple[bool, Decimal]:
    pace = pair.now.pace
    return (pace is None, Decimal(0) if pace is None else pace)


def _of(kind: DecisionReason, pair: TwoYearsProgress, sentence: str, scope: Scope) -> Decision:
    address = reverse("indicator", args=[pair.indicator.code]) + scope.query
    return Decision(kind, pair.indicator.name, sentence, address)


def _behind(pair: TwoYearsProgress) -> str:
    words = Wording.of(pair.indicator)
    clauses = []
    if pair.now.pace is not None:
        pace = in_percent(pair.now.pace)
        clauses.append(_("%(pace)s of the expected pace") % {"pace": pace})
    if pair.now.gap is not None:
        gap = words.with_unit(pair.now.gap, sign=True)
        clauses.append(_("%(gap)s from its path") % {"gap": gap})
    if falling := _falling(pair):
        clauses.append(falling)
    return _(", ").join(clauses)


def _unlikely(pair: TwoYearsProgress) -> str:
    clauses = (although(pair.now), _falling(pair))
    return _(", ").join(clause for clause in clauses if clause)


def _falling(pair: TwoYearsProgress) -> str:
    if pair.before is None or not pair.falls:
        return ""
    words = Wording.of(pair.indicator)
    return _("%(before)s in %(year)s, now %(value)s") % {
        "before": words.fixed(pair.before.value),
        "year": pair.before.year,
        "value": f"{words.fixed(pair.now.value)} {words.unit}",
    }


# --- Schools --------------------------------------------------------------------------------------


def _unreported(campaign: CampaignState) -> Decision:
    missing = len(campaign.missing)
    text = ngettext(
        "%(missing)s submission of %(expected)s is not handed in",
        "%(missing)s submissions of %(expected)s are not handed in",
        missing,
    ) % {"missing": missing, "expected": len(campaign.schools)}
    day = closings.day(campaign.campaign.closes_at)
    ends = _("open until %(day)s") if campaign.is_open else _("closed on %(day)s")
    return Decision(
        DecisionReason.UNREPORTED,
        str(campaign.campaign),
        _(", ").join((text, ends % {"day": day})),
        f"{reverse('submissions')}?{urlencode({'campaign': campaign.campaign.code})}",
    )


# --- Projects -------------------------------------------------------------------------------------


def _overdue(projects: Iterable[Project], scope: Scope) -> list[Decision]:
    late = [project for project in projects if project.row.milestones_late]
    late.sort(key=lambda project: -project.row.milestones_late)
    return [
        _of_project(DecisionReason.OVERDUE, project, _milestones(project), scope)
        for project in late
    ]


def _milestones(project: Project) -> str:
    late = project.row.milestones_late
    text = ngettext(
        "%(late)s milestone of %(all)s past its date",
        "%(late)s milestones of %(all)s past their date",
        late,
    ) % {"late": late, "all": project.row.milestones_all}
    return _(", ").join(clause for clause in (text, _declared(project)) if clause)


def _apart(projects: Iterable[Project], scope: Scope) -> list[Decision]:
    apart = (project for project in projects if project.differs and not project.row.milestones_late)
    return [
        _of_project(DecisionReason.APART, project, _declared(project), scope) for project in apart
    ]


def _declared(project: Project) -> str:
    """Returns an empty text where what is said agrees with what is computed, or nothing is said."""
    if project.declared is None or not project.differs:
        return ""
    return _("declared “%(declared)s” on %(day)s, computed “%(computed)s”") % {
        "declared": project.declared.label,
        "day": date_format(project.row.declared_on, "j F Y"),
        "computed": project.verdict.label,
    }


def _of_project(kind: DecisionReason, project: Project, sentence: str, scope: Scope) -> Decision:
    address = reverse("project", args=[project.code]) + scope.query
    return Decision(kind, f"{project.code} {project.title}", sentence, address)
