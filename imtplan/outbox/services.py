"""Writing a mail, and telling the sender to try one again."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from imtplan.outbox.models import Mail
from imtplan.signs import straight


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
    """Write a mail in the caller's transaction: no act without its mail, no mail without its act.

    Two that write the same `key`, even at once, make one mail; the second gets None. The language
    is the one that is active.
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
    """A name with a line end in it must not become a header of its own. Nothing is cut: a mail
    folds a long header by itself."""
    return " ".join(text.split())


def retry_mail(pk: int) -> bool:
    """Send it again, from the first try on. False where there is nothing to try again."""
    found = Mail.objects.filter(pk=pk, state__in=Mail.RETRYABLE)
    return bool(
        found.update(state=Mail.State.WAITING, tries=0, error="", next_try_at=timezone.now())
    )


def withdraw_mails(*, key_begins: str) -> set[int]:
    """Never send those that still wait. Returns whose they are: they need not hear of it.

    In the caller's transaction; a sender that has one in hand keeps it.
    """
    waiting = Mail.objects.filter(key__startswith=key_begins, state__in=Mail.TO_SEND)
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    Mail.objects.filter(pk__in=[mail.pk for mail in rows]).update(state=Mail.State.WITHDRAWN)
    return {mail.user_id for mail in rows if mail.user_id is not None}
