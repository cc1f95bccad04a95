"""Read the text of one variable, or say what is wrong with it.

A message never contains a secret, nor an error of a library, which may quote it.
"""

import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ

SWITCH = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)
CHECKOUT = Path(__file__).resolve().parents[2]
# Django's own checks for production ask as much of a key.
KEY_LENGTH, KEY_VARIETY = 50, 5
# Django reads the Host of a request by this rule, so any other name would never match.
HOST_NAME = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[a-f0-9:.]+\]", re.IGNORECASE)
ORIGIN = re.compile(r"https?://(\*\.)?([a-z0-9.-]+|\[[a-f0-9:.]+\])(:\d{1,5})?", re.IGNORECASE)
MAIL_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
STRAY_PERCENT = re.compile(r"%(?![0-9a-f]{2})", re.IGNORECASE)
QUOTED_LENGTH = 80
SMTP = ("smtp", "smtp+tls", "smtp+ssl")
MAIL_SCHEMES = (*SMTP, "filemail", "consolemail", "memorymail")
QUOTING = (
    "cannot be taken apart (in a user's name or password write %2F for /, %23 for #, %3F for ?, "
    "%40 for @, %3A for : and %25 for %)"
)


class ValueRefused(ValueError):
    """The value is refused; `reason` continues a sentence that begins with the variable's name."""

    def __init__(self, reason: str, *, variable: str = "") -> None:
        super().__init__(reason)
        self.variable = variable


def quoted(text: str) -> str:
    """Returns the value in quotes, unless a password may be in it."""
    return repr(text) if "@" not in text and len(text) <= QUOTED_LENGTH else "what it should not be"


# --- Plain values ---------------------------------------------------------------------------------


def switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        raise ValueRefused(f"is {quoted(text)}, neither true nor false")
    return SWITCH[text.lower()]


def number_below(end: int) -> Callable[[str], int]:
    """Reads a whole number from 0 to below `end`."""

    def read(text: str) -> int:
        if text not in map(str, range(end)):
            raise ValueRefused(f"is {quoted(text)}, no number from 0 to {end - 1}")
        return int(text)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueRefused(f"is {quoted(text)}, none of the words it may be")
        return text

    return read


def folder(text: str) -> str:
    """Returns the whole path; one without / at the beginning counts from the checkout."""
    return str(CHECKOUT / text)


def sender(text: str) -> str:
    if "\n" in text or not MAIL_ADDRESS.fullmatch(parseaddr(text)[1]):
        raise ValueRefused("holds no e-mail address alone")
    return text


def key(text: str) -> str:
    if len(text) < KEY_LENGTH:
        raise ValueRefused(f"is shorter than {KEY_LENGTH} characters, and could be guessed")
    if len(set(text)) < KEY_VARIETY:
        raise ValueRefused("repeats a few characters, and could be guessed")
    return text


# --- Names and addresses of the site --------------------------------------------------------------


def items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def host_names(text: str) -> list[str]:
    for name in items(text):
        if not HOST_NAME.fullmatch(name):
            raise ValueRefused(f"holds {quoted(name)}, not the name of a host alone")
    return items(text)


def origins(text: str) -> list[str]:
    for origin in items(text):
        if not ORIGIN.fullmatch(origin):
            raise ValueRefused(f"holds {quoted(origin)}, not https:// and a name")
    return items(text)


def site_address(text: str) -> str:
    """Returns the address without a slash at its end, for the paths begin with one."""
    address = text.rstrip("/")
    if not ORIGIN.fullmatch(address) or "*" in address:
        raise ValueRefused(f"is {quoted(text)}, not https:// and a name")
    return address


# --- Services, whose addresses hold passwords -----------------------------------------------------


def parts_of(text: str, schemes: tuple[str, ...]) -> SplitResult:
    """Returns the parts of an address, whose host and port are readable; else `ValueRefused`."""
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        raise ValueRefused("has a space, a line break or a sign that cannot be seen in it")
    if not text.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ValueRefused(f"begins with none of {', '.join(f'{name}://' for name in schemes)}")
    try:
        parts = urlsplit(text)
        parts.port, parts.hostname  # noqa: B018 - read for their errors
    except ValueError:  # it quotes the address
        raise ValueRefused(QUOTING) from None
    if parts.fragment or STRAY_PERCENT.search(parts.netloc):
        raise ValueRefused(QUOTING)
    return parts


def refuse_a_torn_password(parts: SplitResult) -> None:
    """Refuses an unescaped `/` or `?` in a password, which ends that part of the address."""
    if "@" in parts.path + parts.query:
        raise ValueRefused(QUOTING)


def database(text: str) -> dict[str, Any]:
    parts = parts_of(text, ("postgres", "postgresql"))
    refuse_a_torn_password(parts)
    if not re.fullmatch(r"/[^/]+", parts.path):
        raise ValueRefused("names no database")
    return dict(environ.Env.db_url_config(text))


def owner_database(text: str) -> dict[str, Any]:
    """Returns the owner's database; {} if one role owns the tables and runs the site."""
    return database(text) if text else {}


def queue(text: str) -> str:
    parts = parts_of(text, ("redis", "rediss", "unix"))
    refuse_a_torn_password(parts)
    if parts.scheme == "unix":
        if not parts.path.startswith("/") or parts.netloc:
            raise ValueRefused("names no path of a socket")
        return text
    if not parts.hostname:
        raise ValueRefused("names no host")
    if not re.fullmatch(r"/?\d*", parts.path):
        raise ValueRefused("does not end with the number of a database")
    return text


def mail_server(text: str) -> dict[str, Any]:
    parts = parts_of(text, MAIL_SCHEMES)
    if parts.scheme in SMTP:
        refuse_a_torn_password(parts)
        _refuse_smtp_in_clear(parts)
        if not parts.hostname or not parts.port:
            raise ValueRefused("names no host and port")
    if parts.scheme == "filemail" and not parts.path.startswith("//"):
        raise ValueRefused("names no folder that begins with /")
    return dict(environ.Env.email_url_config(text))


def _refuse_smtp_in_clear(parts: SplitResult) -> None:
    if parts.scheme == "smtp" and not is_this_machine(parts.hostname or ""):
        raise ValueRefused("is smtp://, which sends the password and every mail in clear")


def is_this_machine(host: str) -> bool:
    name = host.strip("[].").lower()
    return name in ("localhost", "::1") or name.endswith(".localhost") or name.startswith("127.")
