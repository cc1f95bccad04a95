"""The context that every template has: the person's roles, the languages, the demo logins."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from imtplan.accounts.demo_logins import demo_logins


def person(request: HttpRequest) -> dict[str, Any]:
    signed_in = request.user.is_authenticated if hasattr(request, "user") else False
    return {
        "held_roles": request.user.held_roles if signed_in else [],
        "demo_logins": demo_logins() if settings.DEMO and not signed_in else [],
        "languages": settings.LANGUAGES,
    }
