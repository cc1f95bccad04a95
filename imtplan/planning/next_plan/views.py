"""The page that prepares the next plan from one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from imtplan.accounts.roles import Permission, demand
from imtplan.planning.act_pages import ActPage, follow
from imtplan.planning.next_plan.next_plan_form import NextPlanForm
from objectives.models import StrategicPlan


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prepare_next(request: HttpRequest, code: str) -> HttpResponse:
    """Makes a draft that follows a plan, with what of it is ticked; shows it first."""
    demand(request, Permission.EDIT_PLAN)
    plans = StrategicPlan.objects.visible_to(request.user)
    former = get_object_or_404(plans, code=code)
    page = ActPage(
        template="planning/next_plan.html",
        title=_("The plan after %(plan)s") % {"plan": former},
        back=reverse("plan", args=[former.code]),
        done=_("The draft is there. Give it its targets, then publish it."),
        extra={"parent": former, "followers": plans.filter(supersedes=former)},
    )
    return follow(
        request,
        lambda data: NextPlanForm(data, former=former),
        page,
        after=lambda draft: reverse("plan", args=[draft.code]),
    )
