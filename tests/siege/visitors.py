"""Visitors of the site behind nginx, each from an address of 127.0.0.0/8: real TLS, no library of
ours."""

import http.client
import re
import socket
import ssl
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.siege.site import HOST, Nginx

TOKEN = "a" * 32  # what is sent twice alike is no forgery


class Visitor:
    """A browser with its cookies."""

    def __init__(self, nginx: Nginx, address: str) -> None:
        self.nginx, self.address = nginx, address
        self.cookies = {"csrftoken": TOKEN}

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=str(self.nginx.folder / "fullchain.pem"))
        place = ("127.0.0.1", self.nginx.port)
        caller = socket.create_connection(place, 60, source_address=(self.address, 0))
        return context.wrap_socket(caller, server_hostname=HOST)

    def head(self, method: str, path: str, **headers: object) -> bytes:
        given = {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": "6.6.6.6",  # what a visitor writes is not believed
            "Connection": "close",
        } | {name.replace("_", "-"): str(value) for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{key}: {text}" for key, text in given.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def get(self, path: str) -> http.client.HTTPResponse:
        return self.send(self.head("GET", path))

    def post(self, path: str, **form: str) -> http.client.HTTPResponse:
        body = urlencode(form | {"csrfmiddlewaretoken": TOKEN}).encode()
        kind = "application/x-www-form-urlencoded"
        return self.send(
            self.head("POST", path, Content_Length=len(body), Content_Type=kind) + body
        )

    def send(self, request: bytes) -> http.client.HTTPResponse:
        with self.connect() as caller:
            caller.sendall(request)
            return self.read(caller)

    def read(self, caller: ssl.SSLSocket) -> http.client.HTTPResponse:
        answer = http.client.HTTPResponse(caller)
        answer.begin()
        answer.text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: part.value for name, part in SimpleCookie(line).items()}
        self.cookies["csrftoken"] = TOKEN  # signing in makes another
        return answer

    def tries(self, email: str, password: str) -> int:
        return self.post("/compte/login/", login=email, password=password).status

    def comes_in(self, email: str, password: str) -> bool:
        """Whether the password opens, and a page behind it is shown."""
        answer = self.post("/compte/login/", login=email, password=password)
        inside = self.get("/compte/jetons/")
        return answer.status == 302 and inside.status == 200

    def goes_out(self) -> None:
        self.post("/compte/logout/")
        self.cookies.pop("sessionid", None)


def addresses_in(log: str) -> set[str]:
    return set(re.findall(r"^(\d+\.\d+\.\d+\.\d+) ", log, re.MULTILINE))
