"""A flagship project: what is published, what its milestones say, what its leader says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404

from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.projects.page import DeclaredReport
from imtplan.dashboard.projects.timeline import MilestoneMark, ProjectTrack, TimeAxis, track_of
from imtplan.dashboard.queries import Project, milestones_counted
from imtplan.dashboard.scope import Scope, demanded_scope
from imtplan.dashboard.succession import ElementInOtherPlan, succession_of
from indicators.models import IndicatorLink
from objectives.models import StrategicPlan
from projects.models import FlagshipProject, Milestone, Serves, StatusReport


@dataclass(frozen=True)
class ProjectPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    project: Project
    row: FlagshipProject
    serves: Sequence[Serves]
    indicators: Sequence[IndicatorLink]
    axis: TimeAxis
    track: ProjectTrack
    reports: Sequence[StatusReport]
    succession: Sequence[ElementInOtherPlan]
    freshness: Freshness

    @property
    def tracks(self) -> list[ProjectTrack]:
        """Returns what the drawing of many projects takes, for the one."""
        return [self.track]

    @property
    def milestones(self) -> Sequence[MilestoneMark]:
        return self.track.marks

    @property
    def reports_in_time(self) -> list[DeclaredReport]:
        """Returns the reports made by the day the page speaks of, the earliest first."""
        made = [report for report in self.reports if report.reported_on <= self.scope.day]
        return [DeclaredReport(report) for report in reversed(made)]


def project_page(
    user: Any, code: str, parameters: Mapping[str, str], freshness: Freshness
) -> ProjectPage:
    read = demanded_scope(user, parameters)
    scope = read.scope
    rows = FlagshipProject.objects.visible_to(user).filter(plan=scope.plan)
    row = get_object_or_404(milestones_counted(rows, scope), code=code)
    project = Project(row, Standing.read(vars(row)))
    milestones = list(
        Milestone.objects.visible_to(user).filter(project=row).order_by("due_on", "pk")
    )
    axis = TimeAxis.of(scope.plan, scope.day, milestones)
    return ProjectPage(
        scope=scope,
        plans=read.plans,
        project=project,
        row=row,
        serves=[
            link
            for link in row.serves.select_related("objective", "lever")
            if (link.objective or link.lever).counts_in(scope.year)  # type: ignore[union-attr]
        ],
        indicators=list(
            row.indicator_links.followed_in_plan(scope.plan, scope.year).select_related("indicator")
        ),
        axis=axis,
        track=track_of(project, milestones, axis),
        reports=list(
            StatusReport.objects.visible_to(user).filter(project=row).select_related("reported_by")
        ),
        succession=succession_of(user, scope, "project", row),
        freshness=freshness,
    )
