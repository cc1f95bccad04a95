"""The lines of the logs: the key of a link that signs in stands in none of them."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

# The key of /compte/password/reset/key/<person>-<key>/; "set-password" stands where it was once the
# link is opened.
KEY = re.compile(r"(/password/reset/key/[0-9A-Za-z]+-)(?!set-password/)[^/\s\"]+")


def without_keys(text: str) -> str:
    return KEY.sub(r"\1…", text)


class KeysHidden(logging.Filter):
    """For every handler: Django names the address of a request that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = without_keys(text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True


class GunicornLogger(Logger):
    """gunicorn's own, with `--logger-class=imtplan.web.logs.GunicornLogger`."""

    def atoms(self, *parts: Any) -> dict[str, Any]:
        return {
            name: without_keys(value) if isinstance(value, str) else value
            for name, value in super().atoms(*parts).items()
        }
