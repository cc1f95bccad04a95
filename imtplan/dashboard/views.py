"""The reading room. Each view begins with who may open it; nothing here writes."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from imtplan.accounts.roles import Permission, has_permission
from imtplan.campaigns.models import Submission
from imtplan.dashboard.about.health import health as read_health
from imtplan.dashboard.element.page import element_page
from imtplan.dashboard.freshness import Pulse, follow
from imtplan.dashboard.indicator.page import indicator_page
from imtplan.dashboard.matrix.page import matrix_page
from imtplan.dashboard.navigation import own_schools
from imtplan.dashboard.overview.page import dashboard_page
from imtplan.dashboard.projects.page import projects_page
from imtplan.dashboard.projects.project_page import project_page
from imtplan.dashboard.school.page import school_page
from imtplan.dashboard.school.schools_page import school_directory
from imtplan.dashboard.scope import moment_asked
from indicators.models import ProgressStatus
from indicators.past import shown_at


def _demand_institute(request: HttpRequest) -> None:
    if not has_permission(request.user, Permission.READ_INSTITUTE):
        raise PermissionDenied


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where each role begins its work."""
    if has_permission(request.user, Permission.READ_INSTITUTE):
        return redirect("dashboard")
    schools = own_schools(request.user)
    if len(schools) == 1:
        return redirect("school_home", school=schools[0].code)
    return render(request, "dashboard/home.html", {"schools": schools})


def _followed(request: HttpRequest, template: str, make: Any) -> HttpResponse:
    """A page that an open browser keeps asking for. The pulse is taken first: what changes
    while the page is made is then seen by the next question. A page of the past stays as it is."""
    if moment := moment_asked(request.GET.dict()):  # roles were read by now: those of today
        with shown_at(moment):
            return render(request, template, {"page": make(Pulse.take())})
    pulse = Pulse.take()

    def page(etag: str) -> HttpResponse:
        return render(request, template, {"page": make(pulse), "etag": etag})

    return follow(request, pulse, page)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/dashboard.html",
        lambda pulse: dashboard_page(request.user, request.GET.dict(), pulse),
    )


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/indicator.html",
        lambda pulse: indicator_page(request.user, code, request.GET.dict(), pulse),
    )


@require_safe
def element(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """An objective or a lever."""
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/element.html",
        lambda pulse: element_page(request.user, kind, code, request.GET.dict(), pulse),
    )


@require_safe
def schools(request: HttpRequest) -> HttpResponse:
    """Which schools are behind, and where to find each."""
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/schools.html",
        lambda pulse: school_directory(request.user, request.GET.dict(), pulse),
    )


@require_safe
def school(request: HttpRequest, code: str) -> HttpResponse:
    """For the institute's people, and for those of the school: another school's is not there."""
    return _followed(
        request,
        "dashboard/school.html",
        lambda pulse: school_page(request.user, code, request.GET.dict(), pulse),
    )


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/project.html",
        lambda pulse: project_page(request.user, code, request.GET.dict(), pulse),
    )


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/matrix.html",
        lambda pulse: matrix_page(request.user, request.GET.dict(), pulse),
    )


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    _demand_institute(request)
    return _followed(
        request,
        "dashboard/projects.html",
        lambda pulse: projects_page(request.user, request.GET.dict(), pulse),
    )


@never_cache
@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 as long as the database answers: the site works without its queue, only later."""
    try:
        return JsonResponse(read_health())
    except DatabaseError:
        return JsonResponse({"database": "down"}, status=503)


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages; not in production."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    signs = {"statuses": ProgressStatus, "states": Submission.State}
    return render(request, "styleguide.html", signs)
