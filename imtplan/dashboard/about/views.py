"""What the application says of itself: how each role works with it, who can use it, is it alive."""

from decimal import Decimal

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.files.cell_outcomes import CellOutcome
from imtplan.campaigns.models import CampaignStage, Submission
from imtplan.dashboard.about.health import health as read_health
from imtplan.dashboard.navigation import own_schools
from imtplan.dashboard.scope import plan_asked
from indicators.explaining.progress_explanation import ProgressMark
from indicators.models import ProgressStatus
from objectives.models import PlanState, StrategicPlan


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Shows what this person comes here for, in steps; and the words of the pages, for all."""
    plans = list(StrategicPlan.objects.visible_to(request.user))
    return render(
        request,
        "dashboard/guide.html",
        {
            "enters": bool(own_schools(request.user)),
            "reads": has_permission(request.user, Permission.READ_INSTITUTE),
            "edits": has_permission(request.user, Permission.EDIT_PLAN),
            "plan": plan_asked(plans, {}),
            "statuses": ProgressStatus,
            "states": Submission.State,
        },
    )


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Shows the statement of accessibility to whoever comes here, signed in or not."""
    return render(request, "dashboard/accessibility.html")


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Returns 200 as long as the database answers: the site works without its queue, only later."""
    try:
        return JsonResponse(read_health())
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)


# The bars of the style guide: what each shows, its status, how far, and how far it should be.
BARS = [
    (_("On the way: 72 of 80 expected"), ProgressStatus.ON_TRACK, "0.72", "0.8"),
    (_("Late: 51 of 80 expected"), ProgressStatus.AT_RISK, "0.51", "0.8"),
    (_("Far behind: 36 of 80 expected"), ProgressStatus.OFF_TRACK, "0.36", "0.8"),
    (_("Beyond the target: 140, the bar is full"), ProgressStatus.ACHIEVED, "1.4", "0.8"),
    (_("Behind the baseline: −20, the bar is empty"), ProgressStatus.OFF_TRACK, "-0.2", "0.8"),
    (_("The year of the target is over"), ProgressStatus.MISSED, "0.64", "1"),
    (_("Nothing reported: no bar, the mark stays"), ProgressStatus.NO_DATA, None, "0.8"),
    (_("No target"), ProgressStatus.NO_TARGET, None, None),
    (_("Not computable"), ProgressStatus.NOT_COMPUTABLE, None, None),
]
# The signs of a cell of the entry, as its row names them.
CELL_SIGNS = ["wrong", "conflict", "asks", "typing", "waiting", "signed_out", "unsaved", "number"]
CELL_SIGNS += ["not_available", "not_applicable", "empty"]


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Shows every component in every state, for those who build pages; not in production."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    signs = {
        "statuses": ProgressStatus,
        "states": Submission.State,
        "stages": CampaignStage,
        "lives": PlanState,
        "outcomes": CellOutcome,
        "marks": ProgressMark,
        "cell_signs": CELL_SIGNS,
        "bars": [
            (label, status, progress and Decimal(progress), expected and Decimal(expected))
            for label, status, progress, expected in BARS
        ],
    }
    return render(request, "styleguide.html", signs)
