"""What the application says of itself: how each role works with it, who can use it, is it alive."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Submission
from imtplan.dashboard.about.health import health as read_health
from imtplan.dashboard.navigation import own_schools
from imtplan.dashboard.scope import plan_asked
from indicators.models import ProgressStatus
from objectives.models import StrategicPlan


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


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Shows every component in every state, for those who build pages; not in production."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    signs = {"statuses": ProgressStatus, "states": Submission.State}
    return render(request, "styleguide.html", signs)
