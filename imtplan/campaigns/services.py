"""The life of a school's submission: draft, submitted, validated or returned.

Each write locks the submission, so that two people never pass each other, and is one transaction
with the figures' versions, the audit event and the stale marks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.checks import Cell, Problem, problems
from imtplan.campaigns.models import Campaign, Submission
from indicators.models import Figure, Indicator
from indicators.tasks import poke

State = Submission.State


class CampaignRefusal(Exception):
    """Why a write is not possible, as a sentence for the person who tried."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class CampaignClosed(CampaignRefusal):
    """The campaign is not open at this moment."""


class TransitionRefused(CampaignRefusal):
    """The submission is not in a state from which this can be done."""


class SubmissionIncomplete(CampaignRefusal):
    """Some figures are neither entered nor explained; `missing` names their indicators."""

    def __init__(self, missing: Sequence[Indicator]) -> None:
        super().__init__(_("Some figures are missing. Enter each one, or say why there is none."))
        self.missing = missing


# From which states each act is possible, and where it leads. Saving leaves the state as it is.
POSSIBLE_FROM = {
    Event.Verb.FIGURES_SAVED: {State.DRAFT, State.RETURNED},
    Event.Verb.SUBMITTED: {State.DRAFT, State.RETURNED},
    Event.Verb.VALIDATED: {State.SUBMITTED},
    Event.Verb.RETURNED: {State.SUBMITTED, State.VALIDATED},
}
LEADS_TO = {
    Event.Verb.SUBMITTED: State.SUBMITTED,
    Event.Verb.VALIDATED: State.VALIDATED,
    Event.Verb.RETURNED: State.RETURNED,
}

REFUSALS = {
    Event.Verb.FIGURES_SAVED: _(
        "These figures are submitted and can no longer be changed. "
        "The directorate-general can return them to you."
    ),
    Event.Verb.SUBMITTED: _("These figures are submitted already."),
    Event.Verb.VALIDATED: _("Only figures that are submitted can be validated."),
    Event.Verb.RETURNED: _("Only figures that are submitted or validated can be returned."),
}


@dataclass
class SaveOutcome:
    """What became of the cells: stored, refused, or in conflict. The rest was as it is."""

    changed: list[Figure] = field(default_factory=list)
    refused: dict[str, list[Problem]] = field(default_factory=dict)
    conflicts: dict[str, Figure] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.refused or self.conflicts)


def _locked(campaign: Campaign, school: School, *, act: Event.Verb) -> Submission:
    """The school's submission, locked, if `act` is possible now; made where there is none."""
    if not campaign.is_open() and act in (
        Event.Verb.FIGURES_SAVED,
        Event.Verb.SUBMITTED,
    ):
        raise CampaignClosed(
            _("This campaign is closed: nothing was stored. Ask the plan office to reopen it.")
        )
    Submission.objects.get_or_create(campaign=campaign, school=school)
    submission = Submission.objects.select_for_update().get(campaign=campaign, school=school)
    if submission.state not in POSSIBLE_FROM[act]:
        raise TransitionRefused(REFUSALS[act])
    return submission


@transaction.atomic
def save_figures(
    *,
    campaign: Campaign,
    school: School,
    cells: Iterable[Cell],
    by: User,
    origin: Figure.Origin,
) -> SaveOutcome:
    """Store the cells that can be stored, and say of each other one why it was not.

    A cell whose version is not the stored one is in conflict, unless both say the same.
    """
    _locked(campaign, school, act=Event.Verb.FIGURES_SAVED)
    stored = {
        figure.indicator_id: figure
        for figure in Figure.objects.filter(school=school, year=campaign.year).select_for_update()
    }
    outcome = SaveOutcome()
    for cell in cells:
        figure = stored.get(cell.indicator.pk)
        if _has_nothing_to_write(cell, figure, outcome):
            continue
        figure = figure or Figure(indicator=cell.indicator, school=school, year=campaign.year)
        outcome.changed.append(_write(cell, figure, by=by, origin=origin))
    if outcome.changed:
        record(
            Event.Verb.FIGURES_SAVED,
            by=by,
            school=school,
            subject=str(campaign.year),
            figures={figure.indicator.code: figure.version for figure in outcome.changed},
            origin=origin,
        )
        transaction.on_commit(poke)
    return outcome


def _has_nothing_to_write(cell: Cell, stored: Figure | None, outcome: SaveOutcome) -> bool:
    """Whether there is nothing to write, or a reason not to, which `outcome` then keeps."""
    if cell.content == _content(stored):
        return True
    if stored is not None and stored.version != cell.version:
        outcome.conflicts[cell.indicator.code] = stored
        return True
    if cell.state != Figure.State.NOT_ENTERED and (found := problems(cell)):
        outcome.refused[cell.indicator.code] = found
        return True
    return False


def _write(cell: Cell, figure: Figure, *, by: User, origin: Figure.Origin) -> Figure:
    """The next version of a figure. The database keeps the one before."""
    figure.version = figure.version + 1 if figure.pk else 1
    figure.state, figure.reason = cell.state, cell.reason
    figure.value, figure.numerator, figure.denominator = (
        cell.value,
        cell.numerator,
        cell.denominator,
    )
    figure.status, figure.origin = Figure.Status.DRAFT, origin
    figure.entered_by, figure.entered_at = by, timezone.now()
    figure.save()
    return figure


def _content(figure: Figure | None) -> tuple[object, ...]:
    """A figure's content as a cell's; no figure is a cell not yet entered."""
    if figure is None:
        return (Figure.State.NOT_ENTERED, None, None, None, "")
    return (
        figure.state,
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.reason,
    )


def missing_indicators(*, campaign: Campaign, school: School) -> list[Indicator]:
    """The campaign's indicators of which the school has said nothing yet."""
    said = Figure.objects.filter(school=school, year=campaign.year).exclude(
        state=Figure.State.NOT_ENTERED
    )
    return list(campaign.indicators.exclude(pk__in=said.values("indicator")))


@transaction.atomic
def submit(*, campaign: Campaign, school: School, by: User) -> Submission:
    """Hand the school's figures in. From now on they are read-only for the school."""
    submission = _locked(campaign, school, act=Event.Verb.SUBMITTED)
    if missing := missing_indicators(campaign=campaign, school=school):
        raise SubmissionIncomplete(missing)
    submission.submitted_at, submission.submitted_by = timezone.now(), by
    submission.decided_at, submission.decided_by, submission.comment = None, None, ""
    return _move(submission, Event.Verb.SUBMITTED, Figure.Status.SUBMITTED, by)


@transaction.atomic
def validate(*, campaign: Campaign, school: School, by: User) -> Submission:
    """Accept the school's figures: they count everywhere from now on."""
    submission = _locked(campaign, school, act=Event.Verb.VALIDATED)
    submission.decided_at, submission.decided_by = timezone.now(), by
    return _move(submission, Event.Verb.VALIDATED, Figure.Status.VALIDATED, by)


@transaction.atomic
def return_to_school(*, campaign: Campaign, school: School, by: User, comment: str) -> Submission:
    """Give the figures back to the school, with a comment that says what to look at."""
    submission = _locked(campaign, school, act=Event.Verb.RETURNED)
    if not comment.strip():
        raise CampaignRefusal(_("Say why the figures are returned."))
    submission.decided_at, submission.decided_by = timezone.now(), by
    submission.comment = comment.strip()
    return _move(submission, Event.Verb.RETURNED, Figure.Status.DRAFT, by)


def _move(submission: Submission, act: Event.Verb, status: Figure.Status, by: User) -> Submission:
    submission.state = LEADS_TO[act]
    submission.save()
    campaign = submission.campaign
    Figure.objects.filter(
        school=submission.school,
        year=campaign.year,
        indicator__in=campaign.indicators.all(),
    ).update(status=status)
    record(
        act,
        by=by,
        school=submission.school,
        subject=str(campaign.year),
        **({"comment": submission.comment} if submission.comment else {}),
    )
    transaction.on_commit(poke)
    return submission
