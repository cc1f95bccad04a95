"""The page of a campaign's terms: its form, its boxes, and what was decided when by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from imtplan.audit.models import Event
from imtplan.buttons import is_pressed
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign
from imtplan.campaigns.terms.campaign_forms import CampaignForm, askable, initial_of_typed
from imtplan.campaigns.terms.campaign_services import (
    ConfirmationNeeded,
    Terms,
    TermsMoved,
    TermsRefused,
    differences,
)
from imtplan.campaigns.terms.term_sentences import sentence_of_term, sentences_of
from indicators.models import Indicator

SHOWN_EVENTS = [
    Event.Verb.CAMPAIGN_CHANGED,
    Event.Verb.EXTENSION_GIVEN,
    Event.Verb.EXTENSION_WITHDRAWN,
]


def is_sent(request: HttpRequest) -> bool:
    """Says whether it is sent to be stored: a button that only ticks boxes stores nothing."""
    return is_pressed(request, "store") and not is_pressed(request, "tick")


def form_of(
    request: HttpRequest, initial: dict[str, Any], campaign: Campaign | None = None
) -> CampaignForm:
    if is_sent(request):
        return CampaignForm(request.POST, user=request.user, campaign=campaign)
    if is_pressed(request, "tick"):
        indicators = askable(request.user, campaign)
        initial = initial_of_typed(request.POST, request.POST["tick"], indicators)
    return CampaignForm(initial=initial, user=request.user, campaign=campaign)


def form_page(
    request: HttpRequest,
    form: CampaignForm,
    campaign: Campaign | None = None,
    refusal: CampaignRefusal | None = None,
    **facts: Any,
) -> HttpResponse:
    """Returns the page of the form as it begins, or as typed with what `refusal` says of it.

    `facts`: what the page says of a campaign beside its terms.
    """
    if isinstance(refusal, TermsRefused):
        form.add_problems(refusal.problems)
    themes = options_by_theme(form)
    context = {
        "form": form,
        "question": refusal if isinstance(refusal, ConfirmationNeeded) else None,
        "moved": refusal if isinstance(refusal, TermsMoved) else None,
        "campaign": campaign,
        **({"last": None} if campaign else _of_new(request, form)),
        "themes": themes,
        "schools": options(form, "schools"),
        "asked": sum(theme.ticked for theme in themes),
        "askable": sum(len(theme.options) for theme in themes),
    }
    if campaign:
        context |= facts | _seen(request, form, campaign, refusal)
        context["history"] = _history(request, campaign, names_of(form))
    wrong = refusal or (form.is_bound and form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/campaign_form.html", context, status=status)


def _of_new(request: HttpRequest, form: CampaignForm) -> dict[str, Any]:
    """Returns the plan that a new campaign is filled in from, and that plan's own last one."""
    plans = form.fields["plan"].queryset
    chosen = str(form["plan"].value())
    plan = next((plan for plan in plans if str(plan.pk) == chosen), None)
    last = Campaign.objects.visible_to(request.user).filter(plan=plan).latest()
    return {"plans": plans, "filled_from": plan, "last": last}


def _seen(
    request: HttpRequest,
    form: CampaignForm,
    campaign: Campaign,
    refusal: CampaignRefusal | None,
) -> dict[str, Any]:
    """Returns the mark of the terms that this page shows. When they have moved since, what is
    stored and what was typed in its place; else an error in between must not hide that they
    moved."""
    if not isinstance(refusal, TermsMoved):
        return {"seen": request.POST.get("seen", Terms.of(campaign).mark)}
    different = differences(refusal.stored, form.terms())
    sentences = [sentence_of_term(name, *pair, names_of(form)) for name, pair in different.items()]
    return {"seen": refusal.stored.mark, "different": sentences}


def _history(
    request: HttpRequest, campaign: Campaign, names: Mapping[str, str]
) -> list[tuple[Event, list[str]]]:
    events = Event.objects.visible_to(request.user).filter(
        verb__in=SHOWN_EVENTS, subject__in=_codes(campaign)
    )
    return [(event, sentences_of(event, names)) for event in events.select_related("school")[:50]]


def _codes(campaign: Campaign) -> set[str]:
    """Returns its address, and those it had before its year was changed."""
    return {campaign.code, *campaign.events.values_list("code", flat=True)}


@dataclass(frozen=True)
class BoxOption:
    """A box of the form. An indicator says beside its name which year is meant."""

    value: Any
    is_ticked: bool
    year_label: str = ""


@dataclass(frozen=True)
class ThemeOptions:
    code: str
    label: str | Promise
    options: list[BoxOption]

    @property
    def ticked(self) -> int:
        return sum(option.is_ticked for option in self.options)


def options(form: CampaignForm, name: str) -> list[BoxOption]:
    ticked = form.ticked(name)
    return [BoxOption(choice, str(choice.pk) in ticked) for choice in form.fields[name].queryset]


def names_of(form: CampaignForm) -> dict[str, str]:
    """Returns the names behind the codes that the audit keeps."""
    values = [option.value for name in ("indicators", "schools") for option in options(form, name)]
    return {value.code: str(value) for value in values}


def options_by_theme(form: CampaignForm) -> list[ThemeOptions]:
    """Returns the indicators' boxes under their themes, both in their order."""
    grouped: dict[str, list[BoxOption]] = {theme: [] for theme in Indicator.Theme.values}
    year = form.year_shown
    for option in options(form, "indicators"):
        label = option.value.year_label(year) if year else ""
        grouped[option.value.theme].append(replace(option, year_label=label))
    return [
        ThemeOptions(code, Indicator.Theme(code).label, options_here)
        for code, options_here in grouped.items()
        if options_here
    ]
