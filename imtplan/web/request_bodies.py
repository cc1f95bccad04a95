"""The bodies of requests: too large ones are refused unread, and broken ones are an error."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, BinaryIO

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

# Twice the largest workbook that is read, so that the page itself refuses one that is a little too
# large, with a sentence. The proxy has the same limit (docker/nginx.conf).
MAX_BODY = 4 * 1024 * 1024


class BodyLimitMiddleware:
    """Refuses a body by the length that it declares, before any of it is stored.

    It comes before everything that reads a form, for the check against forged forms reads all of
    it. A body without a length is refused too: it would be taken for empty, and its content lost.
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
    # int() raises on a number of thousands of digits.
    return int("0" + text.lstrip("0")[:20]) if text.isascii() and text.isdigit() else 0


def _refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Returns the answer in the visitor's language, which a later middleware sets."""
    with translation.override(translation.get_language_from_request(request)):
        if status == HTTPStatus.LENGTH_REQUIRED:
            words = _("Say how long the body is, with Content-Length.")
        elif not request.path.startswith("/api/"):
            return HttpResponse(render_to_string("413.html"), status=status)
        else:
            words = _("A body of more than 4 MB is not read.")
        return JsonResponse({"detail": words}, status=status)


Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBodies:
    """Wraps the WSGI application: a body that ends before its length raises an error.

    Servers pass on what has come as if it were all, and half a form would be stored. Django takes
    the error for a form without its key.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = _WholeInput(environ["wsgi.input"])
        return self.application(environ, start_response)


class _WholeInput:
    """Raises if it holds less than Django asks for, which is never more than Content-Length."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        if len(data) < size:
            raise ConnectionResetError("the body ended before its length")
        return data

    def readline(self, size: int) -> bytes:
        return self.stream.readline(size)
