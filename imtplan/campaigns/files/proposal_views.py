"""Paste and spreadsheet before they are stored: the preview, applying it, taking it back."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.audit.models import Event
from imtplan.bilingual import reader_language
from imtplan.buttons import demand_button, is_pressed
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.entry.pages.entry_page import UNDO
from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.entry.saving import SaveOutcome, undo
from imtplan.campaigns.files.preview import preview, preview_of
from imtplan.campaigns.files.preview_decisions import Decisions
from imtplan.campaigns.files.proposals import (
    AppliedProposal,
    MeantOtherwise,
    SurpriseGrew,
    answer,
    apply,
    propose,
)
from imtplan.campaigns.files.tables.table_names import Destination
from imtplan.campaigns.files.tables.table_reader import content_of_paste
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Proposal
from imtplan.spreadsheets.tables import Unreadable
from indicators.models import Figure


@require_POST
def paste(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Shows a pasted block as a preview, in a piece of page. Nothing is stored."""
    here = place(request, campaign, school)
    demand_entry(request, **here)
    text = request.POST.get("text", "")
    if not text.strip():
        message = _("There is nothing to paste.")
        return JsonResponse({"message": message}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    destination = Destination.of(
        **here,
        language=reader_language(),
        start=request.POST.get("start", ""),
        column=request.POST.get("column", ""),
    )
    try:
        content = content_of_paste(text, destination)
    except Unreadable as refusal:
        message = str(refusal.message)
        return JsonResponse({"message": message}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    origin = Figure.Origin.PASTE
    proposal = propose(**here, content=content, origin=origin, by=request.user)
    return _piece(request, proposal)


def _piece(request: HttpRequest, proposal: Proposal) -> JsonResponse:
    shown = preview(proposal)
    html = render_to_string("campaigns/parts/proposal.html", {"proposal": shown}, request)
    return JsonResponse({"url": shown.url, "html": html, "count": shown.count_changes})


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, campaign: str, school: str, pk: int) -> HttpResponse:
    """Shows what a paste or a spreadsheet would change; `answer` says how its block is meant,
    `apply` stores it."""
    here = place(request, campaign, school)
    demand_entry(request, **here)
    waiting = Proposal.objects.waiting().select_related("campaign", "school")
    if "answer" in request.POST:
        return _answer(request, get_object_or_404(waiting, pk=pk, by=request.user, **here))
    if is_pressed(request, "apply"):
        # Applied already, by a double click: the entry page says what became of it.
        mine = Proposal.objects.select_related("campaign", "school")
        return _apply(request, get_object_or_404(mine, pk=pk, by=request.user, **here))
    shown = preview(get_object_or_404(waiting, pk=pk, by=request.user, **here))
    return render(request, "campaigns/proposal.html", {**here, "proposal": shown})


def _answer(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Reads the block anew; a script gets the piece of page, a form the whole page."""
    choice = request.POST["answer"]
    try:
        answer(proposal, int(choice) if choice.isascii() and choice.isdigit() else -1)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    proposal.refresh_from_db()
    if request.accepts("text/html"):
        return redirect(preview(proposal).url)
    return _piece(request, proposal)


def _apply(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    decisions = Decisions.of(request.POST)
    if decisions.has_unfit_text:
        # Nothing is cut, and nothing applied without it.
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _again(request, proposal, decisions, status)
    try:
        applied = apply(proposal, by=request.user, decisions=decisions)
    except MeantOtherwise as refusal:
        messages.error(request, refusal.message)
        return _again(request, proposal, decisions.words_alone)
    except SurpriseGrew as refusal:
        messages.error(request, refusal.message)
        return _again(request, proposal, decisions)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        _say_applied(request, applied, proposal)
    return redirect("entry", campaign=proposal.campaign.code, school=proposal.school.code)


def _again(
    request: HttpRequest,
    proposal: Proposal,
    decisions: Decisions,
    status: HTTPStatus = HTTPStatus.CONFLICT,
) -> HttpResponse:
    """Shows the preview as it is now, with what was typed and chosen there."""
    here = {"campaign": proposal.campaign, "school": proposal.school}
    proposal.refresh_from_db()
    shown = preview_of(proposal, read(**here), decisions)
    context = {**here, "proposal": shown, "is_again": True}
    return render(request, "campaigns/proposal.html", context, status=status)


def _say_applied(request: HttpRequest, applied: AppliedProposal, proposal: Proposal) -> None:
    """Says how many figures are stored, and by name those that are not, each with the reason."""
    count = len(applied.outcome.changed)
    stored = ngettext("%(count)s figure applied.", "%(count)s figures applied.", count)
    messages.success(request, stored % {"count": count})
    if applied.left_out:
        names = [f"{row.indicator.name} ({row.outcome.why_left_out})" for row in applied.left_out]
        sentence = ngettext(
            "%(count)s cell is not stored: %(names)s.",
            "%(count)s cells are not stored: %(names)s.",
            len(names),
        )
        messages.warning(request, sentence % {"count": len(names), "names": " · ".join(names)})
    if strays := len(proposal.strays):
        sentence = ngettext(
            "%(count)s more text belonged to no cell, and was left out.",
            "%(count)s more texts belonged to no cell, and were left out.",
            strays,
        )
        messages.warning(request, sentence % {"count": strays})
    if applied.outcome.event:
        request.session[UNDO] = applied.outcome.event.pk


@require_POST
def undo_save(request: HttpRequest, campaign: str, school: str, event: int) -> HttpResponse:
    """Take a paste or a spreadsheet back, whole."""
    here = place(request, campaign, school)
    demand_entry(request, **here)
    saves = Event.objects.filter(verb=Event.Verb.FIGURES_SAVED, actor=request.user)
    save: Any = get_object_or_404(saves, pk=event, school=here["school"], subject=campaign)
    demand_button(request, "undo")
    try:
        outcome = undo(**here, event=save, by=request.user)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        request.session.pop(UNDO, None)
        _say_undone(request, outcome)
    return redirect("entry", campaign=campaign, school=school)


def _say_undone(request: HttpRequest, outcome: SaveOutcome) -> None:
    if outcome.changed or outcome.is_clean:
        messages.success(request, _("Taken back: the figures are as they were before."))
    if not outcome.is_clean:
        sentence = _(
            "Figures that changed since, or that this campaign asks no longer, were left as they "
            "are."
        )
        messages.warning(request, sentence)
