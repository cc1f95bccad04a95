"""What the pages of a plan's life show before a step: what will be seen, by whom, and what goes."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan import clock
from imtplan.accounts.models import Membership, User
from imtplan.accounts.roles import ROLES, Permission
from imtplan.planning.plan_life import PlanStep, obstacle_to, year_of_final_edition
from imtplan.planning.plan_overview import PlanOverview
from indicators.models import IndicatorLink, Target
from levers.models import Lever
from objectives.models import Objective, PlanState, StrategicPlan, shown_by_default
from projects.models import FlagshipProject, Milestone, Serves, StatusReport


@dataclass(frozen=True)
class ElementCount:
    label: str | Promise
    count: int


@dataclass(frozen=True)
class PlanStepPage:
    """A step of a plan, with what it shows and to whom, before it is taken."""

    plan: StrategicPlan
    step: PlanStep
    user: User

    @property
    def obstacle(self) -> str | Promise:
        return obstacle_to(self.plan, self.step)

    @property
    def year_of_final_edition(self) -> int:
        return year_of_final_edition(self.plan)

    @cached_property
    def overview(self) -> PlanOverview:
        return PlanOverview(self.plan, self.user)

    @property
    def counts(self) -> list[ElementCount]:
        seen = self.overview
        targets = Target.objects.visible_to(self.user).in_use().filter(plan=self.plan)
        return [
            ElementCount(gettext_lazy("Objectives"), len(seen.objectives)),
            ElementCount(gettext_lazy("Levers"), len(seen.levers)),
            ElementCount(gettext_lazy("Flagship projects"), len(seen.projects)),
            ElementCount(gettext_lazy("Indicators"), len(seen.measured)),
            ElementCount(gettext_lazy("Targets"), targets.count()),
        ]

    @cached_property
    def lacks(self) -> list[tuple[str, str]]:
        """Returns what has something missing, with what is."""
        return [*self._bare_objectives(), *self._bare_indicators()]

    def _bare_objectives(self) -> Iterator[tuple[str, str]]:
        if not self.overview.objectives:
            yield str(self.plan), _("no objective")
        for axis in self.overview.objectives:
            if not any(link.kind == "indicateur" for link in axis.links):
                yield str(axis.row), _("no indicator")

    def _bare_indicators(self) -> Iterator[tuple[str, str]]:
        for use in self.overview.measured:
            if use.lacks:
                yield use.indicator.name, ", ".join(use.lacks)

    @property
    def readers(self) -> int:
        """Returns how many people hold a role today: they see what is published."""
        holders = Membership.objects.in_force().filter(user__is_active=True)
        return holders.order_by().values("user").distinct().count()

    @property
    def first_page(self) -> str:
        """Says when the plan would be the one that pages show first."""
        published = copy.copy(self.plan)
        published.state = PlanState.PUBLISHED
        others = list(StrategicPlan.objects.visible_to(self.user).exclude(pk=self.plan.pk))
        now, then = shown_by_default(others), shown_by_default([*others, published])
        words = {"year": published.first_year, "plan": now}
        if then == self.plan:
            return _("Pages show it first at once.")
        if published.first_year > clock.today().year:
            return _("Pages show it first from 1 January %(year)s; until then “%(plan)s”.") % words
        return _("“%(plan)s” began later: pages go on showing that one first.") % words


@dataclass(frozen=True)
class DraftDeletionPage:
    plan: StrategicPlan

    @property
    def counts(self) -> list[ElementCount]:
        """Returns what goes with the draft, what was put aside included."""
        mine, of_project = {"plan": self.plan}, {"project__plan": self.plan}
        links = IndicatorLink.objects.of(self.plan).count()
        return [
            ElementCount(gettext_lazy("Objectives"), Objective.objects.filter(**mine).count()),
            ElementCount(gettext_lazy("Levers"), Lever.objects.filter(**mine).count()),
            ElementCount(
                gettext_lazy("Flagship projects"), FlagshipProject.objects.filter(**mine).count()
            ),
            ElementCount(
                gettext_lazy("Milestones"), Milestone.objects.filter(**of_project).count()
            ),
            ElementCount(
                gettext_lazy("Status reports"), StatusReport.objects.filter(**of_project).count()
            ),
            ElementCount(
                gettext_lazy("Links with their weights"),
                links + Serves.objects.filter(**of_project).count(),
            ),
            ElementCount(gettext_lazy("Targets"), Target.objects.filter(**mine).count()),
        ]

    @property
    def names(self) -> list[Any]:
        kinds = (Objective, Lever, FlagshipProject)
        return [row for kind in kinds for row in kind.objects.filter(plan=self.plan)]


def people_to_invite(plan: StrategicPlan) -> list[User]:
    """Returns the people who hold a role, see no draft by it, and are not invited yet."""
    seeing = [role for role, spec in ROLES.items() if Permission.EDIT_PLAN in spec.permissions]
    holders = Membership.objects.in_force().order_by()
    people = User.objects.filter(is_active=True, pk__in=holders.values("user"))
    people = people.exclude(pk__in=holders.filter(role__in=seeing).values("user"))
    return list(people.exclude(pk__in=plan.readers.values("user")).order_by("name", "pk"))
