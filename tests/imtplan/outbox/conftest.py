"""A real mail server, and one mail to Alice."""

from collections.abc import Iterator
from typing import Any

import pytest

from imtplan.accounts.models import User
from imtplan.outbox.models import Mail
from imtplan.outbox.services import queue_mail
from tests.imtplan.outbox.smtp import Server, serving


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with serving() as one:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 5
        yield one


def write(user: User, key: str = "one", **fields: Any) -> Mail | None:
    given = {"kind": "test", "subject": "Saisie 2022", "body": "Bonjour,\n\nVos valeurs."}
    return queue_mail(key=key, user=user, address=user.email, **given | fields)


@pytest.fixture
def mail(alice: User) -> Mail:
    return write(alice)
