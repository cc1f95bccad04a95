"""Each page as one object that its template reads: assembled here, never queried there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from imtplan.dashboard import queries
from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.freshness import Pulse
from imtplan.dashboard.overview import plan_sentences
from imtplan.dashboard.overview.decisions import Agenda, agenda
from imtplan.dashboard.scope import Scope, read_scope, reference_targets
from imtplan.dashboard.target_chart import chart_of
from imtplan.dashboard.target_courses import Course, headline_courses
from indicators.models import View
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class Headline:
    """A headline indicator: the course toward its target, and its chart."""

    course: Course

    @cached_property
    def figure(self) -> dict[str, Any]:
        return chart_of(self.course.indicator, self.course.years, [self.course], self.course.scope)


@dataclass(frozen=True)
class DashboardPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    standing: Standing
    headlines: Sequence[Headline]
    objectives: Sequence[queries.ElementState]
    levers: Sequence[queries.ElementState]
    board: Sequence[queries.ProjectGroup]
    campaign: queries.CampaignState | None
    agenda: Agenda
    pulse: Pulse

    @cached_property
    def courses(self) -> list[Course]:
        return [headline.course for headline in self.headlines]

    @property
    def outlook(self) -> str:
        return plan_sentences.outlook_of_the_plan(self.courses)

    @property
    def state(self) -> str:
        return plan_sentences.state_of_the_plan(self.scope.year, self.courses, self.objectives)

    @property
    def basis(self) -> str:
        """Returns whose figures the page rests on, as the headline indicators have them."""
        return plan_sentences.basis_of(self.scope, self.courses)

    @property
    def project_count(self) -> int:
        return sum(group.count for group in self.board)

    @property
    def projects_to_look_at(self) -> list[queries.Project]:
        """Returns those behind, the worst first, and those declared far from what is computed."""
        return [
            project
            for group in self.board
            for project in (*group.named, *group.unnamed)
            if project.status.is_behind or project.differs
        ]


def dashboard_page(user: Any, parameters: Mapping[str, str], pulse: Pulse) -> DashboardPage | None:
    """Returns None where there is no plan yet."""
    read = read_scope(user, parameters)
    if read is None:
        return None
    scope = read.scope
    targets = reference_targets(user, scope)
    courses = headline_courses(user, scope, targets)
    elements = queries.elements(user, scope)
    board = queries.board(user, scope)
    campaign = _campaign(user, scope, courses)
    return DashboardPage(
        scope=scope,
        plans=read.plans,
        standing=elements["plan"][0].standing,
        headlines=[Headline(course) for course in courses],
        objectives=elements["objective"],
        levers=elements["lever"],
        board=board,
        campaign=campaign,
        agenda=agenda(scope, targets, board, campaign),
        pulse=pulse,
    )


def _campaign(user: Any, scope: Scope, courses: Sequence[Course]) -> queries.CampaignState | None:
    """Returns the plan's latest campaign, its figures read before they are validated."""
    campaign = queries.campaign_of(user, scope.plan)
    if campaign is None:
        return None
    seen = replace(scope, year=campaign.year, view=View.PROVISIONAL)
    courses = [replace(course, scope=seen) for course in courses]
    return queries.CampaignState(campaign, queries.school_states(campaign), courses, seen)
