"""The last look before submitting, the decision on what was submitted, and the queue of both."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.buttons import demand_button
from imtplan.campaigns.access import demand, may_enter
from imtplan.campaigns.access import place as place_of
from imtplan.campaigns.entry.pages.entry_page import EntryPage, EntryRow, read_page
from imtplan.campaigns.entry.remark_answers import settle_remark
from imtplan.campaigns.entry.saving import PARTS
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import Campaign, CampaignStage, Receipt, Remark, Submission
from imtplan.campaigns.review.completeness import (
    WORDS,
    Completeness,
    SchoolRow,
    total,
)
from imtplan.campaigns.review.effects.submission_effect import submission_effect
from imtplan.campaigns.review.figure_arrivals import arrivals, days_late
from imtplan.campaigns.review.submission_queue import QUEUE, campaign_asked, queue_of
from imtplan.campaigns.review.submission_services import (
    SubmittedAgain,
    handing_in_of,
    look_at,
    return_to_school,
    validate,
)
from imtplan.campaigns.terms.campaign_forms import DecisionForm
from imtplan.campaigns.terms.term_sentences import sentences_of
from indicators.models import Figure

State = Submission.State

# How many events of one school and year the history reads.
HISTORY = 500


# --- The last look ------------------------------------------------------------------------------


@never_cache
@require_safe
def review(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """Check your answers before they leave the school; then, look at them and decide.

    Who decides begins to look by opening this page, and the school can no longer take its figures
    back. A browser that only fetches the page ahead is nobody's look.
    """
    place = place_of(request, year, school)
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    may_decide = has_permission(request.user, Permission.VALIDATE_FIGURES)
    if request.method == "GET" and may_decide and not is_ahead:
        look_at(**place, by=request.user)
    return _review_page(request, read_page(**place))


@dataclass(frozen=True)
class ReviewLine:
    """A row of the page, what was remarked about it, and where a remark can be typed."""

    row: EntryRow
    remarks: list[Remark]
    field: BoundField | None = None

    @property
    def typed(self) -> list[str]:
        """The texts that stand in the cell and could not be stored."""
        kept = self.row.kept.typed if self.row.kept else {}
        return [kept[name] for name in (*PARTS, "reason") if kept.get(name)]


@dataclass(frozen=True)
class SubmissionObstacles:
    """What holds back the submission: each row under one heading, the most urgent."""

    wrong: list[EntryRow] = field(default_factory=list)
    missing: list[EntryRow] = field(default_factory=list)
    asks: list[EntryRow] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.wrong) + len(self.missing) + len(self.asks)

    @property
    def groups(self) -> list[tuple[str, list[EntryRow]]]:
        headed = [
            (_("To correct"), self.wrong),
            (_("Missing: enter the figure, or say why there is none"), self.missing),
            (_("To confirm or explain"), self.asks),
        ]
        return [(heading, rows) for heading, rows in headed if rows]


def to_do(page: EntryPage) -> SubmissionObstacles:
    wrong = [row for row in page.rows if row.is_wrong]
    missing = [row for row in page.missing if not row.is_wrong]
    asks = [row for row in page.rows if row.needs_answer and not row.is_wrong]
    return SubmissionObstacles(wrong, missing, asks)


def completeness_of(page: EntryPage) -> Completeness:
    """The page's own count, which `completeness` makes of many schools at once."""
    states = Counter(row.figure.state for row in page.rows if row.figure)
    return Completeness(
        expected=len(page.rows),
        numbers=states[Figure.State.NUMBER],
        words=sum(states[word] for word in WORDS),
        to_correct=sum(bool(row.is_wrong) for row in page.rows),
        to_explain=sum(bool(row.needs_answer) for row in page.rows),
    )


def _review_page(
    request: HttpRequest, page: EntryPage, form: DecisionForm | None = None
) -> HttpResponse:
    may_decide = has_permission(request.user, Permission.VALIDATE_FIGURES)
    decidable = may_decide and page.state in (State.SUBMITTED, State.VALIDATED)
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
        "may_settle": may_decide and page.state == State.RETURNED,
        "receipt": latest_receipt(page.submission),
        "steps": steps_of(_events(request, page)),
        "neighbours": neighbours(page) if may_decide else None,
        "effect": submission_effect(request.user, page),
    }
    wrong = form is not None and form.is_bound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "campaigns/review.html", context, status=status)


def lines_by_theme(page: EntryPage, form: DecisionForm | None) -> dict[str, list[ReviewLine]]:
    remarks = remarks_of(page.submission)
    return {
        theme: [
            ReviewLine(
                row,
                remarks.get(row.indicator.pk, []),
                form.field_of(row.indicator.code) if form else None,
            )
            for row in rows
        ]
        for theme, rows in page.themes.items()
    }


def remarks_of(submission: Submission) -> dict[int, list[Remark]]:
    """Every remark ever made, the latest first, by indicator."""
    found: dict[int, list[Remark]] = {}
    if submission.pk:
        for remark in submission.remarks.select_related("by", "answered_by"):
            found.setdefault(remark.indicator_id, []).append(remark)
    return found


def latest_receipt(submission: Submission) -> Receipt | None:
    return submission.receipts.order_by("-at", "-pk").first() if submission.pk else None


# --- The history --------------------------------------------------------------------------------


@dataclass
class ReviewStep:
    """One event, or the saves of one person between two others, told as one."""

    event: Event
    since: datetime
    codes: set[str]
    sentences: list[str]

    @property
    def is_save(self) -> bool:
        return self.event.verb == Event.Verb.FIGURES_SAVED

    @property
    def label(self) -> str | Promise:
        return self.event.get_verb_display()


def _events(request: HttpRequest, page: EntryPage) -> Iterable[Event]:
    events = Event.objects.visible_to(request.user)
    return events.filter(school=page.school, subject=str(page.campaign.year))[:HISTORY]


def steps_of(events: Iterable[Event]) -> list[ReviewStep]:
    """The latest first. Autosave makes an event of each cell: one person's become one step."""
    steps: list[ReviewStep] = []
    for event in events:
        codes = set(event.detail.get("figures", ()))
        last = steps[-1] if steps else None
        if last and _belong_together(last.event, event):
            last.since = event.at
            last.codes |= codes
        else:
            steps.append(ReviewStep(event, event.at, codes, sentences_of(event)))
    return steps


def _belong_together(one: Event, other: Event) -> bool:
    saved = Event.Verb.FIGURES_SAVED
    return one.verb == other.verb == saved and one.actor_name == other.actor_name


# --- The decision -------------------------------------------------------------------------------


@require_POST
def decide(request: HttpRequest, year: int, school: str) -> HttpResponse:
    """The directorate-general validates a school's figures, or returns them with comments."""
    place = place_of(request, year, school)
    demand(request, Permission.VALIDATE_FIGURES, place["school"])
    demand_button(request, "validate", "return")
    page = read_page(**place)
    form = DecisionForm(request.POST, indicators=[row.indicator for row in page.rows])
    if not form.is_valid():
        return _review_page(request, page, form)
    try:
        said = _decide(request, page, form)
    except CampaignRefusal as refusal:
        form.add_error(None, refusal.message)
        page = read_page(**place)
        if isinstance(refusal, SubmittedAgain):
            form.look_again(handing_in_of(page.submission))
        return _review_page(request, page, form)
    messages.success(request, said)
    return redirect("review", year=year, school=school)


def _decide(request: HttpRequest, page: EntryPage, form: DecisionForm) -> str:
    about = {"campaign": page.campaign, "school": page.school, "by": request.user}
    about["seen"] = form.cleaned_data["seen"]
    comment, remarks = form.cleaned_data["comment"], form.remarks
    if "return" in request.POST:
        if not (comment or remarks):
            raise CampaignRefusal(
                _("Say what the school should look at: on the whole, or beside a figure.")
            )
        return_to_school(**about, comment=comment, remarks=remarks)
        return _("Returned to the school with your comments.")
    if comment or remarks:
        raise CampaignRefusal(
            _("You typed comments: return the figures with them, or empty them and validate.")
        )
    validate(**about)
    return _("Validated. The figures count everywhere now.")


@require_POST
def settle(request: HttpRequest, year: int, school: str, pk: int) -> HttpResponse:
    """Who decides asks no more about one figure of those that the school has back."""
    place = place_of(request, year, school)
    demand(request, Permission.VALIDATE_FIGURES, place["school"])
    about = {f"submission__{name}": row for name, row in place.items()}
    remark = get_object_or_404(Remark.objects.filter(**about), pk=pk)
    demand_button(request, "settle")
    try:
        settle_remark(remark, by=request.user, seen=request.POST.get("seen", ""))
    except CampaignRefusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The remark is settled: the school sees it no longer as open."))
    return redirect("review", year=year, school=school)


@dataclass(frozen=True)
class Neighbours:
    """Those who wait for a decision, seen from one submission: before it and after it."""

    waiting: int
    previous: Submission | None
    following: Submission | None


def neighbours(page: EntryPage) -> Neighbours:
    """The oldest waits first. From a submission already decided, the next is the oldest."""
    waiting = list(
        Submission.objects.filter(campaign=page.campaign, state=State.SUBMITTED)
        .select_related("school")
        .order_by("submitted_at", "pk")
    )
    here = next((i for i, one in enumerate(waiting) if one.pk == page.submission.pk), None)
    if here is None:
        return Neighbours(len(waiting), None, waiting[0] if waiting else None)
    around = [None, *waiting, None]
    return Neighbours(len(waiting), around[here], around[here + 2])


# --- The queue ----------------------------------------------------------------------------------


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """Every school of a campaign with its state: those that wait for a decision first."""
    if not has_permission(request.user, Permission.READ_INSTITUTE):
        raise PermissionDenied
    found = Campaign.objects.visible_to(request.user).select_related("plan")
    campaigns = list(found.order_by("-year", "-pk"))
    if not campaigns:
        return render(request, "campaigns/submissions.html", {"campaign": None})
    campaign = campaign_asked(campaigns, request.GET.get("year", ""))
    rows = queue_of(campaign)
    asked = request.GET.get("state", "")
    whole = total(row.completeness for row in rows)
    context = {
        "arrivals": arrivals(campaign, [row.school.pk for row in rows], whole.expected),
        "days_late": days_late(campaign),
        "campaign": campaign,
        "campaigns": campaigns,
        "stage": CampaignStage.of(campaign),
        "filters": filters(rows, asked),
        "rows": [row for row in rows if asked in ("", row.state)],
        "total": whole,
        "all_count": len(rows),
        "state": asked,
        "query": "?" + urlencode({"year": campaign.year} | ({"state": asked} if asked else {})),
        "may_decide": has_permission(request.user, Permission.VALIDATE_FIGURES),
        "may_extend": has_permission(request.user, Permission.EDIT_PLAN),
    }
    return render(request, "campaigns/submissions.html", context)


@dataclass(frozen=True)
class StateFilter:
    value: str
    label: str | Promise
    count: int
    is_current: bool


def filters(rows: list[SchoolRow], asked: str) -> list[StateFilter]:
    """All, then each state that some school is in, in the order of the queue."""
    counts = Counter(row.state for row in rows)
    words = {State.SUBMITTED: _("to decide")}
    return [
        StateFilter("", _("all schools"), len(rows), not asked),
        *(
            StateFilter(state, words.get(state, state.label), counts[state], asked == state)
            for state in QUEUE
            if counts[state] or asked == state
        ),
    ]
