"""A body that broke off is no shorter body: half a form is not stored."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBodies:
    """Around the WSGI application: reading a body that ended too early is an error, which Django
    takes for a form without its key. Servers give what has come, as if that were all."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = _WholeInput(environ["wsgi.input"])
        return self.application(environ, start_response)


class _WholeInput:
    """Django never asks for more than Content-Length announces: less is a body that broke off."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        if len(data) < size:
            raise ConnectionResetError("the body ended before its length")
        return data

    def readline(self, size: int) -> bytes:
        return self.stream.readline(size)
