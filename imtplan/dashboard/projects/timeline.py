"""Milestones along the plan's years: where each stands on the axis, and in which state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from imtplan import clock
from imtplan.dashboard.queries import Project
from objectives.models import StrategicPlan
from projects.models import Milestone


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
        """Returns what was true at the end of that day."""
        if milestone.done_on and milestone.done_on <= on:
            return cls.DONE if milestone.done_on <= milestone.due_on else cls.DONE_LATE
        return cls.LATE if milestone.due_on < on else cls.TO_COME


@dataclass(frozen=True)
class TimeAxis:
    """From the first day to the last; places on it are percentages of its length."""

    first: date
    last: date
    day: date  # on which everything is judged

    @classmethod
    def of(cls, plan: StrategicPlan, day: date, milestones: Iterable[Milestone]) -> "TimeAxis":
        """Takes the plan's own years, and more where a milestone lies outside of them."""
        years = [plan.first_year, plan.last_year]
        years += [milestone.due_on.year for milestone in milestones]
        return cls(date(min(years), 1, 1), date(max(years), 12, 31), day)

    def place(self, day: date) -> str:
        """Returns the day as a length in a drawing, kept inside of it."""
        share = (day - self.first).days / ((self.last - self.first).days + 1)
        return f"{min(max(share, 0), 1) * 100:.2f}%"

    @property
    def years(self) -> list[tuple[int, str]]:
        """Returns each year with the place of its first of January."""
        years = range(self.first.year, self.last.year + 1)
        return [(year, self.place(date(year, 1, 1))) for year in years]

    @property
    def day_place(self) -> str:
        return self.place(self.day)

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    @property
    def is_at_the_end(self) -> bool:
        """The words of the line then stand to its left."""
        return (self.last - self.day).days * 3 < (self.last - self.first).days


@dataclass(frozen=True)
class MilestoneMark:
    """A milestone on the axis: where it is due and, if that is later, how far it ran on."""

    milestone: Milestone
    state: MilestoneState
    axis: TimeAxis

    @property
    def place(self) -> str:
        return self.axis.place(self.milestone.due_on)

    @property
    def until(self) -> str:
        """Returns where the delay ends: when it was done, or on the day that is spoken of."""
        if self.state == MilestoneState.DONE_LATE and self.milestone.done_on:
            return self.axis.place(self.milestone.done_on)
        return self.axis.day_place if self.state == MilestoneState.LATE else ""


@dataclass(frozen=True)
class ProjectTrack:
    """One project's milestones, the earliest first."""

    project: Project
    marks: Sequence[MilestoneMark]

    @property
    def late(self) -> int:
        return sum(mark.state == MilestoneState.LATE for mark in self.marks)


def track_of(project: Project, milestones: Iterable[Milestone], axis: TimeAxis) -> ProjectTrack:
    return ProjectTrack(
        project,
        [
            MilestoneMark(milestone, MilestoneState.of(milestone, axis.day), axis)
            for milestone in milestones
        ],
    )
