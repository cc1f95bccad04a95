"""The page of the queue: every school of a campaign, and what waits for a decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, demand, has_permission
from imtplan.campaigns.models import Campaign, CampaignStage
from imtplan.campaigns.review.completeness import total
from imtplan.campaigns.review.figure_arrivals import arrivals, days_late
from imtplan.campaigns.review.submission_queue import campaign_asked, filters, queue_of


@require_safe
def submissions(request: HttpRequest) -> HttpResponse:
    """Shows every school of a campaign with its state: those that wait for a decision first."""
    demand(request, Permission.READ_INSTITUTE)
    visible = Campaign.objects.visible_to(request.user).select_related("plan")
    campaigns = list(visible.order_by("-year", "-pk"))
    if not campaigns:
        return render(request, "campaigns/submissions.html", {"campaign": None})
    campaign = campaign_asked(campaigns, request.GET)
    rows = queue_of(campaign)
    state = request.GET.get("state", "")
    whole = total(row.completeness for row in rows)
    context = {
        "arrivals": arrivals(campaign, [row.school.pk for row in rows], whole.expected),
        "days_late": days_late(campaign),
        "campaign": campaign,
        "campaigns": campaigns,
        "stage": CampaignStage.of(campaign),
        "filters": filters(rows, state),
        "rows": [row for row in rows if state in ("", row.state)],
        "total": whole,
        "all_count": len(rows),
        "state": state,
        "query": "?" + urlencode({"campaign": campaign.code} | ({"state": state} if state else {})),
        "may_decide": has_permission(request.user, Permission.VALIDATE_FIGURES),
        "may_extend": has_permission(request.user, Permission.EDIT_PLAN),
    }
    return render(request, "campaigns/submissions.html", context)
