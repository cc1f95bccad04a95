"""What is not understood is refused at every address of the API and by every method.

A parameter, a condition or a body that is passed over is a lie: `?dry_run=true` would write.
"""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, resolve

from imtplan.accounts.models import User
from tests.test_nul import routes

BASE = "/api/v1/"
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
# Pages for people, and the answer that there is nothing at an address.
OTHERS = {"api-docs", ""}
PARTS = [
    (re.compile(r"\(\?P<pk>[^()]*\)"), "1"),
    (re.compile(r"\(\?P<\w+>[^()]*\)"), "a"),
    (re.compile(r"<int:\w+>"), "2022"),
    (re.compile(r"<[^>]*>"), "a"),
    (re.compile(r"[\^$\\]|\\Z|/\?$"), ""),
]


def address_of(route: str) -> str:
    for pattern, text in PARTS:
        route = pattern.sub(text, route)
    return f"/{route}"


def addresses() -> list[str]:
    """Every address of the API, with something in each of its places."""
    every = {address_of(route) for route in routes(get_resolver().url_patterns)}
    ours = sorted(one for one in every if one.startswith(BASE))
    return [one for one in ours if (resolve(one).url_name or "") not in OTHERS]


NOT_UNDERSTOOD: dict[str, dict[str, Any]] = {
    "a name that nobody knows": {"query": "as_off=2021-03-03"},
    "a dry run": {"query": "dry_run=true"},
    "an empty value": {"query": "format="},
    "a value given twice": {"query": "format=json&format=json"},
    "a dry run as a header": {"headers": {"X-Dry-Run": "true"}},
    "a moment as a header": {"headers": {"As-Of": "2021-03-03"}},
    "a key by a slip of the name": {"headers": {"Idempotence-Key": "7"}},
    "a version as a condition": {"headers": {"If-Match": '"3"'}},
    "a time as a condition": {"headers": {"If-Unmodified-Since": "Tue, 3 Mar 2026 10:00:00 GMT"}},
    "another method": {"headers": {"X-HTTP-Method-Override": "DELETE"}},
    "a body without a length": {"headers": {"Transfer-Encoding": "chunked"}},
}


def test_every_address_is_walked() -> None:
    walked = addresses()
    assert len(walked) > 30
    assert {f"{BASE}figures/", f"{BASE}figures/1/", f"{BASE}figures.csv"} <= set(walked)
    assert f"{BASE}entries/2022/a/a/" in walked
    assert any("explain" in one for one in walked)


@pytest.mark.parametrize("case", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_refused_everywhere(
    case: str, paul: User, client: Client
) -> None:
    client.force_login(paul)
    sent = NOT_UNDERSTOOD[case]
    asked = {
        f"{method} {address}": getattr(client, method)(
            f"{address}?{sent.get('query', '')}", headers=sent.get("headers")
        ).status_code
        for address in addresses()
        for method in METHODS
    }
    passed_over = {one: code for one, code in asked.items() if code not in (400, 411)}
    assert passed_over == {}


def test_a_question_in_a_body_is_refused(paul: User, client: Client) -> None:
    client.force_login(paul)
    body = json.dumps({"year": 2020})
    for address in addresses():
        answer = client.generic("GET", address, body, content_type="application/json")
        assert answer.status_code == 400, address


def test_what_others_send_is_no_slip_of_ours(paul: User, client: Client) -> None:
    """Browsers, proxies and Power BI send headers of their own."""
    client.force_login(paul)
    headers = {
        "Accept": "application/json",
        "If-None-Match": '"3"',
        "If-Modified-Since": "Tue, 3 Mar 2026 10:00:00 GMT",
        "Range": "bytes=0-",
        "X-Forwarded-For": "192.0.2.7",
        "X-Request-ID": "7",
        "X-Requested-With": "XMLHttpRequest",
        "Sec-Fetch-Site": "same-origin",
        "Traceparent": "00-1-1-00",
        "Prefer": "return=minimal",
        "Content-Length": "0",
    }
    assert client.get(f"{BASE}figures/", headers=headers).status_code == 200
