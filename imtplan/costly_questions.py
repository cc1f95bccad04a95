"""Limit the costly questions that are answered at once, and answer those that are cut off.

A thread that computes an earlier day serves nobody else meanwhile. So at most half of the threads
of all web processes may do it at a time; another visitor is refused at once, and asked to come
back. The database counts them: a question holds one of a few advisory locks until its transaction
ends, however it ends. `STATEMENT_SECONDS` is the most that one statement of a request may take.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg import errors

# The first of the two numbers of an advisory lock; the second is the place.
LOCKS = 1_306_001

BUSY = _(
    "Several pages that take long to compute are being made just now. Ask again in a few seconds."
)
CUT_OFF = _("This took too long: it was stopped, and nothing of it was kept.")

# PostgreSQL raises these when it ends a statement, or a connection idle within a transaction.
CUTS = (errors.QueryCanceled, errors.IdleInTransactionSessionTimeout)


class TooManyCostlyQuestions(Exception):
    """All places for costly questions are taken; the visitor may ask again."""


@contextmanager
def costly_question() -> Iterator[None]:
    """Hold one of `settings.COSTLY_QUESTIONS` places; `TooManyCostlyQuestions` if none is free."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT place FROM generate_series(1, %s) AS place "
                "WHERE pg_try_advisory_xact_lock(%s, place) LIMIT 1",
                [settings.COSTLY_QUESTIONS, LOCKS],
            )
            if cursor.fetchone() is None:
                raise TooManyCostlyQuestions
        yield


def is_cut_off(error: BaseException) -> bool:
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, CUTS)


class SaysWhatTakesTooLong:
    """Answers 503 with a sentence to a costly question too many, or to one that was cut off."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooManyCostlyQuestions):
            return _unavailable(request, BUSY, seconds=3)
        if is_cut_off(error):
            return _unavailable(request, CUT_OFF, seconds=30)
        return None


def _unavailable(request: HttpRequest, sentence: Promise, *, seconds: int) -> HttpResponse:
    """Returns the answer 503 without a query: the connection may be the one that was ended."""
    options: dict[str, Any] = {"status": HTTPStatus.SERVICE_UNAVAILABLE, "headers": {}}
    options["headers"] = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": str(sentence)}, **options)
    again = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    return HttpResponse(
        render_to_string("503.html", {"sentence": sentence, "again": again}), **options
    )
