"""The browsers in which somebody has signed in before.

A signed cookie names the accounts, as digests: what is guessed elsewhere never keeps the right
person out of their own browser.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from imtplan.accounts.attempts import account_digest

COOKIE, SALT = "imtplan_device", "imtplan.accounts.devices"
SECONDS = 400 * 24 * 3600  # as long as browsers keep a cookie; each sign-in begins anew
MOST = 10  # people of one browser; the one who has not come for longest is forgotten


def known_accounts(request: HttpRequest) -> list[str]:
    """Returns the digests of those who signed in here, the latest first."""
    try:
        accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return []
    return [str(account) for account in accounts]


def is_known_device(request: HttpRequest, account: str) -> bool:
    return account_digest(account) in known_accounts(request)


def remember_device(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Write the cookie anew, with this account first."""
    digest = account_digest(account)
    others = [known for known in known_accounts(request) if known != digest]
    response.set_cookie(
        COOKIE,
        signing.dumps([digest, *others][:MOST], salt=SALT),
        max_age=SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
