"""The pages of the plan office: campaigns, their terms, and more time for one school."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.buttons import is_pressed
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.completeness import rows_of, rows_of_campaigns, total
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign, CampaignStage, Submission
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.campaign_forms import (
    CampaignForm,
    ExtensionForm,
    askable,
    initial_of_extension,
    initial_of_next,
    initial_of_terms,
    initial_of_typed,
)
from imtplan.campaigns.terms.campaign_services import (
    ConfirmationNeeded,
    Terms,
    TermsChange,
    TermsMoved,
    TermsRefused,
    change_campaign,
    differences,
    give_extension,
    open_campaign,
    withdraw_extension,
)
from indicators.models import Indicator

State = Submission.State

SHOWN_EVENTS = [
    Event.Verb.CAMPAIGN_CHANGED,
    Event.Verb.EXTENSION_GIVEN,
    Event.Verb.EXTENSION_WITHDRAWN,
]


def _demand_plan_office(request: HttpRequest) -> None:
    if not has_permission(request.user, Permission.EDIT_PLAN):
        raise PermissionDenied


def _campaign(request: HttpRequest, year: int) -> Campaign:
    found = Campaign.objects.visible_to(request.user).select_related("plan").filter(year=year)
    campaign = found.prefetch_related("indicators", "schools").latest()
    if campaign is None:
        raise Http404
    return campaign


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign, the latest first, with how far it is."""
    _demand_plan_office(request)
    found = Campaign.objects.visible_to(request.user).select_related("plan")
    rows = rows_of_campaigns(list(found))
    return render(request, "campaigns/campaigns.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """A new campaign, as the last one was, for the year after; its days are to be chosen."""
    _demand_plan_office(request)
    last = Campaign.objects.visible_to(request.user).latest()
    form = _form(request, initial_of_next(last))
    if not _is_sent(request) or not form.is_valid():
        return _form_page(request, form)
    try:
        campaign = open_campaign(terms=form.terms(), by=request.user)
    except TermsRefused as refusal:
        return _form_page(request, form, refusal=refusal)
    messages.success(request, _opened_sentence(campaign))
    return redirect("campaign_edit", year=campaign.year)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, year: int) -> HttpResponse:
    """A campaign's terms, its schools with their closings, and what was decided when by whom."""
    _demand_plan_office(request)
    campaign = _campaign(request, year)
    form = _form(request, initial_of_terms(Terms.of(campaign)), campaign)
    if not _is_sent(request) or not form.is_valid():
        return _form_page(request, form, campaign)
    try:
        change = change_campaign(
            campaign=campaign,
            terms=form.terms().as_precise_as(Terms.of(campaign)),
            by=request.user,
            confirmed="confirm" in request.POST,
            seen=request.POST.get("seen", ""),
        )
    except (TermsRefused, TermsMoved, ConfirmationNeeded) as refusal:
        return _form_page(request, form, campaign, refusal)
    _say_changed(request, change)
    return redirect("campaign_edit", year=change.campaign.year)


def _is_sent(request: HttpRequest) -> bool:
    """Sent to be stored: a button that only ticks boxes stores nothing."""
    return is_pressed(request, "store") and not is_pressed(request, "tick")


def _form(
    request: HttpRequest, initial: dict[str, Any], campaign: Campaign | None = None
) -> CampaignForm:
    if _is_sent(request):
        return CampaignForm(request.POST, user=request.user, campaign=campaign)
    if is_pressed(request, "tick"):
        indicators = askable(request.user, campaign)
        initial = initial_of_typed(request.POST, request.POST["tick"], indicators)
    return CampaignForm(initial=initial, user=request.user, campaign=campaign)


def _form_page(
    request: HttpRequest,
    form: CampaignForm,
    campaign: Campaign | None = None,
    refusal: CampaignRefusal | None = None,
) -> HttpResponse:
    """The form as it begins, or as typed with what `refusal` says of it."""
    if isinstance(refusal, TermsRefused):
        form.add_problems(refusal.problems)
    themes = options_by_theme(form)
    context = {
        "form": form,
        "question": refusal if isinstance(refusal, ConfirmationNeeded) else None,
        "moved": refusal if isinstance(refusal, TermsMoved) else None,
        "campaign": campaign,
        "last": None if campaign else Campaign.objects.visible_to(request.user).latest(),
        "themes": themes,
        "schools": options(form, "schools"),
        "asked": sum(theme.ticked for theme in themes),
        "askable": sum(len(theme.options) for theme in themes),
    }
    if campaign:
        context |= _campaign_facts(request, campaign) | _seen(request, form, campaign, refusal)
        context["history"] = _history(request, campaign, names_of(form))
    wrong = refusal or (form.is_bound and form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/campaign_form.html", context, status=status)


def _seen(
    request: HttpRequest,
    form: CampaignForm,
    campaign: Campaign,
    refusal: CampaignRefusal | None,
) -> dict[str, Any]:
    """The mark of the terms that this page shows. When they have moved since, what is stored and
    what was typed in its place; else an error in between must not hide that they moved."""
    if not isinstance(refusal, TermsMoved):
        return {"seen": request.POST.get("seen", Terms.of(campaign).mark)}
    found = differences(refusal.stored, form.terms())
    said = [_sentence(name, *pair, names_of(form)) for name, pair in found.items()]
    return {"seen": refusal.stored.mark, "different": said}


def _campaign_facts(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    rows = rows_of(campaign)
    return {
        "stage": CampaignStage.of(campaign),
        "rows": rows,
        "total": total(row.completeness for row in rows),
        "handed_in": sum(row.state in (State.SUBMITTED, State.VALIDATED) for row in rows),
    }


def _history(
    request: HttpRequest, campaign: Campaign, names: Mapping[str, str]
) -> list[tuple[Event, list[str]]]:
    events = Event.objects.visible_to(request.user).filter(
        verb__in=SHOWN_EVENTS, subject=str(campaign.year)
    )
    return [(event, sentences_of(event, names)) for event in events.select_related("school")[:50]]


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
    return [BoxOption(one, str(one.pk) in ticked) for one in form.fields[name].queryset]


def names_of(form: CampaignForm) -> dict[str, str]:
    """The names behind the codes that the audit keeps."""
    values = [one.value for name in ("indicators", "schools") for one in options(form, name)]
    return {value.code: str(value) for value in values}


def options_by_theme(form: CampaignForm) -> list[ThemeOptions]:
    """The indicators' boxes under their themes, both in their order."""
    grouped: dict[str, list[BoxOption]] = {theme: [] for theme in Indicator.Theme.values}
    year = form.year_shown
    for one in options(form, "indicators"):
        label = one.value.year_label(year) if year else ""
        grouped[one.value.theme].append(replace(one, year_label=label))
    return [
        ThemeOptions(code, Indicator.Theme(code).label, found)
        for code, found in grouped.items()
        if found
    ]


# --- What is said afterwards --------------------------------------------------------------------


def _opened_sentence(campaign: Campaign) -> str:
    words = {"year": campaign.year, "moment": closings.moment(campaign.opens_at)}
    if CampaignStage.of(campaign) == CampaignStage.PLANNED:
        return _("The campaign %(year)s is made. It opens on %(moment)s.") % words
    return _("The campaign %(year)s is made and open since %(moment)s.") % words


def _say_changed(request: HttpRequest, change: TermsChange) -> None:
    if not change.changed:
        messages.info(request, _("Nothing had changed."))
        return
    messages.success(request, _("The campaign is changed."))
    closing = closings.in_paris(change.campaign.closes_at)
    if "closes_at" in change.changed and change.campaign.closes_at <= timezone.now():
        said = _("The closing you chose, %(moment)s, is past: the campaign is closed from now on.")
        messages.warning(request, said % {"moment": closing})
    if _asks_more_of_those_who_submitted(change):
        said = _(
            "Schools that have submitted are not asked for the new indicators, unless the "
            "directorate-general returns their figures."
        )
        messages.warning(request, said)


def _asks_more_of_those_who_submitted(change: TermsChange) -> bool:
    before, after = change.changed.get("indicators", ([], []))
    added: Iterable[str] = set(after) - set(before)
    handed_in = Submission.objects.filter(
        campaign=change.campaign, state__in=[State.SUBMITTED, State.VALIDATED]
    )
    return bool(added) and handed_in.exists()


NO_NAMES: Mapping[str, str] = {}

NAMES = {
    "plan": gettext_lazy("Plan"),
    "year": gettext_lazy("Year"),
    "opens_at": gettext_lazy("Opening"),
    "closes_at": gettext_lazy("Closing"),
    "indicators": gettext_lazy("Indicators"),
    "schools": gettext_lazy("Schools"),
    "entered_by": gettext_lazy("Who may enter"),
}


def sentences_of(event: Event, names: Mapping[str, str] = NO_NAMES) -> list[str]:
    """What an event of a campaign changed, from what to what, a sentence for each term."""
    changed = dict(event.detail.get("changed", {}))
    if closing := event.detail.get("closes_at"):
        changed["closes_at"] = closing
    said = [_sentence(name, *pair, names) for name, pair in changed.items()]
    if left_out := event.detail.get("left_out"):
        said.append(_("Figures no longer collected: %(count)s") % {"count": left_out})
    return said


def _sentence(name: str, before: Any, after: Any, names: Mapping[str, str]) -> str:
    words = {"name": NAMES.get(name, name)}
    if name in ("indicators", "schools"):
        before, after = (
            sorted(names.get(code, code) for code in codes) for codes in (before, after)
        )
        words |= {"changes": _list_changes(before, after)}
        return _("%(name)s: %(changes)s") % words
    words |= {"before": _shown(name, before), "after": _shown(name, after)}
    return _("%(name)s: %(before)s → %(after)s") % words


def _list_changes(before: list[str], after: list[str]) -> str:
    """Which came and which went. An empty list of schools is every own school."""
    if not (before and after):
        return " → ".join(", ".join(some) or _("every own school") for some in (before, after))
    came = [f"+ {name}" for name in after if name not in before]
    return ", ".join(came + [f"− {name}" for name in before if name not in after])


def _shown(name: str, value: Any) -> str:
    if name.endswith("_at") and (at := parse_datetime(value)):
        return closings.in_paris(at) if name == "closes_at" else closings.moment(at)
    if name == "entered_by":
        return str(Campaign.EnteredBy(value).label)
    return str(value)


# --- More time for one school -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """A later closing for one school, with its reason, or its withdrawal."""
    _demand_plan_office(request)
    place = place_of(request, year, school)
    if "withdraw" in request.POST:
        withdraw_extension(**place, by=request.user)
        said = _("%(school)s closes with the others again.")
        messages.success(request, said % {"school": place["school"]})
        return redirect("campaign_edit", year=year)
    return _give_extension(request, place)


def _give_extension(request: HttpRequest, place: dict[str, Any]) -> HttpResponse:
    campaign, school = place["campaign"], place["school"]
    given = campaign.extension_of(school)
    is_given = is_pressed(request, "give")
    form = ExtensionForm(request.POST if is_given else None, initial=initial_of_extension(given))
    if is_given and form.is_valid():
        try:
            extension = give_extension(
                **place,
                closes_at=form.cleaned_data["closes_at"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except TermsRefused as refusal:
            form.add_problems(refusal.problems)
        else:
            words = {"school": school, "moment": closings.in_paris(extension.closes_at)}
            messages.success(request, _("%(school)s may enter until %(moment)s.") % words)
            return redirect("campaign_edit", year=campaign.year)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"campaign": campaign, "school": school, "form": form, "given": given}
    return render(request, "campaigns/extension.html", context, status=status)
