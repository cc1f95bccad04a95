"""Threads of gunicorn that no slow visitor holds for long."""

import socket
import struct
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class TimedThreadWorker(ThreadWorker):
    """Ends the reading of a request after some time; an answer that is being made is still sent.

    gunicorn itself waits for ever for the rest of a request, so that as many slow visitors as there
    are threads stop the site. Used by `--worker-class=imtplan.web.threads.TimedThreadWorker`.
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
        """Closes the requests that are late; the main thread calls this every second."""
        super().murder_pending()
        late = time.monotonic() - self.read_seconds
        for conn in [conn for conn, begun in list(self.begun.items()) if begun < late]:
            self.begun.pop(conn, None)
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)
