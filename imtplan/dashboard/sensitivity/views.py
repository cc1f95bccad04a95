"""What moves the plan: other weights, tried in the address and stored nowhere."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from imtplan.costly_questions import costly_question
from imtplan.dashboard.page_views import demand_institute
from imtplan.dashboard.sensitivity.page import sensitivity_page


@require_safe
def sensitivity(request: HttpRequest) -> HttpResponse:
    """A form sends all its fields: the address that is left names only what differs. What is not
    understood is said, and the address stays as it came."""
    demand_institute(request)
    with costly_question():
        page = sensitivity_page(request.user, request.GET)
    if page is None or page.tried.errors or page.tried.unknown:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if page else HTTPStatus.OK
        return render(request, "dashboard/sensitivity.html", {"page": page}, status=status)
    address = page.tried.address(request.GET)
    if address != request.GET.urlencode():
        return HttpResponseRedirect(f"{request.path}?{address}" if address else request.path)
    return render(request, "dashboard/sensitivity.html", {"page": page})
