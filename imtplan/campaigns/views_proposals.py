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
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Proposal
from imtplan.campaigns.pasting import Unplaceable, cells_of_paste
from imtplan.campaigns.proposals import Preview, apply, preview, propose
from imtplan.campaigns.saving import SaveOutcome, undo
from imtplan.campaigns.views import UNDO
from indicators.models import Figure


@require_POST
def paste(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """A pasted block as a preview, in a piece of page. Nothing is stored."""
    here = place(request, year, school)
    demand_entry(request, **here)
    try:
        cells, strays = cells_of_paste(
            request.POST.get("text", ""),
            indicators=here["campaign"].asked_indicators(),
            start=request.POST.get("start", ""),
            column=request.POST.get("column", ""),
            year=year,
        )
    except Unplaceable as refusal:
        return JsonResponse({"message": str(refusal)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    proposal = propose(
        **here, cells=cells, strays=strays, origin=Figure.Origin.PASTE, by=request.user
    )
    shown = preview(proposal)
    html = render_to_string("campaigns/parts/proposal.html", {"proposal": shown}, request)
    return JsonResponse({"url": shown.url, "html": html, "count": shown.count_changes})


@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, year: int, school: str, pk: int) -> HttpResponse:
    """What a paste or a spreadsheet would change; `apply` stores it."""
    here = place(request, year, school)
    demand_entry(request, **here)
    waiting = Proposal.objects.waiting().select_related("campaign", "school")
    if request.method == "POST":
        # Applied already, by a double click: the entry page says what became of it.
        mine = Proposal.objects.select_related("campaign", "school")
        return _apply(request, get_object_or_404(mine, pk=pk, by=request.user, **here))
    one = get_object_or_404(waiting, pk=pk, by=request.user, **here)
    return render(request, "campaigns/proposal.html", {**here, "proposal": preview(one)})


def _apply(request: HttpRequest, one: Proposal) -> HttpResponse:
    try:
        outcome = apply(one, by=request.user)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        _say_applied(request, outcome, preview(one))
    return redirect("entry", year=one.campaign.year, school=one.school.code)


def _say_applied(request: HttpRequest, outcome: SaveOutcome, shown: Preview) -> None:
    count = len(outcome.changed)
    said = ngettext("%(count)s figure applied.", "%(count)s figures applied.", count)
    messages.success(request, said % {"count": count})
    if refused := shown.count_refused:
        said = ngettext(
            "%(count)s cell was refused and is not stored.",
            "%(count)s cells were refused and are not stored.",
            refused,
        )
        messages.warning(request, said % {"count": refused})
    if outcome.event:
        request.session[UNDO] = outcome.event.pk


@require_POST
def undo_save(request: HttpRequest, year: int, school: str, event: int) -> HttpResponse:
    """Take a paste or a spreadsheet back, whole."""
    here = place(request, year, school)
    demand_entry(request, **here)
    saves = Event.objects.filter(verb=Event.Verb.FIGURES_SAVED, actor=request.user)
    one: Any = get_object_or_404(saves, pk=event, school=here["school"], subject=str(year))
    try:
        outcome = undo(**here, event=one, by=request.user)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        request.session.pop(UNDO, None)
        _say_undone(request, outcome)
    return redirect("entry", year=year, school=school)


def _say_undone(request: HttpRequest, outcome: SaveOutcome) -> None:
    messages.success(request, _("Taken back: the figures are as they were before."))
    if outcome.conflicts:
        messages.warning(request, _("Figures that changed since were left as they are."))
