"""The autosave: one cell in, what became of it out. Always JSON, whatever happens."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from imtplan.accounts.models import School
from imtplan.audit.models import Event
from imtplan.campaigns.access import demand_entry, place
from imtplan.campaigns.entry.checking.cells import CellFinding
from imtplan.campaigns.entry.forms import FigureForm, as_typed, initial_of
from imtplan.campaigns.entry.idempotency import KeptAnswer, KeyedRequest, KeyTooLong
from imtplan.campaigns.entry.kept_inputs import as_seen, keep, texts_of, unseen
from imtplan.campaigns.entry.kept_inputs import in_words as kept_in_words
from imtplan.campaigns.entry.pages.entry_page import comparisons, in_words, total_of_parts
from imtplan.campaigns.entry.reading import SchoolFigures, read
from imtplan.campaigns.entry.saving import PARTS, SaveOutcome, store
from imtplan.campaigns.gate import CampaignRefusal, locked
from imtplan.campaigns.models import Campaign, KeptInput
from indicators.models import Figure, Indicator

SUGGESTED = (Figure.State.NOT_AVAILABLE, Figure.State.NOT_APPLICABLE)


@login_not_required  # a script cannot follow to the sign-in page: it is told, and keeps the values
@require_POST
def save_cell(request: HttpRequest, campaign: str, school: str, indicator: str) -> HttpResponse:
    """Store one cell. The same Idempotency-Key with the same content counts once."""
    if not request.user.is_authenticated:
        return _say(
            "signed_out", _("You are signed out: sign in to save."), HTTPStatus.UNAUTHORIZED
        )
    if request.headers.get("X-Person", str(request.user.pk)) != str(request.user.pk):
        message = _("Somebody else signed in meanwhile: these values are not theirs.")
        return _say("other_person", message, HTTPStatus.CONFLICT)
    here = place(request, campaign, school)
    demand_entry(request, **here)
    try:
        keyed = KeyedRequest.of(request)
    except KeyTooLong as refusal:
        return _say("refused", str(refusal.message), HTTPStatus.BAD_REQUEST)
    try:
        answer = _answer(request, keyed, indicator, **here)
    except CampaignRefusal as refusal:
        answer = keyed.answered_before(refusal)
        if answer is None:
            return _say("refused", str(refusal.message), HTTPStatus.CONFLICT)
    return JsonResponse(answer.content, status=answer.status)


def _say(outcome: str, message: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"outcome": outcome, "message": message}, status=status)


@transaction.atomic
def _answer(
    request: HttpRequest, keyed: KeyedRequest, code: str, campaign: Campaign, school: School
) -> KeptAnswer:
    indicators = campaign.asked_of(school)
    indicator = next((row for row in indicators if row.code == code), None)
    if indicator is None:
        raise Http404
    locked(campaign, school, act=Event.Verb.FIGURES_SAVED, by=request.user)
    reading = read(campaign, school, indicators)
    return keyed.once(lambda: _save(request, indicator, reading))


def _save(request: HttpRequest, indicator: Indicator, reading: SchoolFigures) -> KeptAnswer:
    form = FigureForm(request.POST, indicator=indicator)
    is_valid = form.is_valid()
    texts, key = as_typed(indicator, request.POST), form.cleaned_data.get("kept")
    if theirs := unseen(reading, indicator, texts, key):
        return _unseen(request, theirs, reading)
    if not is_valid:
        return _kept(request, form, [], reading)
    cell = as_seen(form.cell(), reading)
    outcome = store([cell], reading, by=request.user, origin=Figure.Origin.FORM)
    if findings := outcome.refused.get(indicator.code):
        return _kept(request, form, findings, reading)
    return _stored(request, indicator, outcome)


def _kept(
    request: HttpRequest, form: FigureForm, findings: list[CellFinding], reading: SchoolFigures
) -> KeptAnswer:
    """What was typed cannot be stored: it stays as typed, and the figure as it was."""
    indicator = form.indicator
    keep(reading, {indicator: as_typed(indicator, request.POST)}, by=request.user)
    wrong = _wrong(form) or [finding.as_json() for finding in findings]
    content = _content("kept", indicator, reading) | {"findings": wrong}
    content["message"] = " ".join(str(finding["message"]) for finding in wrong)
    content["kept"] = _beside(reading.kept[indicator.pk], reading.figure(indicator))
    return KeptAnswer(HTTPStatus.UNPROCESSABLE_ENTITY, content)


def _wrong(form: FigureForm) -> list[dict[str, Any]]:
    """Returns each error of the form as a finding. `suggest`: a word typed as a number."""
    return [
        {
            "level": "impossible",
            "code": error.code or "form",
            "part": part,
            "message": " ".join(error.messages),
            "answered": False,
            "suggest": {"word": error.code} if error.code in SUGGESTED else {},
        }
        for part, errors in form.errors.as_data().items()
        for error in errors
    ]


def _beside(kept: KeptInput, figure: Figure | None) -> dict[str, Any]:
    """Returns what is stored beside a text that is only kept, and who typed the text when."""
    return {
        "key": kept.pk,
        "shown": in_words(figure) if figure else "",
        "who": str(kept.by or ""),
        "at": _moment(kept.at),
    }


def _unseen(request: HttpRequest, kept: KeptInput, reading: SchoolFigures) -> KeptAnswer:
    """Another text is kept here, which the page did not show: both are, from now on."""
    is_own = kept.by == request.user
    theirs = {
        "kept": kept.pk,
        "own": is_own,
        "who": str(kept.by or ""),
        "at": _moment(kept.at),
        "shown": kept_in_words(kept),
        "typed": texts_of(kept.typed),
    }
    message = _("Somebody else typed something else here after you opened the page.")
    if is_own:
        message = _("You typed something else here in another window.")
    content = _content("conflict", kept.indicator, reading)
    return KeptAnswer(HTTPStatus.CONFLICT, content | {"message": message, "theirs": theirs})


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def _stored(request: HttpRequest, indicator: Indicator, outcome: SaveOutcome) -> KeptAnswer:
    if theirs := outcome.conflicts.get(indicator.code):
        content = _content("conflict", indicator, outcome.reading) | _conflict(request, theirs)
        return KeptAnswer(HTTPStatus.CONFLICT, content)
    word = "saved" if outcome.changed else "unchanged"
    return KeptAnswer(HTTPStatus.OK, _content(word, indicator, outcome.reading))


def _content(outcome: str, indicator: Indicator, reading: SchoolFigures) -> dict[str, Any]:
    """Returns what the page needs to show the row as it is now."""
    figure = reading.figure(indicator)
    beside = comparisons(indicator, reading)
    return {
        "outcome": outcome,
        "message": "",
        "at": f"{timezone.localtime():%H:%M}",
        "version": figure.version if figure else None,
        "typed": _numbers(figure),
        "findings": _findings(indicator, reading),
        "beside": {row.code: _findings(row, reading) for row in reading.judged_beside(indicator)},
        "change": beside["change"],
        "ratio": beside["ratio"],
        "totals": {
            row.code: total for row in reading.indicators if (total := total_of_parts(row, reading))
        },
        "page": reading.counts,
    }


def _findings(indicator: Indicator, reading: SchoolFigures) -> list[dict[str, Any]]:
    return [finding.as_json() for finding in reading.findings(indicator)]


def _numbers(figure: Figure | None) -> dict[str, str]:
    """Returns the numbers by field as they were understood, for the page to write them back."""
    return {name: text for name, text in initial_of(figure).items() if name in PARTS}


def _conflict(request: HttpRequest, theirs: Figure) -> dict[str, Any]:
    """Both are shown, and nothing is overwritten until somebody chooses. One's own other window is
    called by that name."""
    is_own = theirs.entered_by == request.user
    message = _("Somebody else changed this figure after you opened the page.")
    if is_own:
        message = _("You changed this figure in another window.")
    typed = {name: text for name, text in initial_of(theirs).items() if name != "version"}
    return {
        "message": message,
        "theirs": {
            "own": is_own,
            "who": theirs.author,
            "at": _moment(theirs.entered_at),
            "shown": in_words(theirs),
            "version": theirs.version,
            "typed": typed,
        },
    }
