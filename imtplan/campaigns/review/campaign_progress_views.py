"""The plan office's pages of how far its campaigns are, where their terms are changed."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from imtplan.accounts.roles import Permission, demand
from imtplan.campaigns.gate import CampaignGone, CampaignRefusal
from imtplan.campaigns.models import Campaign, CampaignStage, Submission
from imtplan.campaigns.review.completeness import rows_of, rows_of_campaigns, total
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.campaign_forms import CampaignForm, initial_of_terms
from imtplan.campaigns.terms.campaign_page import form_of, form_page, is_sent
from imtplan.campaigns.terms.campaign_services import (
    ConfirmationNeeded,
    Terms,
    TermsChange,
    TermsMoved,
    TermsRefused,
    change_campaign,
)

State = Submission.State


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Shows every campaign, the latest first, with how far it is."""
    demand(request, Permission.EDIT_PLAN)
    visible = Campaign.objects.visible_to(request.user).select_related("plan")
    rows = rows_of_campaigns(list(visible))
    return render(request, "campaigns/campaigns.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, campaign: str) -> HttpResponse:
    """Changes a campaign's terms, beside its schools, their closings and what was decided."""
    demand(request, Permission.EDIT_PLAN)
    edited = _campaign(request, campaign)
    form = form_of(request, initial_of_terms(Terms.of(edited)), edited)
    if not is_sent(request) or not form.is_valid():
        return _page(request, form, edited)
    try:
        change = change_campaign(
            campaign=edited,
            terms=form.terms().as_precise_as(Terms.of(edited)),
            by=request.user,
            confirmed="confirm" in request.POST,
            seen=request.POST.get("seen", ""),
        )
    except CampaignGone as refusal:
        messages.error(request, refusal.message)
        return redirect("campaigns")
    except (TermsRefused, TermsMoved, ConfirmationNeeded) as refusal:
        return _page(request, form, edited, refusal)
    _say_changed(request, change)
    return redirect("campaign_edit", campaign=change.campaign.code)


def _campaign(request: HttpRequest, code: str) -> Campaign:
    campaigns = Campaign.objects.visible_to(request.user).select_related("plan")
    return get_object_or_404(campaigns.prefetch_related("indicators", "schools"), code=code)


def _page(
    request: HttpRequest,
    form: CampaignForm,
    campaign: Campaign,
    refusal: CampaignRefusal | None = None,
) -> HttpResponse:
    rows = rows_of(campaign)
    facts = {
        "stage": CampaignStage.of(campaign),
        "rows": rows,
        "total": total(row.completeness for row in rows),
        "handed_in": sum(row.state in (State.SUBMITTED, State.VALIDATED) for row in rows),
    }
    return form_page(request, form, campaign, refusal, **facts)


def _say_changed(request: HttpRequest, change: TermsChange) -> None:
    if not change.changed:
        messages.info(request, _("Nothing had changed."))
        return
    messages.success(request, _("The campaign is changed."))
    closing = closings.in_paris(change.campaign.closes_at)
    if "closes_at" in change.changed and change.campaign.closes_at <= timezone.now():
        sentence = _(
            "The closing you chose, %(moment)s, is past: the campaign is closed from now on."
        )
        messages.warning(request, sentence % {"moment": closing})
    if _asks_more_of_those_who_submitted(change):
        sentence = _(
            "Schools that have submitted are not asked for the new indicators, unless their "
            "figures are returned."
        )
        messages.warning(request, sentence)


def _asks_more_of_those_who_submitted(change: TermsChange) -> bool:
    before, after = change.changed.get("indicators", ([], []))
    added: Iterable[str] = set(after) - set(before)
    handed_in = Submission.objects.filter(
        campaign=change.campaign, state__in=[State.SUBMITTED, State.VALIDATED]
    )
    return bool(added) and handed_in.exists()
