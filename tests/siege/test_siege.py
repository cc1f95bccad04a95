"""Strangers in front of the site behind docker/nginx.conf: the others notice nothing.

`make siege` plays the whole: 200 wrong passwords from one address and 1,000 from 200, with the
product's slow hash of passwords.
"""

import os
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from imtplan.accounts.models import User
from imtplan.outbox.sending import sign_in_link
from tests.siege.conftest import PASSWORD
from tests.siege.site import HOST, Gunicorn, Nginx
from tests.siege.visitors import TOKEN, Visitor, addresses_in

FULL = os.environ.get("SIEGE") == "full"
FROM_ONE, ADDRESSES, FROM_EACH = (200, 200, 5) if FULL else (30, 40, 3)
LARGE = 400_000_000
STRANGER, SCHOOL, HOME = "127.6.6.6", "127.1.0.7", "127.2.0.23"


def attack(nginx: Nginx, email: str, addresses: Iterable[str]) -> None:
    with ThreadPoolExecutor(20) as strangers:
        tries = [
            strangers.submit(Visitor(nginx, address).tries, email, "wrong") for address in addresses
        ]
        assert {task.result() for task in tries} == {200}


def test_wrong_passwords_lock_nobody_else_out(
    people: list[User], site: Gunicorn, nginx: Nginx
) -> None:
    director, second, third = (person.email for person in people)
    own = Visitor(nginx, SCHOOL)
    assert own.comes_in(director, PASSWORD)
    own.goes_out()

    attack(nginx, director, [STRANGER] * FROM_ONE)
    assert Visitor(nginx, HOME).comes_in(director, PASSWORD)
    assert Visitor(nginx, STRANGER).comes_in(second, PASSWORD)
    attack(nginx, director, [f"127.6.{n}.1" for n in range(ADDRESSES)] * FROM_EACH)
    assert not Visitor(nginx, HOME).comes_in(director, PASSWORD)  # nor a stranger who guesses it
    assert own.comes_in(director, PASSWORD)
    assert Visitor(nginx, SCHOOL).comes_in(second, PASSWORD)
    assert Visitor(nginx, STRANGER).comes_in(third, PASSWORD)

    for log in (site.log, nginx.log):
        assert {SCHOOL, HOME, STRANGER, "127.6.1.1"} <= addresses_in(log.read_text())
        assert "6.6.6.6" not in {*addresses_in(log.read_text())} - {STRANGER}


def open_slowly(nginx: Nginx, all_of_them: ExitStack) -> None:
    """Twelve connections: half stop in their head, half in their body."""
    stranger = Visitor(nginx, STRANGER)
    head = stranger.head("POST", "/compte/login/", Content_Length=1000)
    callers = [all_of_them.enter_context(stranger.connect()) for _number in range(12)]
    for number, caller in enumerate(callers):
        caller.sendall(head[:-4] if number % 2 else head + b"login=")


def test_slow_visitors_hold_nobody_up(people: list[User], site: Gunicorn, nginx: Nginx) -> None:
    """Not one of them has reached the site when the others are answered."""
    with ExitStack() as all_of_them:
        open_slowly(nginx, all_of_them)
        assert Visitor(nginx, HOME).comes_in(people[0].email, PASSWORD)
        assert Visitor(nginx, SCHOOL).comes_in(people[1].email, PASSWORD)
        assert addresses_in(site.log.read_text()) == {HOME, SCHOOL}


@pytest.mark.parametrize("says_its_length", [True, False])
def test_a_large_body_is_stored_nowhere(
    people: list[User], site: Gunicorn, nginx: Nginx, says_its_length: bool
) -> None:
    stranger = Visitor(nginx, STRANGER)
    length = {"Content_Length": LARGE} if says_its_length else {"Transfer_Encoding": "chunked"}
    kind = "multipart/form-data; boundary=b"
    opening = f'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n{TOKEN}'
    piece = opening.encode().ljust(65_536, b"x")
    if not says_its_length:
        piece = b"10000\r\n" + piece + b"\r\n"
    with stranger.connect() as caller:
        caller.sendall(stranger.head("POST", "/compte/login/", Content_Type=kind, **length))
        with suppress(ConnectionError):  # refused while it is still talking
            for _number in range(LARGE // 65_536):
                caller.sendall(piece)
                assert sum(path.stat().st_size for path in nginx.stored()) < 8_000_000
        with suppress(ConnectionError):
            assert stranger.read(caller).status == 413
    assert Visitor(nginx, HOME).comes_in(people[0].email, PASSWORD)
    assert nginx.stored() == []
    assert [path for path in site.folder.iterdir() if path.suffix == ".upload"] == []


def test_no_log_has_the_key_of_a_link(people: list[User], site: Gunicorn, nginx: Nginx) -> None:
    path = sign_in_link(people[0]).split("://")[1].partition("/")[2]
    key = path.rstrip("/").partition("-")[2]
    visitor = Visitor(nginx, HOME)
    assert visitor.get("/" + path).status == 302
    site.stop()
    assert visitor.get("/" + path).status == 502
    site.run()
    for log in [site.log, nginx.log, *nginx.folder.glob("*.log"), *site.folder.glob("*.log")]:
        assert key not in log.read_text(), log
    assert "/compte/password/reset/key/" in nginx.log.read_text()


# --- The application's own part, without a proxy --------------------------------------------------


def test_slow_visitors_at_the_site_itself_are_cut_off(people: list[User], tmp_path: Path) -> None:
    """More than there are threads, in their head and in their body; the next one is answered."""
    part = Gunicorn(tmp_path / "gunicorn")
    part.run(worker="tests.siege.site.QuickWorker")
    head = f"POST /compte/login/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 900\r\n".encode()
    try:
        with ExitStack() as all_of_them:
            for number in range(24):
                caller = socket.create_connection(("127.0.0.1", part.port))
                all_of_them.enter_context(caller)
                caller.sendall(head if number % 2 else head + b"\r\nlogin=")
            last = all_of_them.enter_context(socket.create_connection(("127.0.0.1", part.port), 60))
            last.sendall(f"GET /compte/login/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            assert b"200 OK" in last.recv(100)
    finally:
        part.stop()
