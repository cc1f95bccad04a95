"""The key of a link that signs in stands in no log."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

from imtplan.web.logs import GunicornLogger, KeysHidden, without_keys

LINK = "/compte/password/reset/key/1a-cx2f9-0123456789abcdef/"
HIDDEN = "/compte/password/reset/key/1a-…/"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (LINK, HIDDEN),
        (f"GET {LINK}?next=/ HTTP/1.1", f"GET {HIDDEN}?next=/ HTTP/1.1"),
        (f"https://plan.example.org{LINK}", f"https://plan.example.org{HIDDEN}"),
        ("/compte/password/reset/key/1a-set-password/", None),
        ("/compte/password/reset/", None),
        ("/", None),
    ],
)
def test_the_key_gives_way_to_a_mark(written: str, kept: str | None) -> None:
    assert without_keys(written) == (kept or written)


def test_gunicorn_logs_the_address_without_the_key() -> None:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": LINK,
        "PATH_INFO": LINK,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://plan.example.org{LINK}",
        "REMOTE_ADDR": "192.0.2.7",
    }
    answer = SimpleNamespace(status="302 Found", headers=[("Location", LINK)], sent=0)
    duration = SimpleNamespace(seconds=0, microseconds=5)
    request = SimpleNamespace(headers=[("REFERER", LINK)])
    atoms = GunicornLogger(Config()).atoms(answer, request, environ, duration)
    assert "0123456789abcdef" not in str(atoms)
    assert (atoms["r"], atoms["h"]) == (f"GET {HIDDEN} HTTP/1.1", "192.0.2.7")


def test_djangos_own_lines_have_no_key_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(KeysHidden())
    logging.getLogger("django.request").error("Internal Server Error: %s", LINK)
    assert f"Internal Server Error: {HIDDEN}" in caplog.text
    assert "0123456789abcdef" not in caplog.text


def test_every_handler_has_the_filter(settings: Any) -> None:
    for handler in settings.LOGGING["handlers"].values():
        assert handler["filters"] == ["keys"]
