"""Keep the key of a link that signs in out of every line of the logs."""

import logging
import re
from typing import Any

from gunicorn.glogging import Logger

# The key in /compte/password/reset/key/<person>-<key>/. Once the link is opened, "set-password"
# takes its place.
KEY = re.compile(r"(/password/reset/key/[0-9A-Za-z]+-)(?!set-password/)[^/\s\"]+")


def without_keys(text: str) -> str:
    return KEY.sub(r"\1…", text)


class KeysHidden(logging.Filter):
    """Hides the keys in every handler, for Django logs the address of a failed request."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        hidden = without_keys(text)
        if hidden != text:
            record.msg, record.args = hidden, ()
        return True


class GunicornLogger(Logger):
    """Hides the keys in gunicorn's logs, by `--logger-class=imtplan.web.logs.GunicornLogger`."""

    def atoms(self, *parts: Any) -> dict[str, Any]:
        return {
            name: without_keys(value) if isinstance(value, str) else value
            for name, value in super().atoms(*parts).items()
        }
