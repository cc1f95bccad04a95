"""The settings of the test run: the product's own, with what tests must not wait for.

DATABASE_URL and REDIS_URL are given by `make test`, which starts a private PostgreSQL and Valkey.
"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-and-of-no-worth-elsewhere-0123456789")
os.environ["SECURE"] = "false"
os.environ["DEMO"] = "false"
os.environ["STATEMENT_SECONDS"] = "0"  # a slow machine is no failure
os.environ["EMAIL_URL"] = "memorymail://"

from imtplan.settings import *  # noqa: F403
from imtplan.settings import TEMPLATES
from tests.harness import NothingThere, refuse_loops_over_nothing, stay_on_this_machine

stay_on_this_machine()
refuse_loops_over_nothing()

PAPER_SECONDS = 120  # nor here
# The demonstration's people sign in to be seen at work; the tests of production say otherwise.
IN_PRODUCTION = False
# Argon2 is slow on purpose; tests sign in a thousand times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A manifest would need collectstatic before each run.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Empty, and one for all runs: the processes of a parallel run end without tidying up.
STATIC_ROOT = str(Path(tempfile.gettempdir()) / f"imtplan-tests-static-{os.getuid()}")
Path(STATIC_ROOT).mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
# Looked for when it is asked for: each of a thousand test clients would list every file anew.
WHITENOISE_AUTOREFRESH = True
# An undefined variable in a template is a mistake: it fails.
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = NothingThere()
