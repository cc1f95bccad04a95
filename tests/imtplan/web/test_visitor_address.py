"""Whose address is counted and logged, behind as many proxies as the setting says."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from imtplan.web.visitor_address import VisitorAddressMiddleware


def address_of(trusted: int, header: str | None, settings: Any) -> str:
    settings.TRUSTED_PROXIES = trusted
    headers = {} if header is None else {"x-forwarded-for": header}
    request = RequestFactory(headers=headers, REMOTE_ADDR="10.0.0.1").get("/")

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    return VisitorAddressMiddleware(view)(request).content.decode()


@pytest.mark.parametrize(
    ("trusted", "header", "address"),
    [
        (0, "192.0.2.7", "10.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "6.6.6.6, 192.0.2.7", "192.0.2.7"),  # the visitor wrote the first one
        (2, "192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "6.6.6.6,192.0.2.7,10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", "10.0.0.1"),  # not through both: it may have been written by anybody
        (1, None, "10.0.0.1"),  # the health check
        (1, "", "10.0.0.1"),
        (1, "unknown", "10.0.0.1"),
        (1, "192.0.2.7:5123", "192.0.2.7"),
        (1, "2001:DB8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:5123", "2001:db8::7"),
        (1, "192.0.2.7\x00", "10.0.0.1"),
        (-1, "192.0.2.7", "10.0.0.1"),
    ],
)
def test_the_last_entries_are_the_proxies_own(
    trusted: int, header: str | None, address: str, settings: Any
) -> None:
    assert address_of(trusted, header, settings) == address
