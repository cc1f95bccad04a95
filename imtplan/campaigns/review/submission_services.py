"""The life of a school's submission: draft, submitted, validated or returned.

Each write locks the submission, so that two people never pass each other, and is one transaction
with the figures' statuses, the audit event and the stale marks. Storing figures is in `saving`.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.gate import CampaignRefusal, TransitionRefused, locked
from imtplan.campaigns.models import Campaign, Remark, Submission
from imtplan.campaigns.review.receipts.receipt_content import make_receipt
from imtplan.campaigns.review.submission_mails import (
    tell_of_return,
    tell_of_submission,
    tell_of_taking_back,
    tell_of_validation,
)
from indicators.models import Figure, Indicator
from indicators.tasks import poke

State = Submission.State

# Taking back leads to where the school was before.
LEADS_TO = {
    Event.Verb.SUBMITTED: Submission.State.SUBMITTED,
    Event.Verb.VALIDATED: Submission.State.VALIDATED,
    Event.Verb.RETURNED: Submission.State.RETURNED,
}


_CLOSED_FOR_THE_SCHOOL = _(
    "The campaign is closed here, and nothing could be corrected now: have the plan office give "
    "more time first, then return the figures."
)


SUBMITTED_BY_YOU = _("You submitted these figures yourself: somebody else validates them.")


class SubmittedAgain(CampaignRefusal):
    """What somebody decides on is not what they looked at."""

    def __init__(self) -> None:
        super().__init__(
            _("These figures were submitted again after you opened this page: look at them again.")
        )


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
    submission = locked(campaign, school, act=Event.Verb.SUBMITTED, by=by)
    _demand_complete(campaign, school)
    again = submission.state == State.RETURNED
    submission.submitted_at, submission.submitted_by = timezone.now(), by
    submission.decided_at, submission.decided_by, submission.comment = None, None, ""
    submission.looked_at, submission.looked_by = None, None
    receipt = make_receipt(submission=submission, by=by)
    event = _move(
        submission, Event.Verb.SUBMITTED, Figure.Status.SUBMITTED, by, receipt=receipt.number
    )
    tell_of_submission(submission, event, receipt=receipt, again=again)
    return submission


def look_at(*, campaign: Campaign, school: School, by: User) -> None:
    """Keep that somebody who decides has begun to look: what was submitted stays submitted.

    The first look counts. One statement: a taking back at the same moment waits for it, or it for
    the taking back, and then finds nothing to look at.
    """
    waiting = Submission.objects.filter(
        campaign=campaign, school=school, state=State.SUBMITTED, looked_at=None
    )
    waiting.exclude(submitted_by=by).update(looked_at=timezone.now(), looked_by=by)


@transaction.atomic
def take_back(*, campaign: Campaign, school: School, by: User) -> Submission:
    """Give the school its figures again as they were before it submitted them.

    Possible until somebody who decides has begun to look. The receipt stays.
    """
    submission = locked(campaign, school, act=Event.Verb.TAKEN_BACK, by=by)
    if submission.looked_at is not None:
        raise TransitionRefused(_looked_at(submission))
    receipt = submission.receipts.order_by("-at", "-pk").first()
    number = {"receipt": receipt.number} if receipt else {}
    _put_back(submission)
    event = _move(submission, Event.Verb.TAKEN_BACK, Figure.Status.DRAFT, by, **number)
    tell_of_taking_back(submission, event, receipt=receipt)
    return submission


def _looked_at(submission: Submission) -> str:
    words = {
        "who": submission.looked_by or gettext("Somebody"),
        "at": date_format(timezone.localtime(submission.looked_at), "DATETIME_FORMAT"),
    }
    return (
        gettext(
            "%(who)s has been looking at these figures since %(at)s: they can no longer be taken "
            "back. Ask to have them returned."
        )
        % words
    )


def _put_back(submission: Submission) -> None:
    """Puts back what the submission said before it was submitted: the database kept it."""
    versions = submission.pgh_event_model.objects.filter(pgh_obj=submission)  # type: ignore[attr-defined]
    before = versions.exclude(state=State.SUBMITTED).order_by("-pgh_id").first()
    if before is None:
        before = Submission(campaign=submission.campaign, school=submission.school)
    submission.state = before.state
    submission.submitted_at, submission.submitted_by = (
        before.submitted_at,
        _still(before.submitted_by_id),
    )
    submission.decided_at, submission.decided_by = before.decided_at, _still(before.decided_by_id)
    submission.comment = before.comment


def _still(pk: int | None) -> User | None:
    """A version names people who may have left since."""
    return None if pk is None else User.objects.filter(pk=pk).first()


@transaction.atomic
def validate(
    *, campaign: Campaign, school: School, by: User, seen: str | None = None
) -> Submission:
    """Accept the school's figures: they count everywhere from now on.

    `seen`: which handing-in the page showed; None where a program decides, without a page.
    """
    submission = locked(campaign, school, act=Event.Verb.VALIDATED, by=by)
    if submission.is_handed_in_by(by):
        raise TransitionRefused(SUBMITTED_BY_YOU)
    _demand_as_seen(submission, seen)
    submission.decided_at, submission.decided_by = timezone.now(), by
    _settle(submission)
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
    seen: str | None = None,
) -> Submission:
    """Give the figures back to the school, with a comment on the whole, on cells, or both.

    `remarks`: by the code of the indicator. `seen`: as `validate` has it. Raises CampaignRefusal
    where the campaign is closed for the school, which could then correct nothing.
    """
    submission = locked(campaign, school, act=Event.Verb.RETURNED, by=by)
    _demand_as_seen(submission, seen)
    if not campaign.is_open_for(school):
        raise CampaignRefusal(_CLOSED_FOR_THE_SCHOOL)
    texts = {code: text.strip() for code, text in (remarks or {}).items() if text.strip()}
    if not (comment.strip() or texts):
        raise CampaignRefusal(_("Say why the figures are returned."))
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.comment = comment.strip()
    _remark(submission, texts, by)
    event = _move(
        submission,
        Event.Verb.RETURNED,
        Figure.Status.DRAFT,
        by,
        **({"comment": submission.comment} if submission.comment else {}),
        **({"remarks": texts} if texts else {}),
    )
    tell_of_return(submission, event)
    return submission


def handing_in_of(submission: Submission) -> str:
    """Says which handing-in a page shows: a decision is about that one and no other."""
    return submission.submitted_at.isoformat() if submission.submitted_at else ""


def _demand_as_seen(submission: Submission, seen: str | None) -> None:
    """Compares under the lock: nobody submits between the look and the decision."""
    if seen is not None and seen != handing_in_of(submission):
        raise SubmittedAgain


def _settle(submission: Submission) -> None:
    submission.remarks.unsettled().order_by().update(state=Remark.State.SETTLED)


def _remark(submission: Submission, texts: Mapping[str, str], by: User) -> None:
    """Those of an earlier return are settled: what still counts is said again."""
    _settle(submission)
    Remark.objects.bulk_create(
        Remark(submission=submission, indicator=indicator, text=texts[indicator.code], by=by)
        for indicator in submission.campaign.indicators.filter(code__in=texts)
    )


def _move(
    submission: Submission,
    act: Event.Verb,
    status: Figure.Status,
    by: User,
    **detail: object,
) -> Event:
    submission.state = LEADS_TO.get(act, submission.state)
    submission.save()
    campaign = submission.campaign
    Figure.objects.filter(
        school=submission.school,
        year=campaign.year,
        indicator__in=campaign.indicators.all(),
    ).update(status=status)
    event = record(act, by=by, school=submission.school, subject=campaign.code, **detail)
    transaction.on_commit(poke)
    return event
