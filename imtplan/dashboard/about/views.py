"""What the application says of itself: how each role works with it, and who can use it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Submission
from imtplan.dashboard.navigation import own_schools
from imtplan.dashboard.scope import plan_asked
from indicators.models import ProgressStatus
from objectives.models import StrategicPlan


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What this person comes here for, in steps; and the words of the pages, for everybody."""
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
    """The statement of accessibility, for whoever comes here, signed in or not."""
    return render(request, "dashboard/accessibility.html")
