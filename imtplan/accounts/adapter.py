"""How allauth behaves here: nobody makes their own account, the plan office does."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest, HttpResponse

from imtplan.accounts.models import User


class AccountBackend(AuthenticationBackend):
    def user_can_authenticate(self, user: User) -> bool:
        """Asked at the sign-in, and again for the session of every request."""
        return user.may_sign_in


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **about: Any) -> HttpResponse | None:
        """Also after the link of a mail, which asks no backend."""
        if not user.may_sign_in:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **about)
