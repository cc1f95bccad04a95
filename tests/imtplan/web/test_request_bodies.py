"""What is too large is refused before any of it is read; what broke off is not taken for whole."""

import io
from typing import Any

import pytest
from django.test import Client

from imtplan.web.request_bodies import MAX_BODY, WholeBodies


def post(path: str, length: object, **headers: Any) -> Any:
    """As a server does that has read the head alone; a body that is read ends the test."""

    class NotRead(io.BytesIO):
        def read(self, *size: int) -> bytes:
            raise AssertionError("the body was read")

    headers = {"CONTENT_LENGTH": str(length), "wsgi.input": NotRead()} | headers
    form = "multipart/form-data; boundary=b"
    return Client(enforce_csrf_checks=True).generic("POST", path, b"", form, **headers)


@pytest.mark.parametrize("length", [MAX_BODY + 1, 400_000_000, 10**30, "9" * 5000])
def test_a_large_body_is_refused_unread(length: object, db: None) -> None:
    answer = post("/compte/login/", length)
    assert answer.status_code == 413
    assert "4\xa0Mo" in answer.content.decode()


def test_a_program_is_told_in_json(db: None) -> None:
    answer = post("/api/v1/figures/", MAX_BODY + 1, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 413
    assert answer.json() == {"detail": "A body of more than 4 MB is not read."}


def test_a_body_without_its_length_is_not_taken_for_empty(db: None) -> None:
    answer = post("/api/v1/figures/", "", HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert "Content-Length" in answer.json()["detail"]


@pytest.mark.parametrize("length", ["", "0", "x", "-1", "²"])
def test_a_length_that_is_none_is_for_others_to_judge(length: str, db: None) -> None:
    browser = Client()
    assert browser.get("/compte/login/", CONTENT_LENGTH=length).status_code == 200


def read_by_the_application(sent: bytes, length: int) -> bytes:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [environ["wsgi.input"].read(length)]

    return b"".join(WholeBodies(application)({"wsgi.input": io.BytesIO(sent)}, None))


def test_a_whole_body_is_read_as_it_is() -> None:
    assert read_by_the_application(b"a=1&b=2", 7) == b"a=1&b=2"


def test_a_body_that_broke_off_is_an_error() -> None:
    with pytest.raises(ConnectionResetError):
        read_by_the_application(b"a=1&b", 7)
