"""The page of the dashboard, and the address where everybody begins."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.dashboard.navigation import own_schools
from imtplan.dashboard.overview.page import dashboard_page
from imtplan.dashboard.page_views import demand_institute, followed


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Leads each role to where its work begins."""
    if has_permission(request.user, Permission.READ_INSTITUTE):
        return redirect("dashboard")
    schools = own_schools(request.user)
    if len(schools) == 1:
        return redirect("school_home", school=schools[0].code)
    return render(request, "dashboard/home.html", {"schools": schools})


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/dashboard.html", dashboard_page)
