"""Each page as one object that its template reads: assembled here, never queried there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from imtplan.campaigns.models import Campaign
from imtplan.dashboard import campaign_states, queries
from imtplan.dashboard.element_standing import Standing
from imtplan.dashboard.followed_targets import MOST_SHOWN, FollowedTarget, headline_targets
from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview import plan_sentences
from imtplan.dashboard.overview.decisions import Agenda, agenda
from imtplan.dashboard.overview.headlines import (
    FoldedHeadlines,
    Headline,
    folded,
    headlines_of,
)
from imtplan.dashboard.overview.put_aside import PutAside, put_aside
from imtplan.dashboard.scope import Scope, read_scope, reference_targets
from imtplan.dashboard.wording import perimeter_in_words
from indicators.models import View
from objectives.models import StrategicPlan


@dataclass(frozen=True)
class DashboardPage:
    scope: Scope
    plans: Sequence[StrategicPlan]
    standing: Standing
    headlines: Sequence[Headline]
    folded: Sequence[FoldedHeadlines]  # those of them that have no card
    objectives: Sequence[queries.ElementState]
    levers: Sequence[queries.ElementState]
    board: Sequence[queries.ProjectGroup]
    campaigns: Sequence[campaign_states.CampaignState]  # those that are open, else the latest
    agenda: Agenda
    put_aside: Sequence[PutAside]
    freshness: Freshness

    @cached_property
    def followed_targets(self) -> list[FollowedTarget]:
        return [headline.followed for headline in self.headlines]

    @property
    def cards(self) -> Sequence[Headline]:
        return self.headlines[:MOST_SHOWN]

    @property
    def outlook(self) -> str:
        return plan_sentences.outlook_of_the_plan(self.followed_targets)

    @property
    def state(self) -> str:
        return plan_sentences.state_of_the_plan(
            self.scope.year, self.followed_targets, self.objectives
        )

    @property
    def basis(self) -> str:
        """Returns whose figures the page rests on, as the headline indicators have them."""
        return plan_sentences.basis_of(self.scope, self.followed_targets)

    @property
    def counted_schools(self) -> str:
        """Says which schools the totals add up."""
        expected = [followed.now.expected_schools or 0 for followed in self.followed_targets]
        return perimeter_in_words(max(expected, default=0), self.scope.kinds_outside)

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


def dashboard_page(
    user: Any, parameters: Mapping[str, str], freshness: Freshness
) -> DashboardPage | None:
    """Returns None where there is no plan yet."""
    read = read_scope(user, parameters)
    if read is None:
        return None
    scope = read.scope
    campaigns_shown = campaign_states.campaigns_of(user, scope.plan)
    years = {scope.year, *(campaign.year for campaign in campaigns_shown)}
    targets_of_years = reference_targets(user, scope, years)
    targets = [target for target in targets_of_years if target.counts_in(scope.year)]
    headlines_of_years = headline_targets(user, scope, targets_of_years)
    followed_targets = [row for row in headlines_of_years if row.target in targets]
    elements = queries.elements(user, scope)
    board = queries.board(user, scope)
    campaigns = [_campaign(row, scope, headlines_of_years) for row in campaigns_shown]
    headlines = headlines_of(user, scope, followed_targets)
    return DashboardPage(
        scope=scope,
        plans=read.plans,
        standing=elements["plan"][0].standing,
        headlines=headlines,
        folded=folded(headlines, elements["objective"], elements["lever"], scope),
        objectives=elements["objective"],
        levers=elements["lever"],
        board=board,
        campaigns=campaigns,
        agenda=agenda(scope, targets, board, campaigns),
        put_aside=put_aside(user, scope),
        freshness=freshness,
    )


def _campaign(
    campaign: Campaign, scope: Scope, headlines: Sequence[FollowedTarget]
) -> campaign_states.CampaignState:
    """Returns a campaign with the headline indicators of its own year that it asks, their figures
    read before they are validated."""
    seen = replace(scope, year=campaign.year, view=View.PROVISIONAL)
    requested = campaign_states.indicators_of(campaign)
    followed_targets = [
        replace(followed, scope=seen)
        for followed in headlines
        if followed.indicator.pk in requested and followed.target.counts_in(seen.year)
    ]
    return campaign_states.CampaignState(
        campaign, campaign_states.school_states(campaign), followed_targets, seen
    )
