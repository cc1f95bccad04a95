"""What turns a suspicion into a failure, in the tests' process and in every one that it starts with
`tests.settings`: a variable that a template does not have, and a way out to the network."""

import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

from django.template import Context
from django.template.base import FilterExpression, Node
from django.template.defaulttags import ForNode

OURS = f"{Path(__file__).resolve().parent.parent / 'templates'}/"
HERE = {"localhost", "", None, socket.gethostname()}


class UndefinedVariable(AssertionError):
    """A template of ours shows what nobody gave it."""


class NetworkRefused(BaseException):
    """A test goes out to the network. Nobody who catches the network's errors catches this."""


class NothingThere(str):
    """What Django's engine shows for a variable that is not there: `string_if_invalid`, a string by
    its checks, into which it puts the variable's name. Templates of libraries count on nothing."""

    __slots__ = ()

    def __new__(cls) -> Self:
        return super().__new__(cls, "%s")

    def __bool__(self) -> bool:
        """True for the engine, which asks whether there is a text; to `{% if %}` it is nothing."""
        return sys._getframe(1).f_code is FilterExpression.resolve.__code__

    def __mod__(self, variable: Any) -> str:
        return self._show(f"`{variable}`")

    def __str__(self) -> str:
        return self._show("What a variable led to")

    @staticmethod
    def _show(what: str) -> str:
        place = template_being_rendered()
        if place.startswith(OURS):
            raise UndefinedVariable(f"{what} is undefined in {place.removeprefix(OURS)}")
        return ""


def template_being_rendered() -> str:
    """Return the file of the innermost template that is being rendered, or nothing."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        if isinstance(node := frame.f_locals.get("self"), Node):
            return str(getattr(node, "origin", ""))
    return ""


def stay_on_this_machine() -> None:
    """Let no socket of this process, from now to its end, lead further than the loopback: this
    machine's servers and browser are all a test needs. Not by an audit hook, which the interpreter
    calls for a great deal else, for two percent of the processor's time."""
    if socket.getaddrinfo.__module__ == __name__:
        return  # settings are read once more in a process that has them
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _kept_here(name))
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str | bytes | None, *details: Any, **more: Any) -> Any:
        if not is_here(host):
            raise NetworkRefused(f"getaddrinfo {host!r}")
        return look_up(host, *details, **more)

    socket.getaddrinfo = getaddrinfo


def _kept_here(name: str) -> Callable[..., Any]:
    reach = getattr(socket.socket, name)

    def reach_nearby(self: socket.socket, *details: Any) -> Any:
        address = details[-1]
        if isinstance(address, tuple) and not is_here(address[0]):
            raise NetworkRefused(f"{name} {address}")
        return reach(self, *details)

    return reach_nearby


def is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return name in HERE or ip_address(name or "").is_loopback
    except ValueError:
        return False


class LoopedOver:
    """What a `{% for %}` goes over. Django takes what is undefined for an empty list."""

    def __init__(self, expression: FilterExpression) -> None:
        self.expression = expression

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        return self.expression.resolve(context)


def refuse_loops_over_nothing() -> None:
    """Let a loop over an undefined variable fail like a text that shows it."""
    begin = ForNode.__init__

    def begin_strictly(self: ForNode, loopvars: Any, sequence: Any, *details: Any) -> None:
        begin(self, loopvars, LoopedOver(sequence), *details)

    ForNode.__init__ = begin_strictly
