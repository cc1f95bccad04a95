"""What the dashboard reads, in a number of queries that does not grow with its rows."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from imtplan.accounts.models import School
from imtplan.bilingual import Bilingual
from imtplan.campaigns.models import Campaign, Submission
from imtplan.dashboard.courses import Course
from imtplan.dashboard.scope import Scope
from indicators.models import IndicatorLink, ProgressStatus, RollUp
from levers.models import Lever
from objectives.models import Objective, StrategicPlan
from projects.models import DeclaredStatus, FlagshipProject, Milestone, Serves, StatusReport

NO_GAP_LAST = Decimal("Infinity")


@dataclass(frozen=True)
class Standing:
    """A roll-up as pages read it. Nothing known is None, never zero."""

    status: ProgressStatus
    share: Decimal | None = None
    expected_share: Decimal | None = None
    coverage: Decimal | None = None

    @classmethod
    def of(cls, roll_up: RollUp | None) -> "Standing":
        if roll_up is None:
            return cls(ProgressStatus.NO_DATA)
        return cls(
            ProgressStatus(roll_up.status),
            roll_up.progress,
            roll_up.expected_progress,
            roll_up.coverage,
        )

    @property
    def gap(self) -> Decimal | None:
        """Progress less what was expected by then: below zero is behind."""
        if self.share is None or self.expected_share is None:
            return None
        return self.share - self.expected_share

    @property
    def is_partial(self) -> bool:
        return self.coverage is not None and self.coverage < 1


@dataclass(frozen=True)
class Element:
    """An objective or a lever with its progress in one year and view."""

    element: str
    pk: int
    code: str
    title_fr: str
    title_en: str
    rank: int
    inferred: bool
    standing: Standing

    title = Bilingual("title")

    @property
    def status(self) -> ProgressStatus:
        return self.standing.status


def roll_ups(user: Any, scope: Scope) -> dict[tuple[str, int], RollUp]:
    """Of the plan and each of its elements, by kind and key."""
    plan = scope.plan
    rows = RollUp.objects.visible_to(user).filter(
        Q(plan=plan) | Q(objective__plan=plan) | Q(lever__plan=plan) | Q(project__plan=plan),
        year=scope.year,
        view=scope.view,
    )
    kinds = ("plan", "objective", "lever", "project")
    return {
        (kind, key): row for row in rows for kind in kinds if (key := getattr(row, f"{kind}_id"))
    }


def elements(
    user: Any, plan: StrategicPlan, found: Mapping[tuple[str, int], RollUp]
) -> dict[str, list[Element]]:
    """Objectives and levers, the furthest behind its path first, what has no gap last."""
    rows = _rows(Objective.objects.visible_to(user).of(plan), "objective").union(
        _rows(Lever.objects.visible_to(user).of(plan), "lever")
    )
    by_kind: dict[str, list[Element]] = defaultdict(list)
    for row in rows:
        standing = Standing.of(found.get((row["element"], row["pk"])))
        element = Element(**row, standing=standing)
        by_kind[element.element].append(element)
    for listed in by_kind.values():
        listed.sort(key=_furthest_behind_first)
    return by_kind


def _furthest_behind_first(element: Element) -> tuple[bool, Decimal, int, str]:
    without_data = element.status == ProgressStatus.NO_DATA
    gap = NO_GAP_LAST if element.standing.gap is None else element.standing.gap
    return (without_data, gap, element.rank, element.code)


def _rows(chosen: QuerySet[Any], kind: str) -> QuerySet[Any]:
    """One kind of element as plain columns, so that both kinds are one query."""
    links = {kind: OuterRef("pk"), "inferred": True}
    return (
        chosen.order_by()
        .annotate(
            element=Value(kind, output_field=CharField()),
            inferred=Exists(IndicatorLink.objects.filter(**links))
            | Exists(Serves.objects.filter(**links)),
        )
        .values("element", "pk", "code", "title_fr", "title_en", "rank", "inferred")
    )


@dataclass(frozen=True)
class Project:
    """A flagship project, what its milestones say and what its leader says."""

    row: Any  # FlagshipProject with milestones counted
    standing: Standing

    @property
    def code(self) -> str:
        return self.row.code

    @property
    def title(self) -> str:
        return self.row.title

    @property
    def is_named(self) -> bool:
        return self.row.is_named

    @property
    def status(self) -> ProgressStatus:
        return self.standing.status

    @property
    def declared(self) -> DeclaredStatus | None:
        return DeclaredStatus(self.row.declared) if self.row.declared else None

    @property
    def differs(self) -> bool:
        return differ(self.status, self.declared)


# Both scales from best to worst, grade by grade.
_GRADES = {
    ProgressStatus.ACHIEVED: 0,
    ProgressStatus.ON_TRACK: 1,
    ProgressStatus.AT_RISK: 2,
    ProgressStatus.OFF_TRACK: 3,
    ProgressStatus.MISSED: 4,
}


def differ(computed: ProgressStatus, declared: DeclaredStatus | None) -> bool:
    """Two grades or more between what is computed and what is said: worth a question."""
    if declared is None or computed not in _GRADES:
        return False
    return abs(_GRADES[computed] - list(DeclaredStatus).index(declared)) >= 2


def _count(rows: QuerySet[Any]) -> Coalesce:
    """How many, in a query of its own: in the past a table is a view, which cannot be grouped by
    its key alone."""
    return Coalesce(
        Subquery(rows.order_by().values("project").annotate(count=Count("pk")).values("count")), 0
    )


def projects_with_milestones(user: Any, scope: Scope) -> QuerySet[FlagshipProject]:
    """Each with its milestones counted on the day its progress was judged, and its last report."""
    reports = StatusReport.objects.filter(
        project=OuterRef("pk"), reported_on__lte=scope.day
    ).order_by("-reported_on", "-pk")
    milestones = Milestone.objects.filter(project=OuterRef("pk"))
    return (
        FlagshipProject.objects.visible_to(user)
        .of(scope.plan)
        .annotate(
            milestones_all=_count(milestones),
            milestones_done=_count(milestones.filter(done_on__lte=scope.day)),
            milestones_late=_count(milestones.late(on=scope.day)),
            declared=Subquery(reports.values("status")[:1]),
            declared_on=Subquery(reports.values("reported_on")[:1], output_field=DateField()),
        )
        .order_by("rank", "code")
    )


@dataclass(frozen=True)
class ProjectGroup:
    """The projects of one status; those without a published title stand together."""

    status: ProgressStatus
    named: list[Project]
    unnamed: list[Project]

    @property
    def count(self) -> int:
        return len(self.named) + len(self.unnamed)


def board(user: Any, scope: Scope, found: Mapping[tuple[str, int], RollUp]) -> list[ProjectGroup]:
    by_status: dict[ProgressStatus, list[Project]] = defaultdict(list)
    for row in projects_with_milestones(user, scope):
        project = Project(row, Standing.of(found.get(("project", row.pk))))
        by_status[project.status].append(project)
    return [
        ProjectGroup(
            status,
            [project for project in by_status[status] if project.is_named],
            [project for project in by_status[status] if not project.is_named],
        )
        for status in sorted(by_status, key=lambda status: status.order)
    ]


@dataclass(frozen=True)
class SchoolState:
    school: School
    state: Submission.State
    submitted_at: datetime | None


@dataclass(frozen=True)
class CampaignState:
    """A campaign with where each expected school stands in it."""

    campaign: Campaign
    schools: list[SchoolState]
    courses: list[Course]
    scope: Scope  # of the campaign's year, figures not yet validated included

    @property
    def is_open(self) -> bool:
        return self.campaign.is_open()

    @property
    def missing(self) -> list[SchoolState]:
        """The schools from which nothing was handed in."""
        return [one for one in self.schools if one.state.is_open_for_entry]

    @property
    def reported(self) -> int:
        return len(self.schools) - len(self.missing)


def campaign_of(user: Any, plan: StrategicPlan) -> Campaign | None:
    """The campaign to speak of: the latest of the plan, open or not."""
    return Campaign.objects.visible_to(user).filter(plan=plan).latest()


def school_states(user: Any, campaign: Campaign | None) -> list[SchoolState]:
    """Every school expected in a campaign, those that have not begun first."""
    if campaign is None:
        return []
    part = FilteredRelation("submissions", condition=Q(submissions__campaign=campaign))
    schools = (
        School.objects.visible_to(user)
        .members_in(campaign.year)
        .annotate(part=part, state=F("part__state"), submitted_at=F("part__submitted_at"))
    )
    states = [
        SchoolState(
            school,
            Submission.State(school.state or Submission.State.NOT_BEGUN),
            school.submitted_at,
        )
        for school in schools
    ]
    return sorted(states, key=lambda one: list(Submission.State).index(one.state))
