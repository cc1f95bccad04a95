"""The pages of the schools: all of them, and one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from imtplan.dashboard.page_views import demand_institute, followed
from imtplan.dashboard.school.page import school_page
from imtplan.dashboard.school.schools_page import school_directory


@require_safe
def schools(request: HttpRequest) -> HttpResponse:
    """Shows which schools are behind, and where to find each."""
    demand_institute(request)
    return followed(request, "dashboard/schools.html", school_directory)


@require_safe
def school(request: HttpRequest, code: str) -> HttpResponse:
    """Shows it to the institute's people and to the school's own; to others it is not there."""
    return followed(request, "dashboard/school.html", school_page, code)
