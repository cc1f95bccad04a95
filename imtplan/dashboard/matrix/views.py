"""The page of indicators by schools."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from imtplan.dashboard.matrix.page import matrix_page
from imtplan.dashboard.page_views import demand_institute, followed


@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    demand_institute(request)
    return followed(request, "dashboard/matrix.html", matrix_page)
