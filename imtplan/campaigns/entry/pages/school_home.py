"""What a school's home shows: its campaigns with what is to do, who is on it, what was before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from imtplan.accounts.models import Membership, School
from imtplan.accounts.roles import Permission, has_permission, roles_given_by
from imtplan.campaigns.access import may_enter
from imtplan.campaigns.entry.reading import SchoolFigures, read
from imtplan.campaigns.models import Campaign, Receipt, Remark, Submission
from imtplan.campaigns.models.campaign import at_hand
from indicators.models import Indicator


@dataclass
class CampaignOfSchool:
    """One campaign as a school has it: what is left to do, and what was handed in."""

    campaign: Campaign
    school: School
    submission: Submission
    receipts: Sequence[Receipt]
    may_enter: bool
    may_submit: bool
    may_decide: bool
    is_own: bool

    @property
    def state(self) -> Submission.State:
        return self.submission.state_of_now

    @property
    def closes_at(self) -> datetime:
        return self.campaign.closes_at_for(self.school)

    @property
    def is_open(self) -> bool:
        return self.campaign.is_open_for(self.school)

    @property
    def is_to_come(self) -> bool:
        return self.campaign.opens_at > timezone.now()

    @property
    def is_returned(self) -> bool:
        return self.state == Submission.State.RETURNED

    @property
    def is_handed_in(self) -> bool:
        return self.state in (Submission.State.SUBMITTED, Submission.State.VALIDATED)

    @property
    def is_to_decide(self) -> bool:
        is_another = self.may_decide and not self.is_own
        return is_another and self.state == Submission.State.SUBMITTED

    @property
    def is_fillable(self) -> bool:
        """Says whether somebody of the school may type something now."""
        return self.is_open and not self.is_handed_in

    @cached_property
    def reading(self) -> SchoolFigures:
        return read(self.campaign, self.school)

    @property
    def counts(self) -> dict[str, int]:
        return self.reading.counts

    @cached_property
    def to_correct(self) -> list[Indicator]:
        return self.reading.to_correct

    @property
    def missing(self) -> list[Indicator]:
        """Returns what nobody has typed anything for; what was not stored is to correct."""
        return [row for row in self.reading.missing if row not in self.to_correct]

    @property
    def is_complete(self) -> bool:
        reading = self.reading
        left = reading.missing or self.to_correct or reading.to_explain or self.unanswered
        return not left

    @property
    def is_first(self) -> bool:
        """Says whether there is nothing of an earlier year to compare with."""
        year = self.campaign.year
        return not any(min(years) < year for years in self.reading.figures.values() if years)

    @cached_property
    def remarks(self) -> list[Remark]:
        """Returns what who decided still asks of single figures."""
        return list(self.submission.remarks.unsettled()) if self.is_returned else []

    @property
    def unanswered(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.state == Remark.State.OPEN]


@dataclass
class SchoolHome:
    school: School
    current: Sequence[CampaignOfSchool]
    earlier: Sequence[CampaignOfSchool]
    people: Sequence[Membership]
    may_name: bool  # somebody here


def school_home(user: Any, school: School) -> SchoolHome:
    """Returns what is to do first (open campaigns, the next to close first); where nothing is
    open, the campaign that opens next, else the last that closed."""
    parts = _campaigns(user, school)
    current = at_hand(
        parts, lambda part: (part.campaign.opens_at, part.closes_at), now=timezone.now()
    )
    earlier = [part for part in parts if part not in current and not part.is_to_come]
    people = school.memberships.in_force().by_rank()
    may_name = bool(roles_given_by(user, school))
    return SchoolHome(school, current, earlier, people, may_name=may_name)


def _campaigns(user: Any, school: School) -> list[CampaignOfSchool]:
    """Returns the campaigns of the school, the latest first."""
    submissions = {
        submission.campaign_id: submission
        for submission in Submission.objects.filter(school=school)
        .select_related("submitted_by", "decided_by")
        .prefetch_related("receipts")
    }
    of_school = Q(pk__in=submissions) | Q(pk__in=Campaign.objects.asking(school).values("pk"))
    campaigns = Campaign.objects.visible_to(user).filter(of_school)
    return [
        _of_school(user, campaign, school, submissions.get(campaign.pk))
        for campaign in campaigns.prefetch_related("extensions").order_by("-year", "-pk")
    ]


def _of_school(
    user: Any, campaign: Campaign, school: School, stored: Submission | None
) -> CampaignOfSchool:
    none = Submission(campaign=campaign, school=school, state=Submission.State.NOT_BEGUN)
    receipts: Iterable[Receipt] = stored.receipts.all() if stored else []
    return CampaignOfSchool(
        campaign=campaign,
        school=school,
        submission=stored or none,
        receipts=sorted(receipts, key=lambda receipt: (receipt.at, receipt.pk)),
        may_enter=may_enter(user, campaign, school),
        may_submit=has_permission(user, Permission.SUBMIT_FIGURES, school=school),
        may_decide=has_permission(user, Permission.VALIDATE_FIGURES, school=school),
        is_own=(stored or none).is_handed_in_by(user),
    )
