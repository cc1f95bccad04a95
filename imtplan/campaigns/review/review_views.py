"""The last look before submitting, and the decision on what was submitted."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imtplan.accounts.roles import Permission, demand, has_permission
from imtplan.buttons import demand_button
from imtplan.campaigns.access import may_enter
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.entry.pages.entry_page import EntryPage, read_page
from imtplan.campaigns.entry.remark_answers import settle_remark
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import CampaignStage, Remark, Submission
from imtplan.campaigns.review.decision_form import DecisionForm
from imtplan.campaigns.review.effects.submission_effect import submission_effect
from imtplan.campaigns.review.review_page import (
    completeness_of,
    events_of,
    latest_receipt,
    lines_by_theme,
    neighbours,
    steps_of,
    to_do,
)
from imtplan.campaigns.review.submission_services import (
    SUBMITTED_BY_YOU,
    SubmittedAgain,
    handing_in_of,
    look_at,
    return_to_school,
    validate,
)

State = Submission.State

# --- The last look ------------------------------------------------------------------------------


@never_cache
@require_safe
def review(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Check your answers before they leave the school; then, look at them and decide.

    Who decides begins to look by opening this page, and the school can no longer take its figures
    back. A browser that only fetches the page ahead is nobody's look.
    """
    place = place_of(request, campaign, school)
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    may_decide = has_permission(request.user, Permission.VALIDATE_FIGURES, school=place["school"])
    if request.method == "GET" and may_decide and not is_ahead:
        look_at(**place, by=request.user)
    return _review_page(request, read_page(**place))


def _review_page(
    request: HttpRequest, page: EntryPage, form: DecisionForm | None = None
) -> HttpResponse:
    may_decide = has_permission(request.user, Permission.VALIDATE_FIGURES, school=page.school)
    decides_everywhere = has_permission(request.user, Permission.VALIDATE_FIGURES)
    is_own = page.submission.is_handed_in_by(request.user)
    decidable = may_decide and not is_own and page.state in (State.SUBMITTED, State.VALIDATED)
    if decidable and form is None:
        form = DecisionForm(
            initial={"seen": handing_in_of(page.submission)},
            indicators=[row.indicator for row in page.rows],
        )
    context = {
        "page": page,
        "form": form if decidable else None,
        "unsent": None if decidable else form,
        "themes": lines_by_theme(page, form if decidable else None),
        "to_do": to_do(page),
        "completeness": completeness_of(page),
        "commented": page.remarked,
        "stage": CampaignStage.of(page.campaign),
        "may_change": not page.why_read_only(request.user),
        "may_enter": may_enter(request.user, page.campaign, page.school),
        "may_submit": has_permission(request.user, Permission.SUBMIT_FIGURES, school=page.school),
        "may_extend": has_permission(request.user, Permission.EDIT_PLAN),
        "may_decide": may_decide,
        "submitted_by_you": SUBMITTED_BY_YOU if may_decide and is_own else "",
        "may_settle": may_decide and page.state == State.RETURNED,
        "receipt": latest_receipt(page.submission),
        "steps": steps_of(events_of(request.user, page)),
        "neighbours": neighbours(page) if decides_everywhere else None,
        "effect": submission_effect(request.user, page),
    }
    wrong = form is not None and form.is_bound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/review.html", context, status=status)


# --- The decision -------------------------------------------------------------------------------


@require_POST
def decide(request: HttpRequest, campaign: str, school: str) -> HttpResponse:
    """Validates what a school or the institute submitted, or returns it with comments."""
    place = place_of(request, campaign, school)
    demand(request, Permission.VALIDATE_FIGURES, place["school"])
    demand_button(request, "validate", "return")
    page = read_page(**place)
    form = DecisionForm(request.POST, indicators=[row.indicator for row in page.rows])
    if not form.is_valid():
        return _review_page(request, page, form)
    try:
        sentence = _decide(request, page, form)
    except CampaignRefusal as refusal:
        form.add_error(None, refusal.message)
        page = read_page(**place)
        if isinstance(refusal, SubmittedAgain):
            form.look_again(handing_in_of(page.submission))
        return _review_page(request, page, form)
    messages.success(request, sentence)
    return redirect("review", campaign=campaign, school=school)


def _decide(request: HttpRequest, page: EntryPage, form: DecisionForm) -> str:
    about = {"campaign": page.campaign, "school": page.school, "by": request.user}
    about["seen"] = form.cleaned_data["seen"]
    comment, remarks = form.cleaned_data["comment"], form.remarks
    if "return" in request.POST:
        if not (comment or remarks):
            raise CampaignRefusal(
                _("Say what is to be looked at again: on the whole, or beside a figure.")
            )
        return_to_school(**about, comment=comment, remarks=remarks)
        return _("Returned with your comments.")
    if comment or remarks:
        raise CampaignRefusal(
            _("You typed comments: return the figures with them, or empty them and validate.")
        )
    validate(**about)
    return _("Validated. The figures count everywhere now.")


@require_POST
def settle(request: HttpRequest, campaign: str, school: str, pk: int) -> HttpResponse:
    """Who decides asks no more about one figure of those that the school has back."""
    place = place_of(request, campaign, school)
    demand(request, Permission.VALIDATE_FIGURES, place["school"])
    about = {f"submission__{name}": row for name, row in place.items()}
    remark = get_object_or_404(Remark.objects.filter(**about), pk=pk)
    demand_button(request, "settle")
    try:
        settle_remark(remark, by=request.user, seen=request.POST.get("seen", ""))
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The remark is settled: it no longer stands as open."))
    return redirect("review", campaign=campaign, school=school)
