"""Asking for a new password: a mail like the others, and the same for a stranger's address."""

import re
import socket
from collections.abc import Callable
from typing import Any

from django.core import mail as django_mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from imtplan.accounts.attempts import Attempt
from imtplan.accounts.models import User
from imtplan.outbox.models import Mail
from imtplan.outbox.sending import send_waiting

NOBODY = "nobody@example.org"
PAGE = "/compte/password/reset/"


def ask(email: str, **headers: str) -> HttpResponse:
    return Client().post(PAGE, {"email": email}, headers=headers)


def sent(settings: Any) -> list[Any]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_waiting()
    return django_mail.outbox


def link_in(text: str) -> str:
    return re.search(r"^https?://\S+$", text, re.MULTILINE).group()


def test_the_link_is_of_the_site_whatever_host_was_asked(alice: User, settings: Any) -> None:
    settings.SITE_URL = "https://plan.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    assert ask(alice.email, host="evil.example", **{"x-forwarded-host": "e.example"}).url
    [message] = sent(settings)
    assert link_in(message.body).startswith("https://plan.example.org/compte/password/reset/key/")
    assert "e.example" not in message.body + message.alternatives[0].content


def test_the_link_lets_one_choose_a_password_and_signs_in(alice: User, settings: Any) -> None:
    ask(alice.email.upper())
    [message] = sent(settings)
    browser = Client()
    form = browser.get(link_in(message.body).partition("://localhost:8000")[2]).url
    password = {"password1": "nouvelle-phrase-33", "password2": "nouvelle-phrase-33"}
    assert browser.post(form, password).status_code == 302
    assert browser.get("/compte/jetons/").status_code == 200
    assert browser.cookies["imtplan_device"].value


def test_no_mail_server_is_asked(alice: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.EMAIL_HOST, settings.EMAIL_PORT = free.getsockname()
    assert ask(alice.email).url == f"{PAGE}done/"
    assert Mail.objects.get().state == Mail.State.WAITING


def work_for(email: str, asked: Callable[[str], HttpResponse] = ask) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        asked(email)
    return [re.sub(r"'[^']*'|\d+", "…", query["sql"]) for query in queries.captured_queries]


def test_the_same_is_done_for_an_address_that_nobody_has(alice: User) -> None:
    assert work_for(alice.email) == work_for(NOBODY)
    assert ask(alice.email).url == ask(NOBODY).url


def test_nobody_gets_no_mail_and_leaves_no_row(alice: User, settings: Any) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    ask(NOBODY)
    ask(alice.email)
    assert sent(settings) == []
    assert not Mail.objects.exists()


def test_asking_again_at_once_sends_no_second_mail(alice: User, settings: Any) -> None:
    for _time in range(5):
        ask(alice.email)
    assert len(sent(settings)) == 1


def test_the_row_has_no_way_in(alice: User, settings: Any) -> None:
    ask(alice.email)
    sent(settings)
    mail = Mail.objects.get()
    assert "/password/reset/key/" not in mail.body
    assert mail.user == alice


def test_a_machine_that_asks_for_everybody_is_told_to_wait(alice: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    Attempt.objects.bulk_create(
        Attempt(act=Attempt.Act.NEW_PASSWORD, account="x", address="192.0.2.7")
        for _time in range(300)
    )
    refused = ask(alice.email, **{"x-forwarded-for": "192.0.2.7"})
    assert refused.status_code == 200
    assert "60\xa0minutes" in refused.content.decode()
    assert ask(alice.email, **{"x-forwarded-for": "192.0.2.8"}).status_code == 302
