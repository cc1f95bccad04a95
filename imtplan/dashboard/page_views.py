"""What the views of the reading room share: who may open a page, how it follows, what is sent."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imtplan.accounts.roles import Permission, demand
from imtplan.dashboard.freshness import Freshness, follow
from imtplan.dashboard.scope import moment_asked
from indicators.past import shown_at


def demand_institute(request: HttpRequest) -> None:
    """Raises PermissionDenied unless this person may read the institute's pages."""
    demand(request, Permission.READ_INSTITUTE)


def followed(
    request: HttpRequest, template: str, make: Callable[..., Any], *codes: str
) -> HttpResponse:
    """Returns a page that an open browser keeps asking for, made of the person, the codes of the
    address, its parameters and the freshness, which is read first: the next question then sees what
    changes while the page is made. A page of the past stays as it is."""
    parameters = request.GET.dict()
    if moment := moment_asked(parameters):  # roles were read by now: those of today
        with shown_at(moment):
            page = make(request.user, *codes, parameters, Freshness.read())
            return render(request, template, {"page": page})
    freshness = Freshness.read()

    def answer(etag: str) -> HttpResponse:
        page = make(request.user, *codes, parameters, freshness)
        return render(request, template, {"page": page, "etag": etag})

    return follow(request, freshness, answer)


def attached(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
