"""Find the button by which a form was sent. Without one, a post does nothing."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest


def is_pressed(request: HttpRequest, name: str) -> bool:
    return request.method == "POST" and name in request.POST


def demand_button(request: HttpRequest, *names: str) -> None:
    """Raise `BadRequest`, which is answered 400, unless one of these buttons sent the post."""
    if not any(is_pressed(request, name) for name in names):
        raise BadRequest
