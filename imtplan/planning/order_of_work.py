"""The order in which a plan is made: each step says what stands, what is missing, and where it is
done. The last one is held back by the rules of `plan_life` alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imtplan.accounts.models import Membership, School
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign
from imtplan.planning.plan_life import PlanStep, obstacle_to
from imtplan.planning.plan_overview import PlanOverview

MOST_NAMED = 3


@dataclass(frozen=True)
class StepLink:
    text: str
    url: str


@dataclass(frozen=True)
class StepLack:
    """What is missing, and the rows that miss it: the first few lead to where it is put in."""

    text: str
    links: Sequence[StepLink] = ()

    @property
    def few(self) -> Sequence[StepLink]:
        return self.links[:MOST_NAMED]

    @property
    def more(self) -> int:
        return max(0, len(self.links) - MOST_NAMED)


@dataclass(frozen=True)
class WorkStep:
    """A step with what stands already. It is done where something stands and nothing is missing."""

    title: str
    stands: str
    lacks: Sequence[StepLack]
    act: StepLink
    has_begun: bool = True

    @property
    def is_done(self) -> bool:
        return self.has_begun and not self.lacks


class OrderOfWork:
    """The steps of one plan, for its office."""

    def __init__(self, overview: PlanOverview) -> None:
        self.overview, self.plan = overview, overview.plan

    @cached_property
    def steps(self) -> list[WorkStep]:
        before = [
            self._plan(),
            self._elements(),
            self._indicators(),
            self._targets(),
            self._schools(),
        ]
        return [*before, self._last(before)]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    def _plan(self) -> WorkStep:
        plan = self.plan
        words = {"first": plan.first_year, "last": plan.last_year, "baseline": plan.baseline_year}
        return WorkStep(
            title=_("Plan"),
            stands=_("%(first)s to %(last)s, measured against %(baseline)s") % words,
            lacks=[],
            act=StepLink(_("Edit the plan"), reverse("plan_edit", args=["plans", plan.pk])),
        )

    def _elements(self) -> WorkStep:
        seen = self.overview
        axes, levers, projects = len(seen.objectives), len(seen.levers), len(seen.projects)
        elements = [axis.row for axis in (*seen.objectives, *seen.levers)]
        idle = [project for project, serves in seen.projects if not serves]
        lacks = [] if seen.objectives else [StepLack(_("no objective"))]
        return WorkStep(
            title=_("Objectives, levers, projects"),
            stands=_listed(
                (axes, ngettext("%d objective", "%d objectives", axes) % axes),
                (levers, ngettext("%d lever", "%d levers", levers) % levers),
                (
                    projects,
                    ngettext("%d flagship project", "%d flagship projects", projects) % projects,
                ),
                _waiting([*elements, *(project for project, _serves in seen.projects)], "title"),
            ),
            lacks=[*lacks, *_lack(_("serves nothing"), idle, "projets")],
            act=StepLink(_("Add an objective"), self._add("objectifs")),
            has_begun=bool(seen.objectives),
        )

    def _indicators(self) -> WorkStep:
        seen = self.overview
        count = len(seen.measured)
        unsaid = sum(1 for use in seen.measured if use.indicator.sheet_lacks)
        sheets = ngettext(
            "the definition sheet of %d has empty fields",
            "the definition sheets of %d have empty fields",
            unsaid,
        )
        lacks = [] if count else [StepLack(_("no indicator"))]
        for kind, axes in (("objectifs", seen.objectives), ("leviers", seen.levers)):
            lacks += _lack(_("nothing counts in"), [x.row for x in axes if not x.links], kind)
        lacks += self._linked_to_nothing()
        return WorkStep(
            title=_("Indicators"),
            stands=_listed(
                (count, ngettext("%d indicator", "%d indicators", count) % count),
                (unsaid, sheets % unsaid),
                _waiting([use.indicator for use in seen.measured], "name"),
            ),
            lacks=lacks,
            act=StepLink(_("Add an indicator"), self._add("indicateurs")),
            has_begun=bool(count),
        )

    def _linked_to_nothing(self) -> list[StepLack]:
        """Returns the lack of links of indicators that count nowhere, if there are any; a link is
        made in the form of its objective."""
        seen = self.overview
        rows = [use.indicator for use in seen.measured if not use.is_linked]
        if not rows:
            return []
        where = ""
        if seen.objectives:
            where = reverse("plan_edit", args=["objectifs", seen.objectives[0].row.pk])
        return [StepLack(_("linked to nothing"), [StepLink(str(row), where) for row in rows])]

    def _targets(self) -> WorkStep:
        seen = self.overview
        with_target = [use for use in seen.measured if use.has_reference]
        without = [
            StepLink(str(use.indicator), f"{self._add('cibles')}&indicateur={use.indicator.code}")
            for use in seen.measured
            if not use.has_reference
        ]
        words = {"some": len(with_target), "all": len(seen.measured)}
        stands = _("%(some)s of %(all)s indicators have a reference target") % words
        first = without[0].url if without else self._add("cibles")
        return WorkStep(
            title=_("Targets"),
            stands=stands if seen.measured else "",
            lacks=[StepLack(_("no reference target"), without)] if without else [],
            act=StepLink(_("Add a target"), first),
            has_begun=bool(with_target),
        )

    def _schools(self) -> WorkStep:
        reporting = School.objects.members_in(self.plan.first_year)
        led = Membership.objects.in_force().filter(role=Role.DIRECTOR, user__is_active=True)
        leaderless = [
            StepLink(str(school), reverse("school_people", args=[school.code]))
            for school in reporting.exclude(pk__in=led.order_by().values("school"))
        ]
        schools = reporting.count()
        shared = sum(1 for use in self.overview.measured if use.schools)
        promised = ngettext(
            "targets of the schools for %d indicator",
            "targets of the schools for %d indicators",
            shared,
        )
        lacks = [] if schools else [StepLack(_("no school"))]
        if leaderless:
            lacks.append(StepLack(_("nobody is named director"), leaderless))
        return WorkStep(
            title=_("Schools and people"),
            stands=_listed(
                (schools, ngettext("%d school reports", "%d schools report", schools) % schools),
                (shared, promised % shared),
            ),
            lacks=lacks,
            act=StepLink(_("Schools"), reverse("plan_schools")),
            has_begun=bool(schools),
        )

    def _last(self, before: Sequence[WorkStep]) -> WorkStep:
        if self.plan.is_draft:
            return self._publishing(before)
        plan, day = self.plan, self.plan.published_at
        campaigns = Campaign.objects.filter(plan=plan).count()
        published = _("published on %(day)s") % {"day": date_format(day)} if day else ""
        act = StepLink(_("New campaign"), f"{reverse('campaign_new')}?plan={plan.code}")
        return WorkStep(
            title=_("Publish, then collect"),
            stands=_listed(
                (plan.life.is_over, str(plan.get_state_display())),
                (day is not None, published),
                (campaigns, ngettext("%d campaign", "%d campaigns", campaigns) % campaigns),
            ),
            lacks=[]
            if campaigns or plan.life.is_over
            else [StepLack(_("no campaign asks it yet"))],
            act=StepLink(_("Campaigns"), reverse("campaigns")) if plan.life.is_over else act,
        )

    def _publishing(self, before: Sequence[WorkStep]) -> WorkStep:
        """Returns the last step of a draft: ready, or why not."""
        obstacle = str(obstacle_to(self.plan, PlanStep.PUBLISH))
        to_do = [str(number) for number, step in enumerate(before, 1) if not step.is_done]
        if obstacle:
            stands, lacks = "", [StepLack(obstacle)]
        elif to_do:
            steps = {"steps": ", ".join(to_do)}
            what = ngettext(
                "step %(steps)s is not done", "steps %(steps)s are not done", len(to_do)
            )
            stands = _("Nothing forbids publishing; until then pages say “no data” or “no target”.")
            lacks = [StepLack(what % steps)]
        else:
            stands, lacks = _("Ready to publish. Then a campaign can ask for it."), []
        where = reverse("plan_step", args=[self.plan.code, PlanStep.PUBLISH.value])
        return WorkStep(
            title=_("Publish, then collect"),
            stands=stands,
            lacks=lacks,
            act=StepLink(_("What publishing shows, and to whom"), where),
            has_begun=not obstacle,
        )

    def _add(self, kind: str) -> str:
        return reverse("plan_add", args=[kind]) + f"?plan={self.plan.code}"


def _waiting(rows: Iterable[Any], name: str) -> tuple[int, str]:
    """Returns how many English titles or names are still to come, counted and in words."""
    texts = [(getattr(row, f"{name}_fr"), getattr(row, f"{name}_en")) for row in rows]
    count = sum(1 for french, english in texts if french and not english)
    words = ngettext("%d English title to come", "%d English titles to come", count)
    return count, words % count


def _listed(*counted: tuple[int, str]) -> str:
    """Returns the numbers with their nouns, separated by commas, without those of none."""
    return ", ".join(text for count, text in counted if count)


def _lack(text: str, rows: Iterable[Any], kind: str) -> list[StepLack]:
    """Returns that these rows lack something, each with its form; nothing where there are none."""
    links = [StepLink(str(row), reverse("plan_edit", args=[kind, row.pk])) for row in rows]
    return [StepLack(text, links)] if links else []
