"""Storing computed rows: one statement for many, that touches only those which changed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models
from psycopg.sql import SQL, Composed, Identifier, Placeholder

BATCH = 500
# When a row was computed is no reason to write it again.
NOT_COMPARED = {"computed_at"}


def store(model: type[models.Model], key: Sequence[str], rows: Iterable[models.Model]) -> int:
    """Insert or update `rows` of `model`, told apart by `key`; returns how many changed.

    NULL counts as a value (`IS DISTINCT FROM`): clearing a number is a change like another.
    """
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    changed = 0
    with connection.cursor() as cursor:
        for batch in _batches(rows):
            values = [
                field.get_db_prep_save(getattr(row, field.attname), connection)
                for row in batch
                for field in fields
            ]
            cursor.execute(_upsert(model, key, fields, len(batch)), values)
            changed += cursor.rowcount
    return changed


def _batches(rows: Iterable[models.Model]) -> Iterator[list[models.Model]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _upsert(
    model: type[models.Model], key: Sequence[str], fields: Sequence[Any], count: int
) -> Composed:
    """INSERT … ON CONFLICT … DO UPDATE … WHERE something differs."""
    compared = [f for f in fields if f.name not in key and f.name not in NOT_COMPARED]
    updated = [f for f in fields if f.name not in key]
    table = Identifier(model._meta.db_table)
    row = SQL("({})").format(SQL(", ").join([Placeholder()] * len(fields)))
    return SQL(
        "INSERT INTO {table} AS old ({columns}) VALUES {rows} "
        "ON CONFLICT ({key}) DO UPDATE SET {updates} "
        "WHERE ({old}) IS DISTINCT FROM ({new})"
    ).format(
        table=table,
        columns=SQL(", ").join(Identifier(f.column) for f in fields),
        rows=SQL(", ").join([row] * count),
        key=SQL(", ").join(Identifier(model._meta.get_field(name).column) for name in key),
        updates=SQL(", ").join(
            SQL("{0} = excluded.{0}").format(Identifier(f.column)) for f in updated
        ),
        old=SQL(", ").join(SQL("old.{}").format(Identifier(f.column)) for f in compared),
        new=SQL(", ").join(SQL("excluded.{}").format(Identifier(f.column)) for f in compared),
    )
