"""The life of a school's submission: draft, submitted, validated or returned.

Each write locks the submission, so that two people never pass each other, and is one transaction
with the figures' statuses, the audit event and the stale marks. Storing figures is in `saving`.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.letters import tell_of_return, tell_of_submission, tell_of_validation
from imtplan.campaigns.models import Campaign, Remark, Submission
from imtplan.campaigns.reading import read
from imtplan.campaigns.receipts import make_receipt
from indicators.models import Figure, Indicator
from indicators.tasks import poke

State = Submission.State

LEADS_TO = {
    Event.Verb.SUBMITTED: Submission.State.SUBMITTED,
    Event.Verb.VALIDATED: Submission.State.VALIDATED,
    Event.Verb.RETURNED: Submission.State.RETURNED,
}


class SubmissionIncomplete(CampaignRefusal):
    """Some cells hold the submission back; `indicators` says which."""

    def __init__(self, message: str | Promise, indicators: Sequence[Indicator]) -> None:
        super().__init__(message)
        self.indicators = indicators


def _demand_complete(campaign: Campaign, school: School) -> None:
    reading = read(campaign, school)
    reasons = (
        (reading.to_correct, _("Some cells are still to correct.")),
        (
            reading.missing,
            _("Some figures are missing. Enter each one, or say why there is none."),
        ),
        (reading.to_explain, _("Some figures surprise: confirm or explain each of them.")),
    )
    for indicators, message in reasons:
        if indicators:
            raise SubmissionIncomplete(message, indicators)


@transaction.atomic
def submit(*, campaign: Campaign, school: School, by: User) -> Submission:
    """Hand the school's figures in, with a receipt. From now on they are read-only for it."""
    submission = locked(campaign, school, act=Event.Verb.SUBMITTED)
    _demand_complete(campaign, school)
    after = _open_remarks(submission) if submission.state == State.RETURNED else None
    submission.submitted_at, submission.submitted_by = timezone.now(), by
    submission.decided_at, submission.decided_by, submission.comment = None, None, ""
    submission.remarks.filter(is_open=True).update(is_open=False)
    receipt = make_receipt(submission=submission, by=by)
    event = _move(
        submission, Event.Verb.SUBMITTED, Figure.Status.SUBMITTED, by, receipt=receipt.number
    )
    tell_of_submission(submission, event, receipt=receipt, after=after)
    return submission


@transaction.atomic
def validate(*, campaign: Campaign, school: School, by: User) -> Submission:
    """Accept the school's figures: they count everywhere from now on."""
    submission = locked(campaign, school, act=Event.Verb.VALIDATED)
    submission.decided_at, submission.decided_by = timezone.now(), by
    event = _move(submission, Event.Verb.VALIDATED, Figure.Status.VALIDATED, by)
    tell_of_validation(submission, event)
    return submission


@transaction.atomic
def return_to_school(
    *,
    campaign: Campaign,
    school: School,
    by: User,
    comment: str,
    remarks: Mapping[str, str] | None = None,
) -> Submission:
    """Give the figures back to the school, with a comment on the whole, on cells, or both.

    `remarks`: by the code of the indicator.
    """
    submission = locked(campaign, school, act=Event.Verb.RETURNED)
    said = {code: text.strip() for code, text in (remarks or {}).items() if text.strip()}
    if not (comment.strip() or said):
        raise CampaignRefusal(_("Say why the figures are returned."))
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.comment = comment.strip()
    _remark(submission, said, by)
    event = _move(
        submission,
        Event.Verb.RETURNED,
        Figure.Status.DRAFT,
        by,
        **({"comment": submission.comment} if submission.comment else {}),
        **({"remarks": said} if said else {}),
    )
    tell_of_return(submission, event, remarks=_open_remarks(submission))
    return submission


def _open_remarks(submission: Submission) -> list[Remark]:
    """What is asked of single cells, in the order of the indicators."""
    remarks = submission.remarks.filter(is_open=True).select_related("indicator")
    return list(remarks.order_by("indicator__rank", "indicator__code", "pk"))


def _remark(submission: Submission, said: Mapping[str, str], by: User) -> None:
    """Those of an earlier return are no longer open: what still counts is said again."""
    submission.remarks.filter(is_open=True).update(is_open=False)
    Remark.objects.bulk_create(
        Remark(submission=submission, indicator=indicator, text=said[indicator.code], by=by)
        for indicator in submission.campaign.indicators.filter(code__in=said)
    )


def _move(
    submission: Submission,
    act: Event.Verb,
    status: Figure.Status,
    by: User,
    **detail: object,
) -> Event:
    submission.state = LEADS_TO[act]
    submission.save()
    campaign = submission.campaign
    Figure.objects.filter(
        school=submission.school,
        year=campaign.year,
        indicator__in=campaign.indicators.all(),
    ).update(status=status)
    event = record(act, by=by, school=submission.school, subject=str(campaign.year), **detail)
    transaction.on_commit(poke)
    return event
