"""Sending the figures, taking them back, and answering what was remarked about them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from imtplan.accounts.roles import Permission, demand
from imtplan.buttons import is_pressed
from imtplan.campaigns.access import demand_entry
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.entry.pages.entry_page import EntryPage, read_page
from imtplan.campaigns.entry.remark_answers import AnswerConflict, answer_remark
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Remark, Submission
from imtplan.campaigns.review.submission_mails import who_decide
from imtplan.campaigns.review.submission_services import submit, take_back

State = Submission.State


# --- Sending ------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Ask before the figures leave the school: what is sent, to whom, and what follows."""
    place = place_of(request, campaign, school)
    demand(request, Permission.SUBMIT_FIGURES, place["school"])
    if is_pressed(request, "send"):
        _submit(request, place)
        return redirect("review", campaign=campaign, school=school)
    page = read_page(**place)
    if not _can_be_sent(page):  # the page before says why
        return redirect("review", campaign=campaign, school=school)
    unanswered = [row for row in page.remarked if row.remark.state == Remark.State.OPEN]
    readers = [person for person in who_decide(page.submission) if person != request.user]
    context = {"page": page, "unanswered": unanswered, "readers": readers}
    return render(request, "campaigns/send.html", context)


def _can_be_sent(page: EntryPage) -> bool:
    held_back = page.to_correct or page.missing or page.to_explain
    return page.state.is_open_for_entry and page.is_open and not held_back


def _submit(request: HttpRequest, place: dict[str, Any]) -> None:
    """A second click finds the figures submitted: that is no error, the receipt is on the page."""
    try:
        submit(**place, by=request.user)
    except CampaignRefusal as refusal:
        submission = Submission.objects.filter(**place).first()
        handed_in = submission and not submission.state_of_now.is_open_for_entry
        (messages.info if handed_in else messages.error)(request, refusal.message)
    else:
        messages.success(request, _("Submitted. Who validates can see it now."))


# --- Taking back --------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_figures_back(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Ask, then give the school its figures again."""
    place = place_of(request, campaign, school)
    demand(request, Permission.SUBMIT_FIGURES, place["school"])
    if is_pressed(request, "take-back"):
        return _take_back(request, place)
    page = read_page(**place)
    if not page.can_be_taken_back:
        return redirect("review", campaign=campaign, school=school)
    context = {"page": page, "receipt": page.submission.receipts.order_by("-at", "-pk").first()}
    return render(request, "campaigns/take_back.html", context)


def _take_back(request: HttpRequest, place: dict[str, Any]) -> HttpResponse:
    address = {"campaign": place["campaign"].code, "school": place["school"].code}
    try:
        take_back(**place, by=request.user)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
        return redirect("review", **address)
    messages.success(
        request, _("You have taken the figures back. Submit them again when they are right.")
    )
    return redirect("entry", **address)


# --- Answering ----------------------------------------------------------------------------------


@login_not_required  # a script cannot follow to the sign-in page: it is told, and keeps the text
@require_POST
def answer(request: HttpRequest, campaign: str, school: str, pk: int) -> HttpResponse:
    """Keep one answer, for the page's script. Always JSON, whatever happens."""
    if not request.user.is_authenticated:
        message = _("You are signed out: sign in to save.")
        return _say("signed_out", message, HTTPStatus.UNAUTHORIZED)
    if request.headers.get("X-Person", str(request.user.pk)) != str(request.user.pk):
        message = _("Somebody else signed in meanwhile: these values are not theirs.")
        return _say("other_person", message, HTTPStatus.CONFLICT)
    place = place_of(request, campaign, school)
    demand_entry(request, **place)
    about = {f"submission__{name}": row for name, row in place.items()}
    remark = get_object_or_404(Remark.objects.filter(**about), pk=pk)
    return _answer(request, remark)


def _answer(request: HttpRequest, remark: Remark) -> HttpResponse:
    text, seen = request.POST.get("answer", ""), request.POST.get("seen", "")
    try:
        kept = answer_remark(remark, text=text, by=request.user, seen=seen)
    except AnswerConflict as conflict:
        known = {"seen": conflict.remark.answer_version}
        return _say("conflict", str(conflict.message), HTTPStatus.CONFLICT, **known)
    except CampaignRefusal as refusal:
        return _say("refused", str(refusal.message), HTTPStatus.CONFLICT)
    at = f"{timezone.localtime():%H:%M}"
    label = str(kept.state_of_now.label)
    return _say("saved", "", at=at, seen=kept.answer_version, state=kept.state, label=label)


def _say(
    outcome: str, message: str, status: HTTPStatus = HTTPStatus.OK, **known: str
) -> JsonResponse:
    return JsonResponse({"outcome": outcome, "message": message} | known, status=status)
