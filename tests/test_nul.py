"""No address breaks where a text in it holds a NUL, which PostgreSQL cannot store or compare."""

import re
from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from imtplan.accounts.models import User

# What stands for a part of an address: a text takes the NUL, a number is one.
PARTS = [
    (re.compile(r"<int:\w+>"), "2022"),
    (re.compile(r"<[^>]*>"), "a%00b"),
    (re.compile(r"\(\?P<\w+>[^()]*(?:\([^()]*\)[^()]*)*\)"), "a%00b"),
    (re.compile(r"[\^$]|\\Z|/\?$"), ""),
    (re.compile(r"\\"), ""),
]
NAMES = "year school theme indicator objective q search page at as_of plan flavour state ordering"


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def address(route: str) -> str:
    for pattern, text in PARTS:
        route = pattern.sub(text, route)
    return f"/{route}"


ADDRESSES = sorted({address(route) for route in routes(get_resolver().url_patterns)})


def test_no_address_breaks_over_a_nul(paul: User, client: Client) -> None:
    client.force_login(paul)
    client.raise_request_exception = False
    query = "&".join(f"{name}=a%00b" for name in NAMES.split())
    with_text = [one for one in ADDRESSES if "%00" in one]
    assert len(with_text) > 20
    asked = [*with_text, *(f"{one}?{query}" for one in ADDRESSES)]
    broken = {one: code for one in asked if (code := client.get(one).status_code) >= 500}
    assert broken == {}
