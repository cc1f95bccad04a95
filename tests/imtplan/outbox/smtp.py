"""A mail server of a few lines that behaves, refuses, hangs up or keeps silent, as a test says."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Conversation(socketserver.StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            if verb == "DATA":
                self.take()
                if self.server.hangs_up:
                    return None
            elif verb == "QUIT":
                return self.say("221 bye")
            else:
                self.say(self.server.answers.get(verb, "250 ok"))
        return None

    def take(self) -> None:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline().rstrip(b"\r\n")) != b".":
            lines.append(line.decode())
        self.server.received.append("\n".join(lines))
        if not self.server.hangs_up:
            self.say(self.server.answers.get("DATA", "250 taken"))

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[str] = []
        self.answers: dict[str, str] = {}
        self.hangs_up = False  # after the mail, without an answer

    @property
    def port(self) -> int:
        return self.server_address[1]


@contextmanager
def serving() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
