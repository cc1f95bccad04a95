"""Write a mail, have one sent again, or withdraw mails that still wait."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from imtplan.direction_signs import straight
from imtplan.outbox.models import Mail


def queue_mail(
    *,
    key: str,
    kind: str,
    user: Any,
    address: str,
    subject: str,
    body: str,
    at: datetime | None = None,
) -> Mail | None:
    """Write a mail in the caller's transaction, in the active language, and return it.

    No act is without its mail, and no mail without its act. Two writers of the same `key`, even at
    once, make one mail; the second gets None.
    """
    mail = Mail(
        key=key,
        kind=kind,
        user=user,
        address=address,
        subject=on_one_line(straight(subject)),
        body=straight(body),
        language=get_language() or "",
        created_at=at or timezone.now(),
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    return Mail.objects.filter(key=key, uid=mail.uid).first()


def on_one_line(text: str) -> str:
    """Returns the text without line ends, which would begin another header. Nothing is cut."""
    return " ".join(text.split())


def retry_mail(pk: int) -> bool:
    """Have a mail sent again, from the first try on; return False if it is not to be retried."""
    mails = Mail.objects.filter(pk=pk, state__in=Mail.RETRYABLE)
    return bool(
        mails.update(state=Mail.State.WAITING, tries=0, error="", next_try_at=timezone.now())
    )


def withdraw_mails(*, key_begins: str) -> set[int]:
    """Withdraw the mails that still wait; return the people whose they were.

    It happens in the caller's transaction. A mail that is being sent is not withdrawn.
    """
    waiting = Mail.objects.filter(key__startswith=key_begins, state__in=Mail.TO_SEND)
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    Mail.objects.filter(pk__in=[mail.pk for mail in rows]).update(state=Mail.State.WITHDRAWN)
    return {mail.user_id for mail in rows if mail.user_id is not None}
