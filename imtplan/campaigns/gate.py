"""Whether a write is possible now: the lock on the submission, and each refusal as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.current_rights import demand_still
from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Permission
from imtplan.audit.models import Event
from imtplan.campaigns.models import Campaign, CollectedFigure, Submission

State = Submission.State


class CampaignRefusal(Exception):
    """Why a write is not possible, as a sentence for the person who tried."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class CampaignClosed(CampaignRefusal):
    """The campaign is not open for this school at this moment."""


class CampaignGone(CampaignRefusal):
    """Somebody deleted the campaign at the same moment."""

    def __init__(self) -> None:
        super().__init__(_("This campaign was deleted meanwhile: nothing is stored."))


class TransitionRefused(CampaignRefusal):
    """The submission is not in a state from which this can be done."""


CLOSED = _("This campaign is closed: nothing was stored. Ask the plan office for more time.")
NOT_ASKED = _("Nothing is asked here in this campaign.")

# From which states each act is possible. Saving leaves the state as it is.
POSSIBLE_FROM = {
    Event.Verb.FIGURES_SAVED: {State.DRAFT, State.RETURNED},
    Event.Verb.SUBMITTED: {State.DRAFT, State.RETURNED},
    Event.Verb.VALIDATED: {State.SUBMITTED},
    Event.Verb.RETURNED: {State.SUBMITTED, State.VALIDATED},
    Event.Verb.TAKEN_BACK: {State.SUBMITTED},
    Event.Verb.REMARK_ANSWERED: {State.RETURNED},
    Event.Verb.REMARK_SETTLED: {State.RETURNED},
}
# The acts of the school, which wait for the campaign to be open.
OF_THE_SCHOOL = {
    Event.Verb.FIGURES_SAVED,
    Event.Verb.SUBMITTED,
    Event.Verb.TAKEN_BACK,
    Event.Verb.REMARK_ANSWERED,
}

# What each act needs of who does it. What entering needs, the campaign says.
NEEDED = {
    Event.Verb.SUBMITTED: Permission.SUBMIT_FIGURES,
    Event.Verb.VALIDATED: Permission.VALIDATE_FIGURES,
    Event.Verb.RETURNED: Permission.VALIDATE_FIGURES,
    Event.Verb.TAKEN_BACK: Permission.SUBMIT_FIGURES,
    Event.Verb.REMARK_SETTLED: Permission.VALIDATE_FIGURES,
}

REFUSALS = {
    Event.Verb.FIGURES_SAVED: _(
        "These figures are submitted and can no longer be changed. "
        "Who validates them can return them to you."
    ),
    Event.Verb.SUBMITTED: _("These figures are submitted already."),
    Event.Verb.VALIDATED: _("Only figures that are submitted can be validated."),
    Event.Verb.RETURNED: _("Only figures that are submitted or validated can be returned."),
    Event.Verb.TAKEN_BACK: _("Only figures that are submitted can be taken back."),
    Event.Verb.REMARK_ANSWERED: _(
        "These figures are not with the school any more: the answer was not stored."
    ),
    Event.Verb.REMARK_SETTLED: _(
        "These figures are not with the school any more: the next decision settles its remarks."
    ),
}


def locked(campaign: Campaign, school: School, *, act: Event.Verb, by: User) -> Submission:
    """Returns the school's submission, locked, if `act` is possible now; made where there is none.

    Whoever waited for the lock is asked again: the campaign may have closed meanwhile, and the
    role of `by` may have ended (`PermissionDenied`).
    """
    _demand_open(campaign, school, act)
    submission = _locked_row(campaign, school) or _made(campaign, school)
    campaign = campaign_there(Campaign.objects.all(), campaign)
    _demand_open(campaign, school, act)
    demand_still(by, NEEDED.get(act, campaign.permission_to_enter), school=school)
    if submission.state not in POSSIBLE_FROM[act]:
        raise TransitionRefused(REFUSALS[act])
    return submission


def campaign_there(campaigns: QuerySet[Campaign], campaign: Campaign) -> Campaign:
    """Returns the campaign as it is stored now, with what else `campaigns` says of it: a lock."""
    if stored := campaigns.filter(pk=campaign.pk).first():
        return stored
    raise CampaignGone


def _demand_open(campaign: Campaign, school: School, act: Event.Verb) -> None:
    if act in OF_THE_SCHOOL and not campaign.is_open_for(school):
        raise CampaignClosed(CLOSED)


def _locked_row(campaign: Campaign, school: School) -> Submission | None:
    rows = Submission.objects.select_for_update().filter(campaign=campaign, school=school)
    return rows.first()


def _made(campaign: Campaign, school: School) -> Submission:
    """Makes the submission at the school's first write. Of two at once, one waits; and so does who
    deletes the campaign, which then is begun."""
    campaign = campaign_there(Campaign.objects.select_for_update(no_key=True), campaign)
    if not campaign.expected_schools().filter(pk=school.pk).exists():
        raise TransitionRefused(NOT_ASKED)
    Submission.objects.get_or_create(campaign=campaign, school=school)
    return Submission.objects.select_for_update().get(campaign=campaign, school=school)


@contextmanager
def refusals_of_the_database() -> Iterator[None]:
    """Gives the database the last word: what it refuses is said in the same sentences.

    The campaign may close, or a colleague submit, between our look and the write.
    """
    try:
        yield
    except IntegrityError as error:
        constraint = _constraint(error)
        if constraint == CollectedFigure.CLOSED:
            raise CampaignClosed(CLOSED) from error
        if constraint == CollectedFigure.READ_ONLY:
            raise TransitionRefused(REFUSALS[Event.Verb.FIGURES_SAVED]) from error
        raise


def _constraint(error: IntegrityError) -> Any:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
