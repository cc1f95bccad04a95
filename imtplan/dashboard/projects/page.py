"""All flagship projects: how each stands, its milestones in time, and what its leader said when."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.projects.timeline import ProjectTrack, TimeAxis, track_of
from imtplan.dashboard.queries import Project, projects_with_milestones
from imtplan.dashboard.scope import Scope, read_scope
from indicators.models import IndicatorLink, ProgressStatus
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
    def told(self) -> list[ProjectOverview]:
        return [one for one in self.projects if not one.is_bare]

    @property
    def bare(self) -> list[ProjectOverview]:
        """They stand together in one line."""
        return [one for one in self.projects if one.is_bare]


Order = Callable[[ProjectOverview], Any]


def _by_status(one: ProjectOverview) -> Any:
    return one.status.order, one.project.row.rank, one.project.code


def _by_code(one: ProjectOverview) -> Any:
    return one.project.row.rank, one.project.code


def _by_delay(one: ProjectOverview) -> Any:
    return -one.track.late, *_by_status(one)


def _by_report(one: ProjectOverview) -> Any:
    """The longest silent first: who never reported, then the oldest report."""
    last = one.reports[-1].report.reported_on.toordinal() if one.reports else 0
    return last, *_by_code(one)


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
    def read(cls, asked: Mapping[str, str]) -> "ProjectsFilter":
        choice = cls(
            asked.get("status", ""),
            asked.get("objective", ""),
            asked.get("only", ""),
            asked.get("sort") or "status",
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
        """What narrows and orders it, as the address says it."""
        sort = self.sort if self.sort != "status" else ""
        said = {"status": self.status, "objective": self.objective, "only": self.only, "sort": sort}
        return {key: value for key, value in said.items() if value}

    def takes(self, one: ProjectOverview) -> bool:
        return (
            self.status in ("", one.status)
            and (not self.objective or self.objective in {to.code for to in one.serves})
            and (self.only != "late" or one.is_late)
            and (self.only != "differs" or one.project.differs)
        )


@dataclass(frozen=True)
class ProjectsPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    choice: ProjectsFilter
    everything: Sequence[ProjectOverview]
    objectives: Sequence[Objective]
    axis: TimeAxis
    pulse: Pulse

    @property
    def query(self) -> str:
        return self.scope.narrowed(self.choice.filters)

    @cached_property
    def projects(self) -> list[ProjectOverview]:
        chosen = [one for one in self.everything if self.choice.takes(one)]
        return sorted(chosen, key=ORDERS[self.choice.sort][1])

    @property
    def groups(self) -> list[StatusGroup]:
        """The projects by status, the worst first; inside, in the order that is asked for."""
        by_status: dict[ProgressStatus, list[ProjectOverview]] = defaultdict(list)
        for one in self.projects:
            by_status[one.status].append(one)
        return [StatusGroup(status, by_status[status]) for status in sorted(by_status, key=_place)]

    @property
    def tracks(self) -> list[ProjectTrack]:
        """Of the projects that have a milestone."""
        return [one.track for one in self.projects if one.track.marks]

    @property
    def statuses(self) -> list[tuple[ProgressStatus, int]]:
        """Those that some project has, with how many: the ways to narrow the page."""
        counts: dict[ProgressStatus, int] = defaultdict(int)
        for one in self.everything:
            counts[one.status] += 1
        return [(status, counts[status]) for status in sorted(counts, key=_place)]

    @property
    def orders(self) -> list[tuple[str, str | Promise]]:
        return [(code, label) for code, (label, _order) in ORDERS.items()]

    @property
    def late_count(self) -> int:
        return sum(one.is_late for one in self.everything)

    @property
    def differing_count(self) -> int:
        return sum(one.project.differs for one in self.everything)


def _place(status: ProgressStatus) -> int:
    return status.order


def projects_page(user: Any, asked: Mapping[str, str], pulse: Pulse) -> ProjectsPage | None:
    """None: there is no plan yet."""
    read = read_scope(user, asked)
    if read is None:
        return None
    scope = read.scope
    objectives = list(Objective.objects.visible_to(user).of(scope.plan).order_by("rank", "code"))
    choice = ProjectsFilter.read(asked)
    if choice.objective and choice.objective not in {one.code for one in objectives}:
        raise Http404
    milestones = _milestones(user, scope)
    axis = TimeAxis.of(scope.plan, scope.day, [one for many in milestones.values() for one in many])
    overviews = _overviews(user, scope, milestones, axis)
    return ProjectsPage(scope, read.plans, choice, overviews, objectives, axis, pulse)


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
    found: dict[int, list[Milestone]] = defaultdict(list)
    rows = Milestone.objects.visible_to(user).filter(project__plan=scope.plan)
    for one in rows.filter(project__archived_at=None).order_by("due_on", "pk"):
        found[one.project_id].append(one)
    return found


def _reports(user: Any, scope: Scope) -> dict[int, list[DeclaredReport]]:
    """What had been said by the day the page speaks of."""
    found: dict[int, list[DeclaredReport]] = defaultdict(list)
    rows = StatusReport.objects.visible_to(user).filter(project__plan=scope.plan)
    for one in rows.filter(reported_on__lte=scope.day).order_by("reported_on", "pk"):
        found[one.project_id].append(DeclaredReport(one))
    return found


def _serves(scope: Scope) -> dict[int, list[Any]]:
    in_use = Q(objective__archived_at=None, lever__archived_at=None)
    rows = Serves.objects.filter(in_use, project__plan=scope.plan)
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows.select_related("objective", "lever").order_by("lever_id", "objective__rank"):
        found[one.project_id].append(one.objective or one.lever)
    return found


def _indicators(scope: Scope) -> dict[int, list[Any]]:
    rows = IndicatorLink.objects.filter(project__plan=scope.plan, indicator__archived_at=None)
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows.select_related("indicator").order_by("indicator__rank"):
        found[one.project_id].append(one.indicator)  # type: ignore[index]
    return found
