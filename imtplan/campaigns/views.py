"""The pages of the yearly collection. Who may see a page is settled in its first line."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from imtplan.accounts.models import School
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.campaigns.entry import EntryPage, read_again, read_page
from imtplan.campaigns.forms import ReturnForm
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.services import (
    CampaignRefusal,
    SaveOutcome,
    SubmissionIncomplete,
    return_to_school,
    save_figures,
    submit,
    validate,
)
from indicators.models import Figure


def _place(request: HttpRequest, year: int, school: str) -> dict[str, Any]:
    """The campaign and the school of an address; 404 for what this person may not see."""
    campaign = Campaign.objects.visible_to(request.user).filter(year=year).latest()
    if campaign is None:
        raise Http404
    schools = School.objects.visible_to(request.user)
    return {"campaign": campaign, "school": get_object_or_404(schools, code=school)}


def _demand(request: HttpRequest, permission: Permission, school: School) -> None:
    """Seen but not allowed: 403."""
    if not has_permission(request.user, permission, school=school):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """The school's form. Whatever is wrong with a row, the others are stored."""
    place = _place(request, year, school)
    if request.method != "POST":
        return _entry_page(request, read_page(**place))
    _demand(request, Permission.ENTER_FIGURES, place["school"])
    page = read_page(**place, data=request.POST)
    try:
        outcome = _save(request, page)
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
        return _entry_page(request, page, status=HTTPStatus.CONFLICT)
    to_correct = page.to_correct > 0 or not outcome.is_clean
    _say_saved(request, outcome, silent=to_correct or "review" in request.POST)
    if to_correct:
        page = read_again(page, request.POST, outcome)
        return _entry_page(request, page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    following = "review" if "review" in request.POST else "entry"
    return redirect(following, year=year, school=school)


def _save(request: HttpRequest, page: EntryPage) -> SaveOutcome:
    return save_figures(
        campaign=page.campaign,
        school=page.school,
        cells=[row.form.cell() for row in page.rows if row.form.is_valid()],
        by=request.user,
        origin=Figure.Origin.FORM,
    )


def _say_saved(request: HttpRequest, outcome: SaveOutcome, *, silent: bool) -> None:
    """How many figures were stored. `silent`: the page itself says why there are none."""
    if count := len(outcome.changed):
        said = ngettext("%(count)s figure saved.", "%(count)s figures saved.", count)
        messages.success(request, said % {"count": count})
    elif not silent:
        messages.info(request, _("Nothing had changed."))


def _entry_page(
    request: HttpRequest, page: EntryPage, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "page": page,
        "read_only": page.why_read_only(request.user),
        "may_submit": has_permission(request.user, Permission.SUBMIT_FIGURES, school=page.school),
    }
    return render(request, "campaigns/entry.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """Check your answers, then submit: the last look before the figures leave the school."""
    place = _place(request, year, school)
    if request.method == "POST":
        _demand(request, Permission.SUBMIT_FIGURES, place["school"])
        try:
            submit(**place, by=request.user)
        except SubmissionIncomplete as refusal:
            names = ", ".join(indicator.name for indicator in refusal.missing)
            messages.error(request, f"{refusal.message} {names}")
        except CampaignRefusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Submitted. The directorate-general can see it now."))
        return redirect("review", year=year, school=school)
    page = read_page(**place)
    context = {
        "page": page,
        "read_only": page.why_read_only(request.user),
        "missing": [
            row.indicator
            for row in page.rows
            if row.figure is None or row.figure.state == Figure.State.NOT_ENTERED
        ],
        "may_submit": has_permission(request.user, Permission.SUBMIT_FIGURES, **_school(place)),
        "may_decide": has_permission(request.user, Permission.VALIDATE_FIGURES),
        "decidable": [Submission.State.SUBMITTED, Submission.State.VALIDATED],
        "return_form": ReturnForm(),
        "events": Event.objects.visible_to(request.user).filter(
            school=place["school"], subject=str(year)
        )[:30],
    }
    return render(request, "campaigns/review.html", context)


def _school(place: dict[str, Any]) -> dict[str, School]:
    return {"school": place["school"]}


@require_POST
def decide(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """The directorate-general validates a school's figures, or returns them with a comment."""
    place = _place(request, year, school)
    _demand(request, Permission.VALIDATE_FIGURES, place["school"])
    try:
        if "return" in request.POST:
            return_to_school(**place, by=request.user, comment=request.POST.get("comment", ""))
            messages.success(request, _("Returned to the school with your comment."))
        else:
            validate(**place, by=request.user)
            messages.success(request, _("Validated. The figures count everywhere now."))
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    return redirect("review", year=year, school=school)


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """Every school of the latest campaign with its state, for the people of the institute."""
    if not has_permission(request.user, Permission.READ_INSTITUTE):
        raise PermissionDenied
    campaign = Campaign.objects.visible_to(request.user).latest()
    rows = Submission.objects.of_every_school(campaign) if campaign else []
    return render(
        request,
        "campaigns/submissions.html",
        {"campaign": campaign, "submissions": rows},
    )
