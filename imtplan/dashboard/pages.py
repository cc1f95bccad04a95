"""Each page as one object that its template reads: assembled here, never queried there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from imtplan.dashboard import charts, queries, sentences
from imtplan.dashboard.courses import Course, Year, names_of_carried, totals_of
from imtplan.dashboard.pulse import Pulse
from imtplan.dashboard.scope import Scope, read_scope
from imtplan.dashboard.wording import Wording
from indicators.models import Indicator, View
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
    standing: queries.Standing
    headlines: Sequence[Headline]
    objectives: Sequence[queries.Element]
    levers: Sequence[queries.Element]
    board: Sequence[queries.ProjectGroup]
    campaign: queries.CampaignState | None
    pulse: Pulse

    @cached_property
    def sentence(self) -> str:
        courses = [headline.course for headline in self.headlines]
        return sentences.state_of_the_plan(self.scope.year, courses, self.objectives)

    @property
    def project_count(self) -> int:
        return sum(group.count for group in self.board)


def dashboard_page(user: Any, asked: Mapping[str, str], pulse: Pulse) -> DashboardPage | None:
    """None: there is no plan yet."""
    read = read_scope(user, asked)
    if read is None:
        return None
    scope, plan = read.scope, read.scope.plan
    totals = totals_of(user, [target.indicator for target in read.headlines])
    names = names_of_carried(user, totals)
    courses = [Course(target, scope, totals, names) for target in read.headlines]
    found = queries.roll_ups(user, scope)
    elements = queries.elements(user, plan, found)
    return DashboardPage(
        scope=scope,
        plans=read.plans,
        standing=queries.Standing.of(found.get(("plan", plan.pk))),
        headlines=[Headline(course) for course in courses],
        objectives=elements["objective"],
        levers=elements["lever"],
        board=queries.board(user, scope, found),
        campaign=_campaign(user, scope, courses),
        pulse=pulse,
    )


def _campaign(user: Any, scope: Scope, courses: Sequence[Course]) -> queries.CampaignState | None:
    """The plan's latest campaign, its figures read before they are validated."""
    campaign = queries.campaign_of(user, scope.plan)
    if campaign is None:
        return None
    seen = replace(scope, year=campaign.year, view=View.PROVISIONAL)
    return queries.CampaignState(
        campaign=campaign,
        schools=queries.school_states(user, campaign),
        courses=[replace(course, scope=seen) for course in courses],
        scope=seen,
    )


def chart_of(
    indicator: Indicator,
    years: Sequence[Year],
    courses: Sequence[Course],
    scope: Scope,
    *,
    wide: bool = False,
) -> dict[str, Any]:
    """The years of an indicator as a figure, with the paths to its targets."""
    return charts.trajectory(
        [charts.Point(year.year, year.value, year.is_estimate) for year in years],
        [_path(course) for course in courses],
        words=Wording.of(indicator),
        ahead=_ahead(courses),
        marked_year=scope.year,
        wide=wide,
    )


def _ahead(courses: Sequence[Course]) -> list[charts.Ahead]:
    """The forecast toward the first target; the line is the same toward any other."""
    forecasts = courses[0].forecasts if courses else []
    return [charts.Ahead(year, one.value, one.low, one.high) for year, one in forecasts]


def _path(course: Course) -> charts.Path:
    target = course.target
    return charts.Path(
        name=course.short_name,
        year=target.year,
        value=course.target_value,
        expected=[
            (year.year, year.expected_value)
            for year in course.years
            if target.baseline_year <= year.year <= target.year
        ],
        is_reference=target.is_reference,
    )
