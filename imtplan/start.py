"""How every process begins: what is wrong is said in sentences, and nothing else happens.

Used by manage.py, the web server, the worker and beat, and by what `make run` prepares with.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from imtplan.environment import WrongSettings

# To gunicorn it means "do not start this worker again": it ends, and so does its container.
CANNOT_START = 3


@contextmanager
def ending_with_sentences() -> Iterator[None]:
    """Reads the settings first. Where they are wrong, the process ends with their sentences."""
    try:
        settings.INSTALLED_APPS  # noqa: B018 - asked, so that the settings are read
        yield
    except WrongSettings as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(CANNOT_START)
