"""A queryset without an order comes in an order drawn at random: PostgreSQL promises none, and
gives the one in which rows were written until the day it does not."""

import random
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

# Begun anew for each test, so that the seed of the run brings the same orders again.
chance = random.Random()  # noqa: S311 - for variety, to be played again
# `get` asks for a few rows, to say how many there are.
GET = QuerySet.get.__globals__["MAX_GET_RESULTS"]

_fetch_all, _iterator = QuerySet._fetch_all, QuerySet._iterator


class Unordered(AssertionError):
    """The first rows of a queryset without an order are any rows."""


def shuffle_unordered_querysets() -> None:
    QuerySet._fetch_all = _fetch_all_shuffled
    QuerySet._iterator = _iterator_shuffled


def _is_in_any_order(rows: QuerySet[Any]) -> bool:
    """Return whether the order of these rows is chance; refuse to take some of them by chance."""
    if rows.ordered:
        return False
    if rows.query.is_sliced and rows.query.high_mark != GET:
        raise Unordered(str(rows.query))
    return True


def _fetch_all_shuffled(self: QuerySet[Any]) -> None:
    is_new = self._result_cache is None
    if is_new and _is_in_any_order(self):
        self._result_cache = list(self._iterable_class(self))
        chance.shuffle(self._result_cache)
    _fetch_all(self)


def _iterator_shuffled(self: QuerySet[Any], *details: Any) -> Iterator[Any]:
    rows = _iterator(self, *details)
    if _is_in_any_order(self):
        rows = list(rows)
        chance.shuffle(rows)
    yield from rows
