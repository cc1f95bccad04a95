"""How far a workbook is loaded, for the page that waits for it.

A load is one transaction, of which nobody sees anything before its end. So the count goes another
way, through the queue's server; where that does not answer the page waits without it.
"""

import re
from time import monotonic

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

# What the page makes up, so that another person cannot guess it.
TOKEN = re.compile(r"[0-9a-f]{32}")
KEPT = 10 * 60  # seconds
EVERY = 0.25  # seconds between two counts
PATIENCE = 0.2  # seconds for a server that hangs


def _server() -> redis.Redis:
    patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    return redis.Redis.from_url(
        settings.REDIS_URL, retry=Retry(NoBackoff(), 0), decode_responses=True, **patience
    )


def _key(token: str) -> str:
    return f"imtplan-load-{token}"


class LoadProgress:
    """Counts the lines of one load. A `token` that is none counts for nobody."""

    def __init__(self, token: str, total: int) -> None:
        self.token, self.total, self.done = token, total, 0
        self.told_at = float("-inf")
        self.is_heard = bool(TOKEN.fullmatch(token))

    def count(self) -> None:
        """Count one more line, and say so a few times a second. Raises nothing."""
        self.done += 1
        if not self.is_heard or monotonic() - self.told_at < EVERY:
            return
        try:
            with _server() as server:
                server.set(_key(self.token), f"{self.done} {self.total}", ex=KEPT)
        except (redis.RedisError, OSError, ValueError):
            self.is_heard = False
        self.told_at = monotonic()


def progress_of(token: str) -> tuple[int, int] | None:
    """Returns the lines that are loaded and all of them; None where nothing is known."""
    try:
        with _server() as server:
            counts = str(server.get(_key(token)) or "").split()
    except (redis.RedisError, OSError, ValueError):
        return None
    return (int(counts[0]), int(counts[1])) if len(counts) == 2 else None
