"""A flagship project: what is published, what its milestones say, what its leader says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from imtplan.dashboard.pulse import Pulse
from imtplan.dashboard.queries import Project, Standing, projects_with_milestones
from imtplan.dashboard.scope import Scope, read_scope
from indicators.models import IndicatorLink
from projects.models import FlagshipProject, Milestone, Serves, StatusReport


class MilestoneState(models.TextChoices):
    DONE = "done", _("reached")
    DONE_LATE = "done_late", _("reached late")
    LATE = "late", _("late")
    TO_COME = "to_come", _("to come")

    @property
    def symbol(self) -> str:
        return {
            MilestoneState.DONE: "check-circle-fill",
            MilestoneState.DONE_LATE: "check-circle-fill",
            MilestoneState.LATE: "exclamation-triangle-fill",
            MilestoneState.TO_COME: "circle",
        }[self]

    @classmethod
    def of(cls, milestone: Milestone, on: date) -> "MilestoneState":
        """What was true at the end of that day."""
        if milestone.done_on and milestone.done_on <= on:
            return cls.DONE if milestone.done_on <= milestone.due_on else cls.DONE_LATE
        return cls.LATE if milestone.due_on < on else cls.TO_COME


@dataclass(frozen=True)
class MilestoneRow:
    milestone: Milestone
    state: MilestoneState


@dataclass(frozen=True)
class ProjectPage:
    scope: Scope
    project: Project
    row: FlagshipProject
    serves: Sequence[Serves]
    indicators: Sequence[IndicatorLink]
    milestones: Sequence[MilestoneRow]
    reports: Sequence[StatusReport]
    pulse: Pulse


def project_page(user: Any, code: str, asked: Mapping[str, str], pulse: Pulse) -> ProjectPage:
    read = read_scope(user, asked)
    if read is None:
        raise Http404
    scope = read.scope
    row = get_object_or_404(projects_with_milestones(user, scope), code=code)
    milestones = Milestone.objects.visible_to(user).filter(project=row).order_by("due_on", "pk")
    return ProjectPage(
        scope=scope,
        project=Project(row, Standing.read(vars(row))),
        row=row,
        serves=[
            one
            for one in row.serves.select_related("objective", "lever")
            if (one.objective or one.lever).archived_at is None  # type: ignore[union-attr]
        ],
        indicators=list(
            row.indicator_links.filter(indicator__archived_at=None).select_related("indicator")
        ),
        milestones=[MilestoneRow(one, MilestoneState.of(one, scope.day)) for one in milestones],
        reports=list(
            StatusReport.objects.visible_to(user).filter(project=row).select_related("reported_by")
        ),
        pulse=pulse,
    )
