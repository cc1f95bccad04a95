"""Requests that may be sent twice and must count once: each has a key, and one answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imtplan.accounts.models import User
from imtplan.campaigns.gate import CampaignRefusal
from imtplan.campaigns.models import IdempotencyKey

LONGEST_KEY = 100


class KeyReused(CampaignRefusal):
    """The same key came with another content."""


class KeyTooLong(CampaignRefusal):
    """The key has more characters than are kept of one: two keys might become the same."""


@dataclass(frozen=True)
class KeptAnswer:
    status: int
    content: Any


@dataclass(frozen=True)
class KeyedRequest:
    """A request by its key. Without a key it is answered anew each time."""

    user: User
    key: str
    content: bytes

    @classmethod
    def of(cls, request: Any) -> "KeyedRequest":
        """Reads the key of a request of Django or of the REST framework, by somebody signed in.

        The whole address belongs to the content, the campaign that it names too: a key is good for
        one cell.
        """
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > LONGEST_KEY:
            text = _("This Idempotency-Key has %(length)d characters: %(limit)d at most.")
            raise KeyTooLong(text % {"length": len(key), "limit": LONGEST_KEY})
        return cls(
            user=request.user,
            key=key,
            content=request.get_full_path().encode() + b"\n" + request.body,
        )

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def answered(self) -> KeptAnswer | None:
        """Returns the answer given before, to exactly this."""
        if not self.key:
            return None
        known = IdempotencyKey.objects.filter(user=self.user, key=self.key).first()
        if known is None:
            return None
        if known.digest != self.digest:
            raise KeyReused(_("This Idempotency-Key was used for another request."))
        return KeptAnswer(known.status, known.answer)

    def answered_before(self, refusal: CampaignRefusal) -> KeptAnswer | None:
        """Returns the answer, where the act was done and its answer never arrived: what refuses it
        now came later."""
        return None if isinstance(refusal, KeyReused) else self.answered()

    def once(self, act: Callable[[], KeptAnswer]) -> KeptAnswer:
        """Act, and keep the answer in the caller's transaction.

        Call it holding the lock that serialises the act: the same request, sent five times at
        once, then finds the first one's answer.
        """
        if answer := self.answered():
            return answer
        answer = act()
        if self.key:
            row = IdempotencyKey(
                user=self.user,
                key=self.key,
                digest=self.digest,
                status=answer.status,
                answer=answer.content,
            )
            IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        return answer


def forget_old_answers() -> int:
    """Nobody repeats a request after a week."""
    old = IdempotencyKey.objects.filter(at__lt=timezone.now() - IdempotencyKey.LIFE)
    return old.delete()[0]
