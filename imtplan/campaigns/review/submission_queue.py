"""The schools of a campaign in the order in which the directorate-general takes them up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from imtplan.campaigns.models import Campaign, CampaignStage, Submission
from imtplan.campaigns.review.completeness import SchoolRow, rows_of

State = Submission.State

# What waits for a decision first, then what is on its way.
QUEUE = [State.SUBMITTED, State.DRAFT, State.NOT_BEGUN, State.RETURNED, State.VALIDATED]


def campaign_asked(campaigns: Sequence[Campaign], parameters: Mapping[str, str]) -> Campaign:
    """Returns the campaign whose code is asked for; where none is, the one to take up. An unknown
    one is 404. `year` is the name that older links have for the code."""
    code = parameters.get("campaign") or parameters.get("year", "")
    if not code:
        return _to_take_up(campaigns)
    for campaign in campaigns:
        if campaign.code == code:
            return campaign
    raise Http404


def _to_take_up(campaigns: Sequence[Campaign]) -> Campaign:
    """Returns the open campaign that closes next. Where none is open, the last that closed, those
    first in which something waits for a decision; before the first closing, the next to open."""
    stages: dict[CampaignStage, list[Campaign]] = {stage: [] for stage in CampaignStage}
    for campaign in campaigns:
        stages[CampaignStage.of(campaign)].append(campaign)
    if is_open := stages[CampaignStage.OPEN]:
        return min(is_open, key=lambda campaign: campaign.closes_at)
    if closed := stages[CampaignStage.CLOSED]:
        waiting = Submission.objects.filter(campaign__in=closed, state=State.SUBMITTED)
        waits = set(waiting.values_list("campaign", flat=True))
        return max(closed, key=lambda campaign: (campaign.pk in waits, campaign.closes_at))
    return min(campaigns, key=lambda campaign: campaign.opens_at)


def queue_of(campaign: Campaign) -> list[SchoolRow]:
    return sorted(rows_of(campaign), key=_place)


def _place(row: SchoolRow) -> tuple[int, float, int]:
    """Ranks by state; of those who wait, the oldest first; the rest as the schools are ranked."""
    at = row.submission.submitted_at
    waits_since = at.timestamp() if at and row.state == State.SUBMITTED else 0.0
    return QUEUE.index(row.state), waits_since, row.school.rank


@dataclass(frozen=True)
class StateFilter:
    value: str
    label: str | Promise
    count: int
    is_current: bool


def filters(rows: list[SchoolRow], state_asked: str) -> list[StateFilter]:
    """Returns all, then each state that some school is in, in the order of the queue."""
    counts = Counter(row.state for row in rows)
    words = {State.SUBMITTED: _("to decide")}
    return [
        StateFilter("", _("all submissions"), len(rows), not state_asked),
        *(
            StateFilter(state, words.get(state, state.label), counts[state], state_asked == state)
            for state in QUEUE
            if counts[state] or state_asked == state
        ),
    ]
