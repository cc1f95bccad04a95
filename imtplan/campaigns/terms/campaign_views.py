"""The pages on which the plan office makes a campaign and gives one school more time."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import demand_button, is_pressed
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.gate import CampaignGone, CampaignRefusal
from imtplan.campaigns.models import Campaign, CampaignStage
from imtplan.campaigns.terms import closings
from imtplan.campaigns.terms.campaign_deletion import delete_campaign, obstacle_to_deleting
from imtplan.campaigns.terms.campaign_forms import (
    ExtensionForm,
    initial_of_extension,
    initial_of_next,
    proposed_plan,
)
from imtplan.campaigns.terms.campaign_page import form_of, form_page, is_sent
from imtplan.campaigns.terms.campaign_services import (
    TermsRefused,
    give_extension,
    open_campaign,
    withdraw_extension,
)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Makes a new campaign as the last one of its plan was, for the year after; its days are to be
    chosen. Another plan in the address proposes what is that plan's."""
    demand(request, Permission.EDIT_PLAN)
    code = request.GET.get("plan", "")
    plan = proposed_plan(request.user, code)
    if code and plan is None:
        raise Http404
    form = form_of(request, initial_of_next(request.user, plan))
    if not is_sent(request) or not form.is_valid():
        return form_page(request, form)
    try:
        campaign = open_campaign(terms=form.terms(), by=request.user)
    except TermsRefused as refusal:
        return form_page(request, form, refusal=refusal)
    messages.success(request, _opened_sentence(campaign))
    return redirect("campaign_edit", campaign=campaign.code)


def _opened_sentence(campaign: Campaign) -> str:
    words = {"year": campaign.label, "moment": closings.moment(campaign.opens_at)}
    if CampaignStage.of(campaign) == CampaignStage.PLANNED:
        return _("The campaign %(year)s is made. It opens on %(moment)s.") % words
    return _("The campaign %(year)s is made and open since %(moment)s.") % words


@require_http_methods(["GET", "HEAD", "POST"])
def deletion(request: HttpRequest, campaign: str) -> HttpResponse:
    """Asks first, then deletes a campaign in which nothing was typed; of another one it says that
    it stays."""
    demand(request, Permission.EDIT_PLAN)
    here = get_object_or_404(Campaign.objects.visible_to(request.user), code=campaign)
    obstacle: str | Promise = obstacle_to_deleting(here)
    if request.method == "POST":
        demand_button(request, "delete")
        name = str(here)
        try:
            delete_campaign(campaign=here, by=request.user)
        except CampaignGone as refusal:
            messages.error(request, str(refusal.message))
            return redirect("campaigns")
        except CampaignRefusal as refusal:
            obstacle = refusal.message
        else:
            messages.success(request, _("Deleted: %(what)s.") % {"what": name})
            return redirect("campaigns")
    status = HTTPStatus.CONFLICT if obstacle and request.method == "POST" else HTTPStatus.OK
    context = {"campaign": here, "obstacle": obstacle}
    return render(request, "campaigns/campaign_delete.html", context, status=status)


# --- More time for one school -------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Gives one school a later closing, with its reason, or takes it back."""
    demand(request, Permission.EDIT_PLAN)
    place = place_of(request, campaign, school)
    if "withdraw" in request.POST:
        withdraw_extension(**place, by=request.user)
        sentence = _("%(school)s closes with the others again.")
        messages.success(request, sentence % {"school": place["school"]})
        return redirect("campaign_edit", campaign=campaign)
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
        except CampaignGone as refusal:
            messages.error(request, refusal.message)
            return redirect("campaigns")
        except TermsRefused as refusal:
            form.add_problems(refusal.problems)
        else:
            words = {"school": school, "moment": closings.in_paris(extension.closes_at)}
            messages.success(request, _("%(school)s may enter until %(moment)s.") % words)
            return redirect("campaign_edit", campaign=campaign.code)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"campaign": campaign, "school": school, "form": form, "given": given}
    return render(request, "campaigns/extension.html", context, status=status)
