"""The language of a page: the person's choice, else the cookie's or the browser's, else French."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from imtplan.accounts.services import remember_language


class PersonLocaleMiddleware:
    """Stands after authentication, so that a person's own choice comes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.user.is_authenticated and request.user.language
        language = chosen or translation.get_language_from_request(request)
        if request.user.is_authenticated and not chosen:
            remember_language(language, of=request.user)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not chosen:
            response.headers["Vary"] = ", ".join(
                filter(None, [response.headers.get("Vary"), "Accept-Language"])
            )
        return response
