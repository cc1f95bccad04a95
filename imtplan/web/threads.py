"""gunicorn's threads, which no slow visitor holds for long."""

import socket
import struct
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class TimedThreadWorker(ThreadWorker):
    """`--worker-class=imtplan.web.threads.TimedThreadWorker`.

    gunicorn waits for ever for the rest of a request whose first bytes have come: as many such
    visitors as there are threads, and the site stands still. Here the reading ends after a time. An
    answer that is being made is sent all the same.
    """

    read_seconds = 10  # for a request to arrive, its body included
    write_seconds = 20  # without one byte of the answer being taken

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.begun: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        self.begun[conn] = time.monotonic()
        seconds = struct.pack("ll", self.write_seconds, 0)
        with suppress(OSError):  # hung up meanwhile
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
        try:
            return super().handle(conn)
        finally:
            self.begun.pop(conn, None)

    def murder_pending(self) -> None:
        """The main thread comes by every second."""
        super().murder_pending()
        late = time.monotonic() - self.read_seconds
        for conn in [conn for conn, begun in list(self.begun.items()) if begun < late]:
            self.begun.pop(conn, None)
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)
