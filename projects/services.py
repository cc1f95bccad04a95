"""Writes of flagship projects, of the elements they serve, of milestones and status reports."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from imtplan.accounts.models import User
from imtplan.audit.plan_edits import put
from levers.models import Lever
from objectives.models import Objective
from objectives.services import WEIGHTY_OF_ELEMENTS, check_succession, weigh
from projects.models import FlagshipProject, Milestone, Serves, StatusReport

WEIGHTY_OF_MILESTONES = {"weight", "due_on"}

Weights = Mapping[Any, Decimal | None]


def store_project(
    *, project: FlagshipProject, by: User, reason: str = "", **values: Any
) -> FlagshipProject:
    check_succession(project, values)
    return put(project, values, by=by, reason=reason, weighty=WEIGHTY_OF_ELEMENTS)


def store_milestone(
    *, milestone: Milestone, by: User, reason: str = "", **values: Any
) -> Milestone:
    """Store a new milestone or other terms of one; weight and date change with a reason only."""
    return put(milestone, values, by=by, reason=reason, weighty=WEIGHTY_OF_MILESTONES)


def report_status(
    *, report: StatusReport, by: User, reason: str = "", **values: Any
) -> StatusReport:
    """Store what the leader declares; a new report keeps who wrote it down."""
    values |= {} if report.pk else {"reported_by": by}
    return put(report, values, by=by, reason=reason)


def weigh_projects(
    *, element: Objective | Lever, weights: Weights, by: User, reason: str = ""
) -> None:
    """Store the weights of the projects that serve an objective or a lever; None: no link."""
    side = str(element._meta.model_name)
    served = element.served_by.filter(project__in=weights).select_related("project")
    weigh(
        element=element,
        links={link.project: link for link in served},
        weights=weights,
        make=lambda project: Serves(project=project, **{side: element}),
        by=by,
        reason=reason,
    )


def weigh_served(*, project: FlagshipProject, weights: Weights, by: User, reason: str = "") -> None:
    """Store the weights of the objectives and levers that a project serves; None: no link."""
    served = project.serves.select_related("objective", "lever")
    weigh(
        element=project,
        links={link.objective or link.lever: link for link in served},
        weights=weights,
        make=lambda end: Serves(project=project, **{end._meta.model_name: end}),
        by=by,
        reason=reason,
    )
