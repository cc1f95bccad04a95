"""Set the language of a page, remember the browser, and undo signs that turn a text around.

The language is the person's choice, else the cookie's or the browser's, else French. A form is read
in the language of the page that sent it, which says so: "1,234" is another number in each, and the
person may have chosen another language in another window since.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from imtplan.accounts.known_devices import remember_device
from imtplan.accounts.services import remember_language
from imtplan.direction_signs import straight_page


class KnownDeviceMiddleware:
    """Writes the cookie of the browser after a sign-in: see `known_devices`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if account := getattr(request, "signed_in_account", ""):
            remember_device(request, response, account)
        return response


class PersonLocaleMiddleware:
    """Sets the language; it comes after authentication, for a person's own choice comes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.user.is_authenticated and request.user.language
        language = chosen or translation.get_language_from_request(request)
        if request.user.is_authenticated and not chosen:
            remember_language(language, of=request.user)
        language = _of_the_page(request) or language
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not chosen:
            response.headers["Vary"] = ", ".join(
                filter(None, [response.headers.get("Vary"), "Accept-Language"])
            )
        return response


def _of_the_page(request: HttpRequest) -> str:
    """Returns the language of the page that sends this form; "" if it does not say."""
    if request.method != "POST":
        return ""
    try:
        shown = request.headers.get("X-Page-Language") or request.GET.get("shown-in", "")
    except SuspiciousOperation:  # the view itself refuses such an address, in its own way
        return ""
    return shown if shown in dict(settings.LANGUAGES) else ""


class StraightMiddleware:
    """Replaces the signs that turn a text around, by anybody: see `imtplan.direction_signs`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page:
            return response
        body = straight_page(response.content)
        if body != response.content:
            response.content = body
            response.headers["Content-Length"] = str(len(body))
        return response
