"""The page of an objective or of a lever."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from imtplan.dashboard.element.page import element_page
from imtplan.dashboard.page_views import demand_institute, followed


@require_safe
def element(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/element.html", element_page, kind, code)
