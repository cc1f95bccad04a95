"""An act is named by the button that does it: a post that names none does nothing."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest


def is_pressed(request: HttpRequest, name: str) -> bool:
    return request.method == "POST" and name in request.POST


def demand_button(request: HttpRequest, *names: str) -> None:
    """400 for a post that no button of the page sent."""
    if not any(is_pressed(request, name) for name in names):
        raise BadRequest
