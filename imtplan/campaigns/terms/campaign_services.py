"""What the plan office decides of a campaign: its terms, and more time for one school.

What a figure is worth is no matter here: nothing that was typed is ever deleted by a change of
terms; it is no longer collected, and stays stored.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from imtplan.accounts.models import School, User, reporting_in
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns.gate import NOT_ASKED, CampaignRefusal, campaign_there
from imtplan.campaigns.models import Campaign, Extension, Submission
from imtplan.campaigns.terms.campaign_overlaps import (
    Overlap,
    overlaps_of_more_time,
    overlaps_of_terms,
    wait_for_other_terms,
)
from indicators.models import Figure, Indicator
from objectives.models import PlanState, StrategicPlan

# Figures live between these years: the database refuses others.
FIRST_YEAR, LAST_YEAR = 1990, 2100
ARCHIVED = _("This plan is archived: bring it back before a campaign asks for it.")


def as_text(at: datetime) -> str:
    """Returns one text for one instant, whatever zone it was typed in."""
    return at.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Terms:
    """All that the plan office decides of a campaign. No school: every own school of the year and
    the institute."""

    plan: StrategicPlan
    year: int
    opens_at: datetime
    closes_at: datetime
    indicators: Iterable[Indicator]
    schools: Iterable[School] = ()
    entered_by: str = Campaign.EnteredBy.SCHOOL
    name: str = ""

    @classmethod
    def of(cls, campaign: Campaign) -> "Terms":
        return cls(
            plan=campaign.plan,
            year=campaign.year,
            opens_at=campaign.opens_at,
            closes_at=campaign.closes_at,
            indicators=list(campaign.indicators.all()),
            schools=list(campaign.schools.all()),
            entered_by=campaign.entered_by,
            name=campaign.name,
        )

    def as_precise_as(self, stored: "Terms") -> "Terms":
        """An instant that a form showed without its seconds and got back as it was stays exact."""
        instants = {
            name: getattr(stored, name)
            for name in ("opens_at", "closes_at")
            if getattr(stored, name).replace(second=0, microsecond=0) == getattr(self, name)
        }
        return replace(self, **instants)

    def as_text(self) -> dict[str, Any]:
        """As the audit keeps them: codes and instants (UTC), in an order of their own."""
        return {
            "plan": self.plan.code,
            "year": self.year,
            "name": self.name,
            "opens_at": as_text(self.opens_at),
            "closes_at": as_text(self.closes_at),
            "indicators": sorted(indicator.code for indicator in self.indicators),
            "schools": sorted(school.code for school in self.schools),
            "entered_by": str(self.entered_by),
        }

    @property
    def mark(self) -> str:
        """Returns the same for the same terms: a page carries it, to know if they moved."""
        return hashlib.sha256(json.dumps(self.as_text()).encode()).hexdigest()[:20]


class TermsRefused(CampaignRefusal):
    """Why the terms cannot stand: a sentence for each field that is meant."""

    def __init__(self, problems: Mapping[str, str | Promise]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems.values()))
        self.problems = problems


class TermsMoved(CampaignRefusal):
    """Somebody changed the terms after the page was opened: nothing is overwritten unseen."""

    def __init__(self, stored: Terms) -> None:
        super().__init__(
            _(
                "Somebody changed this campaign after you opened the page. Nothing is stored: look "
                "at what is different, then save again to keep what you typed."
            )
        )
        self.stored = stored


class ConfirmationNeeded(CampaignRefusal):
    """Figures that were typed would no longer be collected: somebody has to want that."""

    def __init__(self, left_out: Counter[Indicator | School]) -> None:
        count = left_out.total()
        sentence = ngettext(
            "%(count)s figure typed in this campaign would no longer be collected. It stays "
            "stored, with its history: nothing is deleted.",
            "%(count)s figures typed in this campaign would no longer be collected. They stay "
            "stored, with their history: nothing is deleted.",
            count,
        )
        super().__init__(sentence % {"count": count})
        self.counts = list(left_out.items())


@dataclass
class TermsChange:
    """What became of a change of terms: what moved, from what to what."""

    campaign: Campaign
    changed: dict[str, list[Any]] = field(default_factory=dict)


def problems_of(terms: Terms, campaign: Campaign | None = None) -> dict[str, str | Promise]:
    """Returns what is wrong with the terms, by field. `campaign`: whose terms these would be."""
    problems: dict[str, str | Promise] = {}
    if terms.plan.is_draft:
        problems["plan"] = _("This plan is a draft: publish it before a campaign asks for it.")
    elif terms.plan.state == PlanState.ARCHIVED:
        problems["plan"] = ARCHIVED
    if not FIRST_YEAR <= terms.year <= LAST_YEAR:
        problems["year"] = _("The year is between 1990 and 2100.")
    if terms.closes_at <= terms.opens_at:
        problems["closes_at"] = _("The closing comes after the opening: choose a later one.")
    problems |= _problems_of_what_is_asked(terms)
    if campaign and _moves_under_figures(terms, campaign):
        problems["year"] = _(
            "Schools have begun to enter: the plan and the year of this campaign no longer change."
        )
    return problems | _problems_beside_others(terms, campaign)


def _problems_beside_others(terms: Terms, campaign: Campaign | None) -> dict[str, str | Promise]:
    """Returns what other campaigns of the year have already: the name, or figures."""
    problems: dict[str, str | Promise] = {}
    if same := _same_name(terms, campaign):
        sentence = _("%(campaign)s is there already: give this one a name of its own.")
        problems["name"] = sentence % {"campaign": same}
    if twice := _overlaps(terms, campaign):
        problems["indicators"] = " ".join(str(overlap) for overlap in twice)
    return problems


def _same_name(terms: Terms, campaign: Campaign | None) -> Campaign | None:
    same = Campaign.objects.filter(year=terms.year, name__iexact=terms.name)
    return next((other for other in same if other != campaign), None)


def _overlaps(terms: Terms, campaign: Campaign | None) -> list[Overlap]:
    return overlaps_of_terms(
        campaign,
        year=terms.year,
        closes_at=terms.closes_at,
        indicators=terms.indicators,
        schools=list(terms.schools) or School.objects.filter(reporting_in(terms.year)),
    )


def _problems_of_what_is_asked(terms: Terms) -> dict[str, str | Promise]:
    indicators, schools = list(terms.indicators), list(terms.schools)
    if not indicators:
        sentence = _("Choose one indicator at least: a campaign asks something.")
        return {"indicators": sentence}
    if schools and not any(row.is_reported_by(at) for row in indicators for at in schools):
        return {"schools": _("None of those chosen reports any of these indicators.")}
    return {}


def _moves_under_figures(terms: Terms, campaign: Campaign) -> bool:
    moves = (terms.plan, terms.year) != (campaign.plan, campaign.year)
    return moves and has_begun(campaign)


def has_begun(campaign: Campaign) -> bool:
    return Submission.objects.filter(campaign=campaign).exists()


def _demand_sound(terms: Terms, campaign: Campaign | None = None) -> None:
    if problems := problems_of(terms, campaign):
        raise TermsRefused(problems)


@transaction.atomic
def open_campaign(*, terms: Terms, by: User) -> Campaign:
    """Opens a new campaign."""
    wait_for_other_terms()
    plan = StrategicPlan.objects.select_for_update().get(pk=terms.plan.pk)
    terms = replace(terms, plan=plan)
    _demand_sound(terms)
    campaign = Campaign()
    _store(campaign, terms)
    record(
        Event.Verb.CAMPAIGN_CHANGED,
        by=by,
        subject=campaign.code,
        act="opened",
        terms=terms.as_text(),
    )
    return campaign


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    terms: Terms,
    by: User,
    confirmed: bool = False,
    seen: str | None = None,
) -> TermsChange:
    """Gives a campaign new terms. `confirmed`: figures may be left out of the collection. `seen`:
    the mark of the terms that the page showed; None where a program changes them, without a page.
    """
    wait_for_other_terms()
    plan = StrategicPlan.objects.select_for_update().get(pk=terms.plan.pk)
    terms = replace(terms, plan=plan)
    locked = Campaign.objects.select_for_update(of=("self",)).select_related("plan")
    campaign = campaign_there(locked, campaign)
    _demand_sound(terms, campaign)
    stored = Terms.of(campaign)
    if seen not in (None, stored.mark):
        raise TermsMoved(stored)
    if (left_out := figures_left_out(campaign, terms)) and not confirmed:
        raise ConfirmationNeeded(left_out)
    _store(campaign, terms)
    changed = differences(stored, terms)
    if changed:
        record(
            Event.Verb.CAMPAIGN_CHANGED,
            by=by,
            subject=campaign.code,
            act="changed",
            changed=changed,
            left_out=left_out.total(),
        )
    return TermsChange(campaign, changed)


def differences(before: Terms, after: Terms) -> dict[str, list[Any]]:
    """Returns by term what it was and what it is."""
    old, new = before.as_text(), after.as_text()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def _store(campaign: Campaign, terms: Terms) -> None:
    """The address says the year: where that moves, no school has begun, and it moves too."""
    if campaign.year != terms.year:
        own = campaign if campaign.pk else None
        campaign.code = Campaign.objects.free_code(terms.year, terms.name, campaign=own)
    for term in fields(Terms):
        if term.name not in ("indicators", "schools"):
            setattr(campaign, term.name, getattr(terms, term.name))
    campaign.save()
    campaign.indicators.set(terms.indicators)
    campaign.schools.set(terms.schools)


def figures_left_out(campaign: Campaign, terms: Terms) -> Counter[Indicator | School]:
    """Returns how many figures the campaign would no longer collect, by what leaves."""
    typed = Figure.objects.exclude(state=Figure.State.NOT_ENTERED).filter(
        year=campaign.year,
        indicator__in=campaign.indicators.all(),
        school__in=campaign.expected_schools(),
    )
    indicators = set(terms.indicators)
    schools = set(terms.schools or School.objects.filter(reporting_in(terms.year)))
    left_out: Counter[Indicator | School] = Counter()
    for figure in typed.select_related("indicator", "school").order_by("indicator", "school"):
        if figure.indicator not in indicators:
            left_out[figure.indicator] += 1
        elif figure.school not in schools:
            left_out[figure.school] += 1
    return left_out


# --- More time for one school -------------------------------------------------------------------


def problems_of_extension(
    campaign: Campaign, school: School, closes_at: datetime, reason: str
) -> dict[str, str | Promise]:
    problems: dict[str, str | Promise] = {}
    if campaign.plan.state == PlanState.ARCHIVED:
        problems["closes_at"] = ARCHIVED
    elif not campaign.expected_schools().filter(pk=school.pk).exists():
        problems["closes_at"] = NOT_ASKED
    elif closes_at <= campaign.closes_at:
        problems["closes_at"] = _("More time ends after the closing of the campaign: choose later.")
    elif closes_at <= timezone.now():
        problems["closes_at"] = _("This moment is past: choose a later one.")
    elif twice := overlaps_of_more_time(campaign, school):
        problems["closes_at"] = " ".join(str(overlap) for overlap in twice)
    if not reason.strip():
        problems["reason"] = _("Say why more time is given.")
    return problems


@transaction.atomic
def give_extension(
    *, campaign: Campaign, school: School, closes_at: datetime, reason: str, by: User
) -> Extension:
    """Gives one school a later closing. Given again, it takes the place of the one before."""
    wait_for_other_terms()
    StrategicPlan.objects.select_for_update().get(pk=campaign.plan_id)
    campaign = campaign_there(Campaign.objects.select_for_update(), campaign)
    if problems := problems_of_extension(campaign, school, closes_at, reason):
        raise TermsRefused(problems)
    before = Extension.objects.filter(campaign=campaign, school=school).first()
    extension, _made = Extension.objects.update_or_create(
        campaign=campaign,
        school=school,
        defaults={
            "closes_at": closes_at,
            "reason": reason.strip(),
            "given_by": by,
            "given_at": timezone.now(),
        },
    )
    record(
        Event.Verb.EXTENSION_GIVEN,
        by=by,
        school=school,
        subject=campaign.code,
        closes_at=[_closing(campaign, before), as_text(closes_at)],
        reason=extension.reason,
    )
    return extension


def _closing(campaign: Campaign, extension: Extension | None) -> str:
    """Returns the closing that held for the school until now."""
    return as_text((extension or campaign).closes_at)


@transaction.atomic
def withdraw_extension(*, campaign: Campaign, school: School, by: User) -> None:
    """The school closes with the others again. There may be nothing to withdraw."""
    extension = (
        Extension.objects.select_for_update().filter(campaign=campaign, school=school).first()
    )
    if extension is None:
        return
    record(
        Event.Verb.EXTENSION_WITHDRAWN,
        by=by,
        school=school,
        subject=campaign.code,
        closes_at=[_closing(campaign, extension), as_text(campaign.closes_at)],
    )
    extension.delete()
