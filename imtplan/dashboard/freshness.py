"""Know, by one tiny query, when the numbers were computed and whether they are about to change."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from imtplan.audit.models import Event
from indicators.models import RecomputeRun, StaleMark

# The four parts each look at one end of an index, however large the tables grow.
_QUESTION = f"""
    SELECT run.id, run.finished_at, stale.since, stale.marks, event.id
    FROM (SELECT min(marked_at) AS since, max(id) AS marks
          FROM {StaleMark._meta.db_table}) AS stale
    LEFT JOIN (SELECT id, finished_at FROM {RecomputeRun._meta.db_table}
               ORDER BY id DESC LIMIT 1) AS run ON true
    LEFT JOIN (SELECT max(id) AS id FROM {Event._meta.db_table}) AS event ON true
"""  # noqa: S608 - table names of our own models


@dataclass(frozen=True)
class Freshness:
    """The last recomputation, the oldest mark of a stale result, the last mark and last event."""

    run: int | None
    computed_at: datetime | None
    stale_since: datetime | None
    last_mark: int | None
    last_event: int | None

    @classmethod
    def read(cls) -> "Freshness":
        with connection.cursor() as cursor:
            cursor.execute(_QUESTION)
            return cls(*cursor.fetchone())

    def etag(self, *more: Any) -> str:
        """Returns a text that stays the same as long as the page of the same address would."""
        parts = (self.run, self.stale_since, self.last_mark, self.last_event, *more)
        return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:32] + '"'


def follow(request: HttpRequest, freshness: Freshness, page: Any, *more: Any) -> HttpResponse:
    """Returns `page(etag)`, or 304 to an open page that asks whether anything changed: the
    freshness, or what else the page depends on (`more`).

    `static/js/live.js` asks with `X-Live` for the address it stands on. Other requests are
    never answered 304: a page also says who is signed in.
    """
    etag = freshness.etag(get_language(), request.user.pk, request.get_full_path(), *more)
    if request.headers.get("X-Live"):
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            return unchanged
    response = page(etag)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    return response
