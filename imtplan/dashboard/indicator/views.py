"""The page of an indicator."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from imtplan.dashboard.indicator.page import indicator_page
from imtplan.dashboard.page_views import demand_institute, followed


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/indicator.html", indicator_page, code)
