"""The plan office's page of mails."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.outbox.models import Mail
from tests.imtplan.outbox.conftest import write

SignIn = Callable[[User], Client]
State = Mail.State


def test_the_plan_office_reads_every_mail(paul: User, mail: Mail, signed_in: SignIn) -> None:
    Mail.objects.update(state=State.FAILED, tries=3, error="550 no such person")
    page = signed_in(paul).get(reverse("mails")).content.decode()
    for text in (mail.address, mail.subject, "Vos valeurs.", "550 no such person", "<details>"):
        assert text in page
    assert "#exclamation-triangle-fill" in page
    assert reverse("retry-mail", args=[mail.pk]) in page


@pytest.mark.parametrize("who", ["alice", "bob", "diane"])
def test_nobody_else_does(
    who: str, mail: Mail, signed_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(reverse("mails")).status_code == 403
    assert client.post(reverse("retry-mail", args=[mail.pk]), {"again": ""}).status_code == 403


def test_what_a_mail_says_is_no_markup(paul: User, alice: User, signed_in: SignIn) -> None:
    write(alice, subject="<b>gras</b>", body="<script>1</script>")
    page = signed_in(paul).get(reverse("mails")).content.decode()
    assert "<b>gras" not in page
    assert "<script>1" not in page


def test_one_state_alone_by_the_address(paul: User, alice: User, signed_in: SignIn) -> None:
    write(alice, "a", subject="first of all")
    sent = write(alice, "b", subject="second")
    Mail.objects.filter(pk=sent.pk).update(state=State.SENT, sent_at=timezone.now())
    client = signed_in(paul)
    page = client.get(reverse("mails"), {"state": "sent"})
    assert [mail.pk for mail in page.context["page"]] == [sent.pk]
    assert [(one.value, one.count, one.current) for one in page.context["choices"]] == [
        ("", 2, False),
        ("waiting", 1, False),
        ("sent", 1, True),
    ]
    assert client.get(reverse("mails"), {"state": "nonsense"}).status_code == 404


def test_no_mail_yet(paul: User, signed_in: SignIn) -> None:
    page = signed_in(paul).get(reverse("mails")).content.decode()
    assert 'class="empty"' in page
    assert "<table" not in page


def test_a_state_without_mails_is_still_chosen(paul: User, signed_in: SignIn) -> None:
    page = signed_in(paul).get(reverse("mails"), {"state": "given_up"})
    assert [one.value for one in page.context["choices"] if one.current] == ["given_up"]


def test_a_long_list_has_pages_that_keep_the_state(
    paul: User, alice: User, signed_in: SignIn
) -> None:
    for number in range(51):
        write(alice, str(number))
    client = signed_in(paul)
    first = client.get(reverse("mails"), {"state": "waiting"})
    assert "?state=waiting&amp;page=2" in first.content.decode()
    second = client.get(reverse("mails"), {"state": "waiting", "page": "2"})
    assert len(second.context["page"].object_list) == 1
    assert client.get(reverse("mails"), {"page": "nonsense"}).status_code == 200


def test_more_mails_cost_no_more_queries(
    paul: User, alice: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        write(alice, str(number))
    client = signed_in(paul)
    with django_assert_max_num_queries(12):
        client.get(reverse("mails"))


@pytest.mark.parametrize("state", Mail.RETRYABLE)
def test_the_button_sends_it_again(paul: User, mail: Mail, signed_in: SignIn, state: str) -> None:
    Mail.objects.update(state=state, tries=5)
    client = signed_in(paul)
    for _twice in range(2):  # the second press is no error
        response = client.post(reverse("retry-mail", args=[mail.pk]), {"again": ""})
        assert response.status_code == 302
    mail.refresh_from_db()
    assert (mail.state, mail.tries) == (State.WAITING, 0)


def test_what_was_sent_has_no_button(paul: User, mail: Mail, signed_in: SignIn) -> None:
    Mail.objects.update(state=State.SENT, sent_at=timezone.now())
    client = signed_in(paul)
    assert (
        reverse("retry-mail", args=[mail.pk]) not in client.get(reverse("mails")).content.decode()
    )
    client.post(reverse("retry-mail", args=[mail.pk]), {"again": ""})
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_a_mail_that_is_not_there_is_404(paul: User, signed_in: SignIn) -> None:
    assert signed_in(paul).post(reverse("retry-mail", args=[0]), {"again": ""}).status_code == 404


def test_the_button_is_no_link(paul: User, mail: Mail, signed_in: SignIn) -> None:
    assert signed_in(paul).get(reverse("retry-mail", args=[mail.pk])).status_code == 405


def test_a_demonstration_says_that_none_is_sent(
    paul: User, signed_in: SignIn, settings: Any
) -> None:
    client = signed_in(paul)
    assert client.get(reverse("mails")).context["demo"] is False
    settings.DEMO = True
    assert client.get(reverse("mails")).context["demo"] is True
