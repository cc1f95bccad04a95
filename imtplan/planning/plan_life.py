"""The writes of a plan's life: published, closed, archived, and each step back; who reads a draft.

They stand here because a campaign holds a plan back and a closing takes a snapshot, both of which
lie above the plan.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan import clock
from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.plan_edits import demand_reason, keep, wait_for_other_changes
from imtplan.campaigns.models import Campaign
from indicators.models import View
from indicators.services import take_snapshot
from indicators.tasks import poke
from objectives.models import PlanReader, PlanState, StrategicPlan


class StepRefused(Exception):
    """The plan cannot take this step; the text is a sentence for the person."""


class StepEnds(NamedTuple):
    start: PlanState
    end: PlanState
    goes_back: bool = False


class PlanStep(models.TextChoices):
    """A step in the life of a plan, by its word in the address. A step back needs a reason, and so
    does archiving: people no longer see what they saw."""

    PUBLISH = "publier", gettext_lazy("Publish")
    WITHDRAW = "reprendre", gettext_lazy("Make it a draft again")
    CLOSE = "clore", gettext_lazy("Close the plan")
    REOPEN = "rouvrir", gettext_lazy("Open it again")
    ARCHIVE = "archiver", gettext_lazy("Archive the plan")
    BRING_BACK = "ressortir", gettext_lazy("Bring the plan back")

    @property
    def ends(self) -> StepEnds:
        return {
            PlanStep.PUBLISH: StepEnds(PlanState.DRAFT, PlanState.PUBLISHED),
            PlanStep.WITHDRAW: StepEnds(PlanState.PUBLISHED, PlanState.DRAFT, goes_back=True),
            PlanStep.CLOSE: StepEnds(PlanState.PUBLISHED, PlanState.CLOSED),
            PlanStep.REOPEN: StepEnds(PlanState.CLOSED, PlanState.PUBLISHED, goes_back=True),
            PlanStep.ARCHIVE: StepEnds(PlanState.CLOSED, PlanState.ARCHIVED),
            PlanStep.BRING_BACK: StepEnds(PlanState.ARCHIVED, PlanState.CLOSED, goes_back=True),
        }[self]

    @property
    def needs_reason(self) -> bool:
        return self.ends.goes_back or self == PlanStep.ARCHIVE


def steps_of(plan: StrategicPlan) -> list[PlanStep]:
    """Returns the steps that lead on from the plan's state, forward first."""
    return [step for step in PlanStep if step.ends.start == plan.state]


def obstacle_to(plan: StrategicPlan, step: PlanStep) -> str | Promise:
    """Returns why the plan cannot take the step, in a sentence; nothing where it can."""
    if plan.state != step.ends.start:
        return _("Somebody was faster: this plan is %(state)s now.") % {
            "state": plan.get_state_display()
        }
    if step == PlanStep.PUBLISH and plan.supersedes and plan.supersedes.is_draft:
        return _("It follows %(plan)s, which is a draft: publish that one first.") % {
            "plan": plan.supersedes
        }
    if step == PlanStep.WITHDRAW:
        return _obstacle_to_withdrawing(plan)
    if step == PlanStep.ARCHIVE:
        return _obstacle_to_archiving(plan)
    return ""


def _obstacle_to_withdrawing(plan: StrategicPlan) -> str | Promise:
    if Campaign.objects.filter(plan=plan).exists():
        return _("A campaign was opened for this plan: it stays published, or is closed.")
    followers = StrategicPlan.objects.filter(supersedes=plan).exclude(state=PlanState.DRAFT)
    if follower := followers.first():
        return _("%(plan)s follows it and is published.") % {"plan": follower}
    return ""


def _obstacle_to_archiving(plan: StrategicPlan) -> str | Promise:
    now = clock.now()
    to_close = models.Q(closes_at__gt=now) | models.Q(extensions__closes_at__gt=now)
    if campaign := Campaign.objects.filter(to_close, plan=plan).first():
        return _("%(campaign)s is still to close, or a school has more time: archive it after.") % {
            "campaign": campaign
        }
    return ""


@transaction.atomic
def take_step(*, plan: StrategicPlan, step: PlanStep, by: User, reason: str = "") -> StrategicPlan:
    """Take the plan a step further or back; closing takes the snapshot that is its final edition.

    `StepRefused` where it cannot, `ReasonNeeded` where the step needs a reason.
    """
    wait_for_other_changes()
    stored = _locked_with_former(plan)
    if obstacle := obstacle_to(stored, step):
        raise StepRefused(obstacle)
    if step.needs_reason:
        demand_reason(reason)
    before = stored.state
    stored.state = step.ends.end
    for name, moment in _times_after(step).items():
        setattr(stored, name, moment)
    stored.full_clean()
    stored.save()
    keep(stored, {"state": str(before)}, {"state": str(stored.state)}, by=by, reason=reason)
    if step == PlanStep.CLOSE:
        _take_final_edition(stored, by=by, comment=reason)
    transaction.on_commit(poke)
    return stored


def _locked_with_former(plan: StrategicPlan) -> StrategicPlan:
    """Returns the plan, locked, with the one it follows. A worker that stores results refers to
    both meanwhile, which `no_key` lets it do: closing waits for the workers."""
    rows = StrategicPlan.objects.select_for_update(no_key=True)
    stored = rows.get(pk=plan.pk)
    if stored.supersedes_id:
        stored.supersedes = rows.get(pk=stored.supersedes_id)
    return stored


def _times_after(step: PlanStep) -> dict[str, datetime | None]:
    """Returns the times of publishing and closing once the step is taken."""
    if step == PlanStep.PUBLISH:
        return {"published_at": clock.now()}
    if step == PlanStep.WITHDRAW:
        return {"published_at": None}
    if step == PlanStep.CLOSE:
        return {"closed_at": clock.now()}
    if step == PlanStep.REOPEN:
        return {"closed_at": None}
    return {}


def year_of_final_edition(plan: StrategicPlan) -> int:
    """Returns the last year of the plan, or the running year where it is closed before its end."""
    return max(plan.baseline_year, min(plan.last_year, clock.today().year))


def _take_final_edition(plan: StrategicPlan, *, by: User, comment: str) -> None:
    take_snapshot(
        plan=plan,
        year=year_of_final_edition(plan),
        view=View.VALIDATED,
        title=_("Final edition of the plan %(plan)s") % {"plan": plan.code},
        comment=comment,
        by=by,
        is_final_edition=True,
    )


# --- A draft ------------------------------------------------------------------------------------

READERS = "readers"  # how the history names them


@transaction.atomic
def invite_reader(*, plan: StrategicPlan, user: User, by: User) -> None:
    """Let a person who holds a role read a draft. The plan office reads it anyway."""
    stored = _locked_draft(plan)
    if not user.is_active or not user.held_roles:
        raise StepRefused(_("This person holds no role today: give one first."))
    if has_permission(user, Permission.EDIT_PLAN):
        raise StepRefused(_("This person is of the plan office and sees every draft."))
    _reader, is_new = PlanReader.objects.get_or_create(
        plan=stored, user=user, defaults={"invited_by": by}
    )
    if is_new:
        keep(stored, {}, {READERS: str(user)}, by=by, reason="")


@transaction.atomic
def withdraw_reader(*, reader: PlanReader, by: User) -> None:
    """Let a person no longer read a draft. There may be nothing to withdraw any more."""
    stored = _locked_draft(reader.plan)
    count, _kinds = PlanReader.objects.filter(pk=reader.pk).delete()
    if count:
        keep(stored, {READERS: str(reader.user)}, {READERS: ""}, by=by, reason="")


def obstacle_to_deleting(plan: StrategicPlan) -> str | Promise:
    """Returns why a plan cannot be deleted, in a sentence; nothing where it can."""
    if not plan.is_draft:
        return _(
            "Only a draft can be deleted. This plan is %(state)s: it is closed and archived."
        ) % {"state": plan.get_state_display()}
    if plan.snapshots.exists():
        return _("A snapshot was taken of it, and a snapshot is kept for good.")
    if follower := StrategicPlan.objects.filter(supersedes=plan).first():
        return _("%(plan)s follows it: choose another plan there first.") % {"plan": follower}
    return ""


@transaction.atomic
def delete_draft(*, plan: StrategicPlan, by: User) -> None:
    """Delete a draft with its elements, links, targets and their results. Indicators and figures
    belong to no plan and stay; the versions of what is deleted stay in the history."""
    stored = StrategicPlan.objects.select_for_update().get(pk=plan.pk)
    if obstacle := obstacle_to_deleting(stored):
        raise StepRefused(obstacle)
    names = {"code": stored.code, "name_fr": stored.name_fr, "name_en": stored.name_en}
    keep(stored, names, dict.fromkeys(names), by=by, reason="")
    stored.delete()


def _locked_draft(plan: StrategicPlan) -> StrategicPlan:
    stored = StrategicPlan.objects.select_for_update().get(pk=plan.pk)
    if not stored.is_draft:
        raise StepRefused(_("This plan is no draft: everybody who holds a role sees it."))
    return stored
