"""Write what belongs to an account: API tokens, new passwords, and the language of the screens."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext

from imtplan.accounts.api_token import ApiToken
from imtplan.accounts.attempts import account_digest, forgive_account
from imtplan.accounts.models import User
from imtplan.accounts.roles import Permission, may_somewhere
from imtplan.outbox.models import Mail
from imtplan.outbox.services import queue_mail

BETWEEN_LINKS = timedelta(minutes=10)


@transaction.atomic
def make_token(
    *, by: User, name: str, expires_at: datetime | None = None, may_enter: bool = False
) -> tuple[ApiToken, str]:
    """Make a token for `by`; return it with its key, which is shown this once. `PermissionDenied`
    if it is to enter figures and the person may not."""
    if may_enter and not may_somewhere(by, Permission.ENTER_FIGURES):
        raise PermissionDenied
    key = ApiToken.new_key()
    token = ApiToken.objects.create(
        user=by,
        name=name,
        may_enter=may_enter,
        start=key[:14],
        digest=ApiToken.digest_of(key),
        expires_at=expires_at,
    )
    return token, key


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> ApiToken:
    """Revoke a token and return it; its key is refused from now on. Twice changes nothing."""
    ApiToken.objects.filter(pk=token.pk, user=by, revoked_at=None).update(revoked_at=timezone.now())
    token.refresh_from_db()
    return token


@transaction.atomic
def change_password(user: User, password: str) -> int:
    """Set a new password, and end the API tokens made under the old one; return how many ended."""
    user.set_password(password)
    user.save(update_fields=["password"])
    forgive_account(user.email)
    now = timezone.now()
    return ApiToken.objects.usable(at=now).filter(user=user).update(revoked_at=now)


def choose_language(language: str, *, by: User) -> User:
    """Keep the person's own choice on the account, and return the person."""
    by.language = language
    by.save(update_fields=["language"])
    return by


def remember_language(language: str, *, of: User) -> None:
    """Keep the language of the pages, for mails to a person who has chosen none."""
    if language != of.last_language and language in dict(settings.LANGUAGES):
        of.last_language = language
        User.objects.filter(pk=of.pk).update(last_language=language)


def ask_for_new_password(address: str) -> None:
    """Write the mail with the link that signs in; at most one in ten minutes for an address.

    The row is the same whether an account has the address or not: see `Mail.NEW_PASSWORD`. Nobody
    waits for a mail server.
    """
    period = int(timezone.now().timestamp() // BETWEEN_LINKS.total_seconds())
    queue_mail(
        key=f"{Mail.NEW_PASSWORD}:{account_digest(address)}:{period}",
        kind=Mail.NEW_PASSWORD,
        user=None,
        address=address,
        subject=gettext("IMT Plan: choose a new password"),
        body=render_to_string("mail/new_password.txt", {"link": Mail.SIGN_IN_LINK}).strip() + "\n",
    )
