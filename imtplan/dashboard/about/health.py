"""Is the site alive? Asked by machines, answered without a sign-in and without waiting."""

import threading
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from imtplan.dashboard.freshness import Freshness

# A queue that hangs must not make the site look dead.
PATIENCE = 0.3


def health() -> dict[str, Any]:
    """Returns the state of each part. Raises only when the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {
        "database": "ok",
        "queue": "ok" if queue_answers(settings.REDIS_URL) else "down",
        "stale_since": Freshness.read().stale_since,
        "version": settings.VERSION,
    }


def queue_answers(url: str, *, within: float = PATIENCE) -> bool:
    """Asks from a thread, so that even a name that does not resolve holds nobody up."""
    answered = threading.Event()

    def ask() -> None:
        # Connecting and answering each have half of the time.
        patience = {"socket_timeout": within / 2, "socket_connect_timeout": within / 2}
        try:
            with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **patience) as queue:
                queue.ping()
        except (redis.RedisError, OSError, ValueError):
            return
        answered.set()

    thread = threading.Thread(target=ask, name="health", daemon=True)
    thread.start()
    thread.join(within)
    return answered.is_set()
