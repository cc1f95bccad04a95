"""Authenticate a program by its token: `Authorization: Bearer imtplan_…`."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from imtplan.accounts.api_token import ApiToken
from imtplan.accounts.models import User


class TokenAuthentication(BaseAuthentication):
    """Lets a token read, and enter figures if it was made for it; never more than its owner may."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, key = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        token = (
            ApiToken.objects.usable(at=now)
            .filter(digest=ApiToken.digest_of(key.strip()))
            .select_related("user")
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown, expired or revoked."))
        if request.method not in SAFE_METHODS and not token.may_enter:
            raise exceptions.PermissionDenied(_("This token reads, it does not write."))
        # Once a minute is enough to know that a token is in use.
        ApiToken.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1)),
            pk=token.pk,
        ).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """Describes the tokens on the OpenAPI page."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": str(ApiToken.__doc__),
        }
