"""The page of one cell's history, from which an earlier version can be made the new one."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from imtplan.accounts.models import School
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.entry.pages.cell_history import History, history_of
from imtplan.campaigns.entry.pages.entry_page import EntryPage
from imtplan.campaigns.entry.saving import restore
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign, Submission
from indicators.models import Figure, Indicator

VERSION = re.compile(r"[1-9][0-9]{0,8}")


@require_http_methods(["GET", "HEAD", "POST"])
def history(request: HttpRequest, campaign: str, school: str, indicator: str) -> HttpResponse:
    """Shows every version of one figure, the newest first."""
    here = place(request, campaign, school)
    indicators = Indicator.objects.visible_to(request.user)
    subject = get_object_or_404(indicators, code=indicator)
    if request.method == "POST":
        demand_entry(request, **here)
        _restore(request, subject, **here)
        return redirect("history", campaign=campaign, school=school, indicator=indicator)
    cell_history = history_of(**here, indicator=subject)
    context = {**here, "history": cell_history, **_what_is_possible(request, cell_history, **here)}
    return render(request, "campaigns/history.html", context)


def _what_is_possible(
    request: HttpRequest, cell_history: History, campaign: Campaign, school: School
) -> dict[str, Any]:
    """Says whether this person may restore a version now, and if not, why."""
    begun = Submission.objects.filter(campaign=campaign, school=school).first()
    submission = begun or Submission(campaign=campaign, school=school)
    page = EntryPage(campaign=campaign, school=school, submission=submission, rows=[])
    return {
        "read_only": page.why_read_only(request.user),
        "year_label": cell_history.indicator.year_label(campaign.year),
    }


def _restore(
    request: HttpRequest, indicator: Indicator, campaign: Campaign, school: School
) -> None:
    figures = Figure.objects.visible_to(request.user)
    figure = get_object_or_404(figures, school=school, year=campaign.year, indicator=indicator)
    version, seen = (_number(request, name) for name in ("version", "seen"))
    try:
        restore(
            campaign=campaign, figure=figure, version=version, by=request.user, seen_version=seen
        )
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        sentence = _("Version %(version)s is restored, as a new version.")
        messages.success(request, sentence % {"version": version})


def _number(request: HttpRequest, name: str) -> int:
    """Reads a number of the form; what is none is a version that there never was."""
    text = request.POST.get(name, "")
    return int(text) if VERSION.fullmatch(text) else -1
