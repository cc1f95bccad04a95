"""Send the mails that wait, one at a time, each once.

A mail server and a database have no common transaction. So a mail is claimed, in a transaction of
its own, before it is sent. A mail that the server has certainly not accepted is tried again; if
nobody can know, a person decides: better one mail missing than two.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.utils import timezone

from imtplan.jobs import claim_first, of_this_try, work_off
from imtplan.outbox.letters import html_of, whole_address
from imtplan.outbox.models import Mail

logger = logging.getLogger(__name__)

State = Mail.State

# How long to wait after the first, second, … failure. After the last there is no other try.
WAITS = [timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]
DEAD_AFTER = timedelta(minutes=10)  # ten times the hard time limit of a task
SECONDS = 30  # the length of a run; the next one goes on
ERROR_LENGTH = 500

INTERRUPTED = "The program stopped while it was sending; the mail may have been sent."
NO_LONGER_THEIRS = "The link is for an account that has another address now, or is switched off."


# The server refused the mail, or its address was never sent. A lost connection is no refusal.
REFUSALS = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
    ValueError,
)


class MailNotSent(Exception):
    """The server has certainly not accepted the mail."""


def send_waiting(*, seconds: float = SECONDS) -> int:
    """Send what is due, for at most `seconds`; return how many. Several may run at once."""
    set_interrupted_aside()
    return work_off(_claim, _send, seconds=seconds)


def set_interrupted_aside() -> int:
    """Mark interrupted mails as uncertain, and return how many: perhaps they were sent."""
    dead = Mail.objects.interrupted(before=timezone.now() - DEAD_AFTER)
    return dead.update(state=State.UNCERTAIN, error=INTERRUPTED)


def _claim() -> Mail | None:
    return claim_first(Mail.objects.due(at=timezone.now()), state=State.SENDING)


def _send(mail: Mail) -> None:
    if _is_nobodys(mail):
        mail.delete()
        return
    try:
        deliver(mail)
    except MailNotSent as problem:
        _failed(mail, problem)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the server may have accepted
        _mark(mail, state=State.UNCERTAIN, error=_answer_of(problem))
    else:
        _mark(mail, state=State.SENT, error="", sent_at=timezone.now())


def _is_nobodys(mail: Mail) -> bool:
    """Whether a mail for a new password has an address without account; else note whose."""
    if mail.kind != Mail.NEW_PASSWORD:
        return False
    mail.user = get_user_model().objects.filter(email=mail.address).first()
    mail.save(update_fields=["user"])
    return mail.user is None or not mail.user.may_sign_in


def _failed(mail: Mail, problem: MailNotSent) -> None:
    if mail.tries > len(WAITS):
        _mark(mail, state=State.GIVEN_UP, error=_answer_of(problem))
        return
    next_try_at = timezone.now() + WAITS[mail.tries - 1]
    _mark(mail, state=State.FAILED, error=_answer_of(problem), next_try_at=next_try_at)


def _mark(mail: Mail, **changes: Any) -> None:
    of_this_try(mail).update(**changes)
    if changes["error"]:
        logger.warning("mail %s is %s: %s", mail.pk, changes["state"], changes["error"])


def _answer_of(problem: Exception) -> str:
    """Returns the server's own words for the plan office, cut to `ERROR_LENGTH` characters."""
    cause = problem.__cause__ or problem
    return f"{type(cause).__name__}: {cause}".replace("\x00", "")[:ERROR_LENGTH]


# --- The server ---------------------------------------------------------------------------------


def deliver(mail: Mail) -> None:
    """Hand the mail to the server; `MailNotSent`, or any other exception if it is uncertain."""
    with _certainly_not_sent(Exception):
        message = _message(mail)
        message.message()  # written once, so that a bad address fails here
        connection = get_connection()
        connection.open()
    try:
        with _certainly_not_sent(*REFUSALS):
            connection.send_messages([message])
    finally:
        with suppress(Exception):
            connection.close()


@contextmanager
def _certainly_not_sent(*problems: type[Exception]) -> Iterator[None]:
    try:
        yield
    except problems as problem:
        raise MailNotSent from problem


def _message(mail: Mail) -> EmailMessage:
    """Returns the message, with its text and the same as HTML."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    headers = {
        "Message-ID": f"<{mail.uid}@{sender.rpartition('@')[2] or 'localhost'}>",
        "Auto-Submitted": "auto-generated",  # no answer of an absent person comes back
    }
    if mail.language:
        headers["Content-Language"] = mail.language
    body = _with_link(mail)
    message = EmailMultiAlternatives(mail.subject, body, to=[mail.address], headers=headers)
    html = html_of(body, subject=mail.subject, language=mail.language)
    message.attach_alternative(html, "text/html")
    return message


def _with_link(mail: Mail) -> str:
    """Returns the text with the link in place of its mark, on a line of its own alone.

    Within a line, somebody may have typed the mark into a name, behind an address of theirs.
    """
    lines = mail.body.split("\n")
    if mail.kind not in Mail.WITH_LINK or Mail.SIGN_IN_LINK not in lines:
        return mail.body
    _demand_own_address(mail)
    link = sign_in_link(mail.user)
    return "\n".join(link if line == Mail.SIGN_IN_LINK else line for line in lines)


def _demand_own_address(mail: Mail) -> None:
    """Raise `ValueError` if the address is no longer the person's, or the account is switched off.

    The link of an account goes to its person alone.
    """
    user = mail.user
    if user is None or not user.is_active or user.email != mail.address:
        raise ValueError(NO_LONGER_THEIRS)


def sign_in_link(user: Any) -> str:
    """Returns a link to choose a password; it works once, and for PASSWORD_RESET_TIMEOUT."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return whole_address("account_reset_password_from_key", **key)
