"""What the views of the reading room share: who may open a page, and how an open page follows."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imtplan.accounts.roles import Permission, has_permission
from imtplan.dashboard.freshness import Pulse, follow
from imtplan.dashboard.scope import moment_asked
from indicators.past import shown_at


def demand_institute(request: HttpRequest) -> None:
    """Raises PermissionDenied unless this person may read the institute's pages."""
    if not has_permission(request.user, Permission.READ_INSTITUTE):
        raise PermissionDenied


def followed(request: HttpRequest, template: str, make: Callable[[Pulse], Any]) -> HttpResponse:
    """Returns a page that an open browser keeps asking for. The pulse is taken first: what changes
    while the page is made is then seen by the next question. A page of the past stays as it is."""
    if moment := moment_asked(request.GET.dict()):  # roles were read by now: those of today
        with shown_at(moment):
            return render(request, template, {"page": make(Pulse.take())})
    pulse = Pulse.take()

    def page(etag: str) -> HttpResponse:
        return render(request, template, {"page": make(pulse), "etag": etag})

    return follow(request, pulse, page)
