"""Find the address of the visitor, when proxies are between the visitor and us."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class VisitorAddressMiddleware:
    """Puts the visitor's address in REMOTE_ADDR, where everything reads it, the access log too.

    It is the first middleware. Each proxy adds to X-Forwarded-For the address that called it, so
    the last TRUSTED_PROXIES entries are true, and the first of these is the visitor's. The visitor
    may have written the entries before it. With 0 the header is not read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = forwarded_address(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if forwarded:
            request.META["REMOTE_ADDR"] = forwarded
        return self.get_response(request)


def forwarded_address(header: str) -> str:
    """Returns the visitor's address by the trusted proxies; "" if an entry is no address, or if
    the request did not pass all of them: a health check on the machine itself."""
    trusted = settings.TRUSTED_PROXIES
    entries = header.split(",")
    if trusted < 1 or len(entries) < trusted:
        return ""
    return plain_address(entries[-trusted])


def plain_address(entry: str) -> str:
    """Returns the address of "192.0.2.7", "192.0.2.7:5123" or "[2001:db8::7]:5123"; else ""."""
    text = entry.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
