"""What may be sent to the site, before anything of it is read or stored."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

# Twice the largest workbook that is read: what is a little too large gets a sentence of its own
# page. The proxy has the same limit (docker/nginx.conf).
MAX_BODY = 4 * 1024 * 1024


class BodyLimitMiddleware:
    """Refuses a body that is too large by what it says of itself, so that none of it is stored.

    It stands before everything that reads a form: the check against forged forms reads all of it.
    A body that does not say its length would be taken for empty, and what it carries lost.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            return _refusal(request, HTTPStatus.LENGTH_REQUIRED)
        if _length(request) > MAX_BODY:
            return _refusal(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    # A number of thousands of digits is refused by int() itself.
    return int("0" + text.lstrip("0")[:20]) if text.isascii() and text.isdigit() else 0


def _refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """In the visitor's language; the middleware that sets it comes later."""
    with translation.override(translation.get_language_from_request(request)):
        if status == HTTPStatus.LENGTH_REQUIRED:
            words = _("Say how long the body is, with Content-Length.")
        elif not request.path.startswith("/api/"):
            return HttpResponse(render_to_string("413.html"), status=status)
        else:
            words = _("A body of more than 4 MB is not read.")
        return JsonResponse({"detail": words}, status=status)
