"""The HTML of a mail is made from its text: it says the same, and nothing typed becomes a tag."""

from typing import Any

import pytest
from django.core import mail as django_mail
from django.utils import translation

from imtplan.accounts.models import User
from imtplan.outbox.letters import html_of
from imtplan.outbox.models import Mail
from imtplan.outbox.sending import send_waiting
from tests.imtplan.outbox.conftest import write
from tests.imtplan.outbox.smtp import Server

TEXT = """Bonjour Alice,

Diane a écrit :

> Voyez <b>ceci</b>
> https://elsewhere.example/
> - et cela

Il manque 2 valeurs :
- Étudiants & apprentis
- Contrats

Corriger les valeurs\u202f:
https://plan.example/saisie/2022/albi/?a=1&b=2
"""


def test_a_text_becomes_paragraphs_quotes_lists_and_a_button() -> None:
    html = html_of(TEXT, subject="Saisie « 2022 »", language="fr")
    assert '<html lang="fr">' in html
    assert "<title>Saisie « 2022 »</title>" in html
    assert html.count("<blockquote") == 1
    assert html.count("<li") == 2
    assert '<p class="heading">Il manque 2 valeurs :</p>' in html
    assert "<p>Diane a écrit :</p>" in html  # an empty line parts it from the quotation
    assert "Étudiants &amp; apprentis" in html
    assert 'href="https://plan.example/saisie/2022/albi/?a=1&amp;b=2"' in html
    assert ">Corriger les valeurs</a>" in html


def test_nothing_that_was_typed_becomes_a_tag_or_a_link() -> None:
    html = html_of(TEXT, subject="<i>", language="fr")
    assert "<b>" not in html
    assert "<i>" not in html
    assert 'href="https://elsewhere.example/' not in html
    assert "&lt;b&gt;ceci" in html


def test_a_link_without_a_label_stands_by_itself() -> None:
    html = html_of("Albi\nhttps://plan.example/\nFin", subject="A", language="")
    assert ">https://plan.example/</a>" in html
    assert "lang=" not in html


def test_a_mail_is_sent_as_text_and_as_html_in_its_language(alice: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with translation.override("en"):
        write(alice, body="Hello Alice,\n\nYour figures.")
    send_waiting()
    [message] = django_mail.outbox
    [html] = message.alternatives
    assert message.body == "Hello Alice,\n\nYour figures."
    assert (html.mimetype, '<html lang="en">' in html.content) == ("text/html", True)
    assert message.extra_headers["Content-Language"] == "en"


def test_the_link_that_signs_in_is_written_when_the_mail_is_sent(
    alice: User, server: Server
) -> None:
    """A row that others may read, or a copy of the database, must not hold a way in."""
    write(alice, kind=Mail.INVITATION, body=f"Signez :\n{Mail.SIGN_IN_LINK}\n")
    send_waiting()
    [received] = server.received
    assert Mail.SIGN_IN_LINK not in received
    assert "/compte/password/reset/key/" in received
    assert "/compte/password/reset/key/" not in Mail.objects.get().body


def test_another_kind_of_mail_never_gets_such_a_link(alice: User, server: Server) -> None:
    write(alice, body=f"Bonjour\n{Mail.SIGN_IN_LINK}\n")
    send_waiting()
    assert "/password/reset/key/" not in server.received[0]


def test_a_link_goes_nowhere_but_on_its_own_line(alice: User, settings: Any) -> None:
    """A name that ends with the mark would hand the way in to another site."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    name = f"https://elsewhere.example/?{Mail.SIGN_IN_LINK}"
    write(alice, kind=Mail.INVITATION, body=f"Bonjour {name},\n{Mail.SIGN_IN_LINK}\n")
    send_waiting()
    [message] = django_mail.outbox
    texts = [str(message.body), message.alternatives[0].content]
    assert all("/compte/password/reset/key/" in text for text in texts)
    assert not any("elsewhere.example/?http" in text for text in texts)


@pytest.mark.parametrize("since", [{"email": "other@example.org"}, {"is_active": False}])
def test_a_link_is_not_sent_where_its_account_is_no_longer(
    alice: User, server: Server, since: dict[str, object]
) -> None:
    write(alice, kind=Mail.INVITATION, body=f"Bonjour\n{Mail.SIGN_IN_LINK}\n")
    User.objects.filter(pk=alice.pk).update(**since)
    send_waiting()
    mail = Mail.objects.get()
    assert (server.received, mail.state) == ([], Mail.State.FAILED)
    assert "another address" in mail.error
