"""The pages of the flagship projects: all of them, and one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from imtplan.dashboard.page_views import demand_institute, followed
from imtplan.dashboard.projects.page import projects_page
from imtplan.dashboard.projects.project_page import project_page


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/projects.html", projects_page)


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/project.html", project_page, code)
