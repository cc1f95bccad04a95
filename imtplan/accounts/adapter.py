"""Adapt allauth: the plan office makes the accounts, and a stranger's errors lock nobody out."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from imtplan.accounts.attempts import Attempt, TooManyAttempts, begin_attempt, forgive
from imtplan.accounts.known_devices import is_known_device
from imtplan.accounts.models import User
from imtplan.accounts.services import change_password
from imtplan.outbox.services import queue_mail

TOO_MANY = _(
    "Too many wrong passwords were typed here for this account. Wait %(minutes)d minutes, or "
    "choose a new password with the link below: it lets you in at once."
)


class AccountBackend(AuthenticationBackend):
    def user_can_authenticate(self, user: User) -> bool:
        """Returns whether the person may sign in; called for the session of every request too."""
        return user.may_sign_in


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Refuses the inactive also after the link of a mail, which asks no backend."""
        if not user.may_sign_in:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **about)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Returns the address that VisitorAddressMiddleware set; a unix socket has none."""
        return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - no place to listen at

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check a password, unless too many wrong ones were tried; right ones are not counted."""
        attempt = self._begin(request, str(credentials.get("email", "")))
        user = super().authenticate(request, **credentials)
        if user is not None:
            forgive(attempt)
        return user

    def _begin(self, request: HttpRequest, account: str) -> Attempt:
        known = is_known_device(request, account)
        act = Attempt.Act.PASSWORD_KNOWN_DEVICE if known else Attempt.Act.PASSWORD
        try:
            return begin_attempt(act, account=account, address=self.get_client_ip(request))
        except TooManyAttempts as refusal:
            raise ValidationError(
                TOO_MANY, "too_many_login_attempts", {"minutes": refusal.minutes}
            ) from None

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the password, and say how many API tokens ended with the old one."""
        if ended := change_password(user, password):
            text = ngettext(
                "%(count)d API token ended with the old password: make a new one for its program.",
                "%(count)d API tokens ended with the old password: make new ones for their "
                "programs.",
                ended,
            )
            messages.warning(self.request, text % {"count": ended})

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, and note the account, for which KnownDeviceMiddleware writes the cookie."""
        super().login(request, user)
        request.signed_in_account = user.get_username()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail as a row, so that no visitor waits for a mail server that may be down."""
        message = self.render_mail(template_prefix, email, {"request": self.request, **context})
        subject, body = str(message.subject), str(message.body)
        key = f"account:{uuid4()}"
        queue_mail(key=key, kind="account", user=None, address=email, subject=subject, body=body)
