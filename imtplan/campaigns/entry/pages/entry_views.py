"""The entry page: a school's form, whole. Who may see a page is settled in its first line."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.entry.forms import FigureForm, as_typed
from imtplan.campaigns.entry.kept_inputs import as_seen, keep, unseen
from imtplan.campaigns.entry.pages.entry_page import UNDO, EntryPage, forms_of, read_page
from imtplan.campaigns.entry.reading import SchoolFigures, read
from imtplan.campaigns.entry.remark_answers import answer_typed
from imtplan.campaigns.entry.saving import SaveOutcome, store
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.models import Campaign, KeptInput
from indicators.models import Figure


@never_cache  # the browser's "back" shows what is stored now, with the versions to type on
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Shows the school's form, and stores what is typed in it. A wrong row holds up no other."""
    here = place(request, campaign, school)
    if request.method != "POST":
        return _entry_page(request, read_page(**here))
    demand_entry(request, **here)
    try:
        outcome = _save(request, **here)
        answers = answer_typed(**here, typed=request.POST, by=request.user)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
        page = read_page(**here, data=request.POST)
        return _entry_page(request, page, status=HTTPStatus.CONFLICT)
    page = read_page(**here, data=request.POST, outcome=outcome)
    _say_answered(request, len(answers))
    silent = bool(page.unstored or answers or "review" in request.POST)
    _say_saved(request, outcome, silent=silent)
    if page.unstored:
        return _entry_page(request, page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(_following(request, campaign, school))


def _following(request: HttpRequest, campaign: str, school: str) -> str:
    """Returns the page before submitting; or this one, at the remark whose answer was kept."""
    following = "review" if "review" in request.POST else "entry"
    code = request.POST.get("answer", "")
    place = f"#remark-{quote(code)}" if code else ""
    return reverse(following, args=[campaign, school]) + place


@transaction.atomic
def _save(request: HttpRequest, campaign: Campaign, school: School) -> SaveOutcome:
    """Store what can be stored, and keep the rest as typed, where nothing unseen gives way."""
    locked(campaign, school, act=Event.Verb.FIGURES_SAVED, by=request.user)
    reading = read(campaign, school)
    every = forms_of(reading.indicators, request.POST)
    hidden = {form: kept for form in every if (kept := _unseen(form, reading))}
    forms = [form for form in every if form not in hidden]
    outcome = store(
        [as_seen(form.cell(), reading) for form in forms if form.is_valid()],
        reading,
        by=request.user,
        origin=Figure.Origin.FORM,
    )
    outcome.unseen = {form.indicator.code: kept for form, kept in hidden.items()}
    refused = [form for form in forms if _is_refused(form, outcome)]
    typed = {form.indicator: as_typed(form.indicator, form.data) for form in refused}
    keep(reading, typed, by=request.user)
    return outcome


def _unseen(form: FigureForm, reading: SchoolFigures) -> KeptInput | None:
    form.full_clean()
    typed = as_typed(form.indicator, form.data)
    return unseen(reading, form.indicator, typed, form.cleaned_data.get("kept"))


def _is_refused(form: FigureForm, outcome: SaveOutcome) -> bool:
    return not form.is_valid() or form.indicator.code in outcome.refused


def _say_saved(request: HttpRequest, outcome: SaveOutcome, *, silent: bool) -> None:
    """Says how many figures were stored. `silent`: the page itself says why there are none."""
    if count := len(outcome.changed):
        sentence = ngettext("%(count)s figure saved.", "%(count)s figures saved.", count)
        messages.success(request, sentence % {"count": count})
    elif not silent:
        messages.info(request, _("Nothing had changed."))


def _say_answered(request: HttpRequest, count: int) -> None:
    if count:
        sentence = ngettext("%(count)s answer kept.", "%(count)s answers kept.", count)
        messages.success(request, sentence % {"count": count})


def _entry_page(
    request: HttpRequest, page: EntryPage, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context: Mapping[str, Any] = {
        "page": page,
        "read_only": page.why_read_only(request.user),
        "may_submit": has_permission(request.user, Permission.SUBMIT_FIGURES, school=page.school),
        "undo_event": _undo_event(request, page),
    }
    return render(request, "campaigns/entry.html", context, status=status)


def _undo_event(request: HttpRequest, page: EntryPage) -> Event | None:
    """Returns the last paste or spreadsheet of this person, as long as they stay signed in."""
    key = request.session.get(UNDO)
    if key is None:
        return None
    return Event.objects.filter(
        pk=key, actor=request.user, school=page.school, subject=page.campaign.code
    ).first()
