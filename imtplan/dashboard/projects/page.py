"""All flagship projects: how each stands, its milestones in time, and what its leader said when."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.projects.timeline import ProjectTrack, TimeAxis, track_of
from imtplan.dashboard.queries import Project, projects_with_milestones
from imtplan.dashboard.scope import Scope, read_scope
from indicators.models import IndicatorLink, ProgressStatus
from objectives.followed_years import counting
from objectives.models import Objective, StrategicPlan
from projects.models import DeclaredStatus, Milestone, Serves, StatusReport

SYMBOLS = {
    DeclaredStatus.DONE: "check-circle-fill",
    DeclaredStatus.ON_TRACK: "arrow-up-right-circle-fill",
    DeclaredStatus.AT_RISK: "exclamation-triangle-fill",
    DeclaredStatus.OFF_TRACK: "arrow-down-circle-fill",
    DeclaredStatus.STOPPED: "x-circle-fill",
}


@dataclass(frozen=True)
class DeclaredReport:
    """What a leader declared on one day."""

    report: StatusReport

    @property
    def status(self) -> DeclaredStatus:
        return DeclaredStatus(self.report.status)

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.status]


@dataclass(frozen=True)
class ProjectOverview:
    """A project with all that a line about it needs."""

    project: Project
    track: ProjectTrack
    reports: Sequence[DeclaredReport]  # the earliest first
    serves: Sequence[Any] = field(default_factory=list)  # objectives, then levers
    indicators: Sequence[Any] = field(default_factory=list)

    @property
    def status(self) -> ProgressStatus:
        return self.project.status

    @property
    def is_late(self) -> bool:
        return bool(self.track.late)

    @property
    def is_bare(self) -> bool:
        """Nothing is known of it but its code."""
        return not (self.project.is_named or self.track.marks or self.reports)


@dataclass(frozen=True)
class StatusGroup:
    status: ProgressStatus
    projects: Sequence[ProjectOverview]

    @property
    def detailed(self) -> list[ProjectOverview]:
        return [overview for overview in self.projects if not overview.is_bare]

    @property
    def bare(self) -> list[ProjectOverview]:
        """They stand together in one line."""
        return [overview for overview in self.projects if overview.is_bare]


Order = Callable[[ProjectOverview], Any]


def _by_status(overview: ProjectOverview) -> Any:
    return overview.status.order, overview.project.row.rank, overview.project.code


def _by_code(overview: ProjectOverview) -> Any:
    return overview.project.row.rank, overview.project.code


def _by_delay(overview: ProjectOverview) -> Any:
    return -overview.track.late, *_by_status(overview)


def _by_report(overview: ProjectOverview) -> Any:
    """Sorts the longest silent first: who never reported, then the oldest report."""
    last = overview.reports[-1].report.reported_on.toordinal() if overview.reports else 0
    return last, *_by_code(overview)


ORDERS: dict[str, tuple[str | Promise, Order]] = {
    "status": (_("Status"), _by_status),
    "code": (_("Code"), _by_code),
    "late": (_("Most late milestones"), _by_delay),
    "report": (_("Longest without a report"), _by_report),
}


@dataclass(frozen=True)
class ProjectsFilter:
    """What the address asks for, beside its scope. Empty: all projects."""

    status: str
    objective: str
    only: str  # "late", "differs", or nothing
    sort: str

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "ProjectsFilter":
        choice = cls(
            parameters.get("status", ""),
            parameters.get("objective", ""),
            parameters.get("only", ""),
            parameters.get("sort") or "status",
        )
        known = (
            choice.status in ("", *ProgressStatus.values)
            and choice.only in ("", "late", "differs")
            and choice.sort in ORDERS
        )
        if not known:
            raise Http404
        return choice

    @property
    def filters(self) -> dict[str, str]:
        """Returns what narrows and orders it, as the address says it."""
        sort = self.sort if self.sort != "status" else ""
        parameters = {
            "status": self.status,
            "objective": self.objective,
            "only": self.only,
            "sort": sort,
        }
        return {key: value for key, value in parameters.items() if value}

    def takes(self, overview: ProjectOverview) -> bool:
        return (
            self.status in ("", overview.status)
            and (not self.objective or self.objective in {to.code for to in overview.serves})
            and (self.only != "late" or overview.is_late)
            and (self.only != "differs" or overview.project.differs)
        )


@dataclass(frozen=True)
class ProjectsPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    choice: ProjectsFilter
    everything: Sequence[ProjectOverview]
    objectives: Sequence[Objective]
    axis: TimeAxis
    freshness: Freshness

    @property
    def query(self) -> str:
        return self.scope.narrowed(self.choice.filters)

    @cached_property
    def projects(self) -> list[ProjectOverview]:
        chosen = [overview for overview in self.everything if self.choice.takes(overview)]
        return sorted(chosen, key=ORDERS[self.choice.sort][1])

    @property
    def groups(self) -> list[StatusGroup]:
        """Returns the projects by status, the worst first; inside, in the order asked for."""
        by_status: dict[ProgressStatus, list[ProjectOverview]] = defaultdict(list)
        for overview in self.projects:
            by_status[overview.status].append(overview)
        return [StatusGroup(status, by_status[status]) for status in sorted(by_status, key=_place)]

    @property
    def tracks(self) -> list[ProjectTrack]:
        """Returns the tracks of the projects that have a milestone."""
        return [overview.track for overview in self.projects if overview.track.marks]

    @property
    def statuses(self) -> list[tuple[ProgressStatus, int]]:
        """Returns those that some project has, with how many: the ways to narrow the page."""
        counts: dict[ProgressStatus, int] = defaultdict(int)
        for overview in self.everything:
            counts[overview.status] += 1
        return [(status, counts[status]) for status in sorted(counts, key=_place)]

    @property
    def orders(self) -> list[tuple[str, str | Promise]]:
        return [(code, label) for code, (label, _order) in ORDERS.items()]

    @property
    def late_count(self) -> int:
        return sum(overview.is_late for overview in self.everything)

    @property
    def differing_count(self) -> int:
        return sum(overview.project.differs for overview in self.everything)


def _place(status: ProgressStatus) -> int:
    return status.order


def projects_page(
    user: Any, parameters: Mapping[str, str], freshness: Freshness
) -> ProjectsPage | None:
    """Returns None where there is no plan yet."""
    read = read_scope(user, parameters)
    if read is None:
        return None
    scope = read.scope
    objectives = list(
        Objective.objects.visible_to(user)
        .counting_in(scope.plan, scope.year)
        .order_by("rank", "code")
    )
    choice = ProjectsFilter.read(parameters)
    if choice.objective and choice.objective not in {objective.code for objective in objectives}:
        raise Http404
    milestones = _milestones(user, scope)
    axis = TimeAxis.of(
        scope.plan, scope.day, [milestone for many in milestones.values() for milestone in many]
    )
    overviews = _overviews(user, scope, milestones, axis)
    return ProjectsPage(scope, read.plans, choice, overviews, objectives, axis, freshness)


def _overviews(
    user: Any, scope: Scope, milestones: Mapping[int, Sequence[Milestone]], axis: TimeAxis
) -> list[ProjectOverview]:
    reports, serves = _reports(user, scope), _serves(scope)
    indicators = _indicators(scope)
    overviews = []
    for row in projects_with_milestones(user, scope):
        project = Project(row, Standing.read(vars(row)))
        track = track_of(project, milestones.get(row.pk, []), axis)
        overviews.append(
            ProjectOverview(
                project,
                track,
                reports.get(row.pk, []),
                serves.get(row.pk, []),
                indicators.get(row.pk, []),
            )
        )
    return overviews


def _milestones(user: Any, scope: Scope) -> dict[int, list[Milestone]]:
    by_project: dict[int, list[Milestone]] = defaultdict(list)
    rows = Milestone.objects.visible_to(user).filter(project__plan=scope.plan)
    for milestone in rows.filter(counting(scope.year, "project__")).order_by("due_on", "pk"):
        by_project[milestone.project_id].append(milestone)
    return by_project


def _reports(user: Any, scope: Scope) -> dict[int, list[DeclaredReport]]:
    """Returns what had been said by the day the page speaks of."""
    by_project: dict[int, list[DeclaredReport]] = defaultdict(list)
    rows = StatusReport.objects.visible_to(user).filter(project__plan=scope.plan)
    for report in rows.filter(reported_on__lte=scope.day).order_by("reported_on", "pk"):
        by_project[report.project_id].append(DeclaredReport(report))
    return by_project


def _serves(scope: Scope) -> dict[int, list[Any]]:
    counts = counting(scope.year, "objective__") & counting(scope.year, "lever__")
    rows = Serves.objects.filter(counts, project__plan=scope.plan)
    by_project: dict[int, list[Any]] = defaultdict(list)
    for link in rows.select_related("objective", "lever").order_by("lever_id", "objective__rank"):
        by_project[link.project_id].append(link.objective or link.lever)
    return by_project


def _indicators(scope: Scope) -> dict[int, list[Any]]:
    rows = IndicatorLink.objects.filter(project__plan=scope.plan)
    rows = rows.followed_in_plan(scope.plan, scope.year)
    by_project: dict[int, list[Any]] = defaultdict(list)
    for link in rows.select_related("indicator"):
        by_project[link.project_id].append(link.indicator)  # type: ignore[index]
    return by_project
