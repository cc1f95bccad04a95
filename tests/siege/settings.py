"""The settings of a site behind docker/nginx.conf, with the test's database."""

import os

from imtplan.settings import PASSWORD_HASHERS as SLOW_HASHERS
from tests.settings import *  # noqa: F403
from tests.settings import PASSWORD_HASHERS as QUICK_HASHERS

ALLOWED_HOSTS = ["plan.example.org"]
TRUSTED_PROXIES = 1
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
# The test makes the accounts with the quick one; who signs in gets the first of these.
PASSWORD_HASHERS = QUICK_HASHERS
if os.environ.get("SIEGE") == "full":
    PASSWORD_HASHERS = SLOW_HASHERS + QUICK_HASHERS
