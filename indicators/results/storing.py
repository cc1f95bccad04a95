"""Stores results with one statement for each kind, which touches only the rows that differ.

NULL counts as a value (`IS DISTINCT FROM`): clearing a number is a change like another. The
fingerprint of the inputs counts too: where other inputs give the same result, the row is written
with the new fingerprint and the time.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from typing import Any

from django.db import connection, models

from imtplan import clock
from indicators.database import ask
from indicators.formulas.progress import FORMULA_VERSION
from indicators.models import InstituteValue, Progress, RollUp

# These columns are written with a row; the time alone is no reason to write it again.
ADDED = ("formula_version", "computed_at")


def as_stored(field: Any, value: Any) -> Any:
    """Returns a result's value as its column holds it: PostgreSQL rounds halves away from zero."""
    if isinstance(value, Decimal) and isinstance(field, models.DecimalField):
        with localcontext(prec=80):
            return value.quantize(Decimal(1).scaleb(-field.decimal_places), rounding=ROUND_HALF_UP)
    return value


@dataclass(frozen=True)
class ResultStore:
    """The table of one kind of result.

    `obsolete` is the condition for the stored rows (`s`) that are deleted unless they were computed
    again. `report` selects what `store` returns about the rows that differ.
    """

    model: type[models.Model]
    key: Sequence[str]
    obsolete: str
    moved: str = "NULL::bigint"
    report: str = "SELECT count(*) FROM touched"

    def store(
        self, rows: Iterable[models.Model], *, often: bool = False, **obsolete: Any
    ) -> list[tuple[Any, ...]]:
        """Store these rows and return the report; DataError for a number too large for its column.

        `obsolete` gives the parameters of that condition; `often` prepares the statement, for few
        rows.
        """
        return ask(self._statement, self._parameters(rows) | obsolete, often=often)

    def insert(self, rows: Iterable[models.Model]) -> None:
        """Store these rows in an empty table."""
        written = ", ".join([*self._columns, *ADDED])
        ask(
            f"INSERT INTO {self.model._meta.db_table} ({written}) "
            f"SELECT {', '.join(self._columns)}, %(formula_version)s, "
            f"%(computed_at)s::timestamptz FROM {self._computed}",
            self._parameters(rows),
        )

    def _parameters(self, rows: Iterable[models.Model]) -> dict[str, Any]:
        """Returns the parameters; the rows are one text, in which numbers keep all their digits."""
        fields = [(field.column, field.attname) for field in self._fields]
        values = [{column: getattr(row, name) for column, name in fields} for row in rows]
        return {
            "rows": json.dumps(values, default=str),
            "formula_version": FORMULA_VERSION,
            "computed_at": clock.now(),
        }

    @cached_property
    def _statement(self) -> str:
        table = self.model._meta.db_table
        columns = ", ".join(self._columns)
        written = ", ".join([*self._columns, *ADDED])
        return f"""
            WITH computed AS MATERIALIZED (SELECT {columns} FROM {self._computed}),
            gone AS (
                DELETE FROM {table} AS s
                WHERE {self.obsolete}
                AND NOT EXISTS (SELECT FROM computed AS c WHERE {self._same})
                RETURNING {self._prefixed("s", self.key)}
            ),
            different AS MATERIALIZED (
                SELECT {self._prefixed("c", self._columns)}, {self.moved} AS moved
                FROM computed AS c LEFT JOIN {table} AS s ON {self._same}
                WHERE s.id IS NULL OR ({self._prefixed("s", self._values)}, s.formula_version)
                    IS DISTINCT FROM ({self._prefixed("c", self._values)}, %(formula_version)s)
            ),
            written AS (
                INSERT INTO {table} ({written})
                SELECT {columns}, %(formula_version)s, %(computed_at)s::timestamptz FROM different
                ON CONFLICT ({", ".join(self.key)}) DO UPDATE SET {self._updates}
            ),
            touched AS (
                SELECT {", ".join(self.key)}, moved FROM different
                UNION ALL SELECT {", ".join(self.key)}, NULL FROM gone
            )
            {self.report}"""

    @property
    def _computed(self) -> str:
        """Returns the rows as a table with the types of the columns, which round the numbers."""
        types = ", ".join(f"{field.column} {field.db_type(connection)}" for field in self._fields)
        return f"json_to_recordset(%(rows)s::json) AS computed({types})"

    @property
    def _fields(self) -> list[Any]:
        fields = self.model._meta.concrete_fields
        return [field for field in fields if field.column not in ("id", *ADDED)]

    @property
    def _columns(self) -> list[str]:
        return [field.column for field in self._fields]

    @property
    def _values(self) -> list[str]:
        return [name for name in self._columns if name not in self.key]

    @property
    def _updates(self) -> str:
        return ", ".join(f"{name} = excluded.{name}" for name in [*self._values, *ADDED])

    @property
    def _same(self) -> str:
        """Returns the condition that two rows have one key. NULL is taken as 0: two NULLs are the
        same, and the database can look them up by a hash."""
        nullable = {f.column for f in self.model._meta.concrete_fields if f.null}
        return " AND ".join(
            f"coalesce(c.{name}, 0) = coalesce(s.{name}, 0)"
            if name in nullable
            else f"c.{name} = s.{name}"
            for name in self.key
        )

    @staticmethod
    def _prefixed(alias: str, names: Sequence[str]) -> str:
        return ", ".join(f"{alias}.{name}" for name in names)


VALUES = ResultStore(
    InstituteValue,
    ("indicator_id", "year", "view"),
    obsolete="s.indicator_id = ANY (%(wholes)s::bigint[])",
)

# The report names the progress toward reference targets that moved, for the means above it.
PROGRESS = ResultStore(
    Progress,
    ("target_id", "year", "view"),
    obsolete="""s.target_id IN (
        SELECT t.id FROM indicators_target AS t
        WHERE t.indicator_id = ANY (%(wholes)s::bigint[])
    )""",
    moved="""(s.exact_progress, s.exact_expected, s.is_estimate, s.status = 'pending')
        IS DISTINCT FROM
        (c.exact_progress, c.exact_expected, c.is_estimate, c.status = 'pending')""",
    report="""
        SELECT total.n, above.*
        FROM (SELECT count(*) AS n FROM touched) AS total
        LEFT JOIN (
            SELECT DISTINCT t.indicator_id, m.year
            FROM touched AS m JOIN indicators_target AS t ON t.id = m.target_id
            WHERE t.is_reference AND coalesce(m.moved, true)
        ) AS above ON true""",
)

ROLL_UPS = ResultStore(
    RollUp,
    ("plan_id", "objective_id", "lever_id", "project_id", "year", "view"),
    obsolete="%(everything)s::boolean",
)
