"""Sending over a real connection: once each, tried again only where it certainly did not go."""

import socket
import threading
from datetime import timedelta
from email import message_from_string, policy
from typing import Any

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.outbox import sending
from imtplan.outbox.models import Mail
from imtplan.outbox.sending import DEAD_AFTER, WAITS, send_waiting
from imtplan.outbox.services import retry_mail
from imtplan.outbox.tasks import send_mails
from tests.imtplan.outbox.conftest import write
from tests.imtplan.outbox.smtp import Server

State = Mail.State


def again(mail: Mail) -> Mail:
    """The next try, as if its time had come."""
    Mail.objects.filter(state=State.FAILED).update(next_try_at=timezone.now())
    send_waiting()
    mail.refresh_from_db()
    return mail


def test_a_mail_is_sent_once(mail: Mail, server: Server) -> None:
    send_mails()
    send_mails()
    mail.refresh_from_db()
    assert (mail.state, mail.tries, mail.error) == (State.SENT, 1, "")
    assert mail.sent_at is not None
    [received] = server.received
    assert f"Message-ID: <{mail.uid}@" in received
    assert "To: alice@example.org" in received
    assert "\n\nBonjour,\n\nVos valeurs.\n" in received


def test_accents_arrive(alice: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    write(alice, subject="Campagne terminée : « Alès »", body="Où ? À Alès.")
    send_waiting()
    [message] = django_mail.outbox
    assert message.subject == "Campagne terminée : « Alès »"
    assert message.body == "Où ? À Alès."


def test_a_long_subject_arrives_whole(alice: User, server: Server) -> None:
    """Over a real connection: folded on the way, and one again for who reads it."""
    subject = "Saisie – " + " ".join(f"École n° {number}" for number in range(200))
    write(alice, subject=subject)
    send_waiting()
    [received] = server.received
    found = message_from_string(received, policy=policy.default)
    assert found["Subject"].strip() == subject  # a fold before the first word is none of it
    assert max(len(line) for line in received.splitlines()) <= 998


def test_the_longest_waiting_goes_first(alice: User, server: Server) -> None:
    second, first = write(alice, "b", subject="second"), write(alice, "a", subject="first")
    Mail.objects.filter(pk=first.pk).update(next_try_at=second.next_try_at - timedelta(hours=1))
    assert send_waiting() == 2
    assert ["Subject: first" in text for text in server.received] == [True, False]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_what_the_server_refuses_is_tried_again_later(
    mail: Mail, server: Server, verb: str
) -> None:
    server.answers[verb] = "550 no such person"
    before = timezone.now()
    again(mail)
    assert mail.state == State.FAILED
    assert "no such person" in mail.error
    assert before + WAITS[0] <= mail.next_try_at <= timezone.now() + WAITS[0]
    server.answers.clear()
    assert send_waiting() == 0  # not yet
    assert again(mail).state == State.SENT
    assert mail.error == ""


def test_after_five_tries_it_is_given_up(mail: Mail, server: Server) -> None:
    server.answers["RCPT"] = "550 no such person"
    waits = []
    for _try in range(4):
        again(mail)
        waits.append(mail.next_try_at - mail.claimed_at)
    assert mail.state == State.FAILED
    assert [round(wait / timedelta(minutes=1)) for wait in waits] == [1, 10, 60, 360]
    assert again(mail).state == State.GIVEN_UP
    assert (again(mail).tries, server.received) == (5, [])


def test_a_server_that_is_down_is_a_failure(mail: Mail, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    assert again(mail).state == State.FAILED
    assert "ConnectionRefusedError" in mail.error


def test_a_server_that_is_silent_holds_nobody_up_for_long(mail: Mail, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        assert again(mail).state == State.FAILED


def test_a_server_that_hangs_up_after_the_mail_may_have_it(mail: Mail, server: Server) -> None:
    """It has it: sending again would make two."""
    server.hangs_up = True
    assert again(mail).state == State.UNCERTAIN
    server.hangs_up = False
    assert again(mail).state == State.UNCERTAIN
    assert len(server.received) == 1


def test_an_address_that_is_none_stops_no_other_mail(alice: User, server: Server) -> None:
    bad, good = write(alice, "bad"), write(alice, "good")
    Mail.objects.filter(pk=bad.pk).update(address="no address at all @ @")
    send_waiting()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.FAILED, State.SENT)


def test_a_sender_that_died_leaves_an_uncertain_mail(mail: Mail, server: Server) -> None:
    Mail.objects.update(
        state=State.SENDING, claimed_at=timezone.now() - DEAD_AFTER - timedelta(seconds=1)
    )
    assert send_waiting() == 0
    mail.refresh_from_db()
    assert mail.state == State.UNCERTAIN
    assert mail.error
    assert server.received == []


def test_a_sender_that_is_still_at_it_is_left_alone(mail: Mail, server: Server) -> None:
    Mail.objects.update(state=State.SENDING, claimed_at=timezone.now())
    send_waiting()
    mail.refresh_from_db()
    assert (mail.state, server.received) == (State.SENDING, [])


def test_a_sender_that_ends_while_the_next_is_at_it_has_no_say(mail: Mail, server: Server) -> None:
    """Taken for dead, and sent again by hand: what the first ends with is not how it stands."""
    late = sending._claim()
    with time_machine.travel(timezone.now() + DEAD_AFTER + timedelta(seconds=1)):
        sending.set_interrupted_aside()
        assert retry_mail(mail.pk)
        sending._claim()
    server.answers["RCPT"] = "550 no such person"
    sending._send(late)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.SENDING, "")


def test_the_time_of_a_run_is_limited(mail: Mail, server: Server) -> None:
    assert send_waiting(seconds=0) == 0
    assert send_waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_the_claim_is_committed_before_the_mail_goes(mail: Mail, server: Server) -> None:
    """Killed between the server's answer and our note, we must not find it waiting."""
    seen, take = [], server.RequestHandlerClass.take

    def look_and_take(conversation: Any) -> None:
        seen.append(Mail.objects.get().state)  # from another connection
        connection.close()
        take(conversation)

    server.RequestHandlerClass = type(
        "Looking", (server.RequestHandlerClass,), {"take": look_and_take}
    )
    send_waiting()
    assert seen == [State.SENDING]


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_send_each_mail_once(alice: User, server: Server) -> None:
    for number in range(20):
        write(alice, str(number), subject=f"Number {number}.")
    together = threading.Barrier(4)

    def send() -> None:
        together.wait(10)
        try:
            send_waiting()
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subjects = {
        line for text in server.received for line in text.split("\n") if "Subject: " in line
    }
    assert (len(server.received), len(subjects)) == (20, 20)
    assert set(Mail.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_somebody_holds_is_not_waited_for(alice: User, server: Server) -> None:
    held, free = write(alice, "held"), write(alice, "free")
    sent = []

    def send() -> None:
        try:
            sent.append(send_waiting())
        finally:
            connection.close()

    with transaction.atomic():
        Mail.objects.select_for_update().get(pk=held.pk)
        thread = threading.Thread(target=send)
        thread.start()
        thread.join(10)
        assert sent == [1]
    free.refresh_from_db()
    assert free.state == State.SENT
