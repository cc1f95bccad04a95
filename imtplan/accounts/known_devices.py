"""Remember in a browser the accounts that have signed in there.

A signed cookie has the digests of the accounts. So passwords that a stranger tries elsewhere never
lock the right person out of their own browser.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from imtplan.accounts.attempts import account_digest

COOKIE, SALT = "imtplan_device", "imtplan.accounts.devices"
SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie; each sign-in renews it
MOST = 10  # accounts of one browser; the one that signed in longest ago is dropped


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
    """Write the cookie again, with this account first."""
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
