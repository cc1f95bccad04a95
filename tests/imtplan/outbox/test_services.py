"""Writing mails: with the act, once for each key, on one line."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.outbox.models import Mail
from imtplan.outbox.services import retry_mail, withdraw_mails
from tests.imtplan.outbox.conftest import write


def test_a_mail_waits_with_the_address_of_the_moment(alice: User) -> None:
    mail = write(alice)
    User.objects.filter(pk=alice.pk).update(email="alice@elsewhere.example")
    mail.refresh_from_db()
    assert (mail.state, mail.address, mail.user) == (Mail.State.WAITING, "alice@example.org", alice)


def test_the_second_mail_with_a_key_is_none(alice: User, mail: Mail) -> None:
    assert write(alice, body="Autre") is None
    assert Mail.objects.get().body == mail.body


def test_a_mail_goes_with_the_act_that_fails(alice: User) -> None:
    def act() -> None:
        with transaction.atomic():
            write(alice)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not Mail.objects.exists()


def test_a_mail_outlives_its_person(alice: User, mail: Mail) -> None:
    alice.delete()
    mail.refresh_from_db()
    assert (mail.user, mail.address) == (None, "alice@example.org")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_one_mail(alice: User) -> None:
    """Both have written and neither has committed: the second waits, and then writes nothing."""
    together, made = threading.Barrier(2), []

    def write_it() -> None:
        try:
            with transaction.atomic():
                together.wait(10)
                made.append(write(alice))
        finally:
            connection.close()

    threads = [threading.Thread(target=write_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([mail for mail in made if mail]) == 1
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x0b"])
def test_a_subject_has_one_line(alice: User, end: str) -> None:
    mail = write(alice, subject=f"Saisie{end}Bcc: all@example.org")
    assert mail.subject == "Saisie Bcc: all@example.org"


def test_a_long_subject_is_kept_whole(alice: User) -> None:
    assert write(alice, subject="é" * 1500).subject == "é" * 1500


@pytest.mark.parametrize("field", ["subject", "address"])
def test_the_database_refuses_a_line_end_in_a_header(mail: Mail, field: str) -> None:
    with pytest.raises(IntegrityError, match="mail_headers_on_one_line"), transaction.atomic():
        Mail.objects.update(**{field: "a@example.org\nBcc: b@example.org"})


@pytest.mark.parametrize(
    ("state", "constraint"),
    [("sent", "mail_sent_says_when"), ("sending", "mail_sending_says_since_when")],
)
def test_a_state_says_when(mail: Mail, state: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Mail.objects.update(state=state)


@pytest.mark.parametrize("state", Mail.RETRYABLE)
def test_what_failed_can_be_tried_again_from_the_first_try_on(mail: Mail, state: str) -> None:
    Mail.objects.update(state=state, tries=5, error="Non.")
    assert retry_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.error) == (Mail.State.WAITING, 0, "")


def test_what_waits_is_not_tried_again(mail: Mail) -> None:
    assert not retry_mail(mail.pk)


@pytest.mark.parametrize("state", Mail.State)
def test_only_what_still_waits_is_withdrawn(alice: User, mail: Mail, state: str) -> None:
    other = write(alice, "two")
    now = timezone.now()
    Mail.objects.filter(pk=mail.pk).update(state=state, claimed_at=now, sent_at=now)
    waits = state in Mail.TO_SEND
    assert withdraw_mails(key_begins="one") == ({alice.pk} if waits else set())
    mail.refresh_from_db()
    other.refresh_from_db()
    assert mail.state == (Mail.State.WITHDRAWN if waits else state)
    assert other.state == Mail.State.WAITING


def test_every_state_has_a_word_and_a_symbol() -> None:
    assert all(state.label and state.symbol for state in Mail.State)
