"""Storing what a SELECT computes: one statement that touches only the rows that differ.

NULL counts as a value (`IS DISTINCT FROM`): clearing a number is a change like another. The
fingerprint of the inputs counts too: where other inputs give the same result, the row is written
with the new fingerprint and the time, so that it says what it was computed from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from indicators.models import InstituteValue, Progress, RollUp

# Not of the query; when a row was computed is no reason to write it again.
ADDED = ("formula_version", "computed_at")


def columns_of(model: type[models.Model]) -> list[str]:
    """Those that the query of a result gives."""
    columns = [field.column for field in model._meta.concrete_fields]
    return [name for name in columns if name not in ("id", *ADDED)]


@dataclass(frozen=True)
class ResultStore:
    """Where the rows of one query go.

    `obsolete`: which stored rows (`s`) the query would have given, were they to stay. `report`:
    what is told of the rows that differ, beside their number.
    """

    model: type[models.Model]
    key: Sequence[str]
    obsolete: str
    moved: str = "NULL::bigint"
    report: str = "SELECT count(*) FROM touched"

    def statement(self, query: str) -> str:
        """Parameters: those of the query, `wholes_only` and those of ADDED."""
        table = self.model._meta.db_table
        columns = ", ".join(self._columns)
        written = ", ".join([*self._columns, *ADDED])
        return f"""
            WITH computed AS MATERIALIZED ({query}),
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
    def _columns(self) -> list[str]:
        return columns_of(self.model)

    @property
    def _values(self) -> list[str]:
        return [name for name in self._columns if name not in self.key]

    @property
    def _updates(self) -> str:
        return ", ".join(f"{name} = excluded.{name}" for name in [*self._values, *ADDED])

    @property
    def _same(self) -> str:
        """A key part that may be NULL is 0 then: two NULLs are the same, and found by a hash."""
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
    obsolete="s.indicator_id = ANY (%(wholes_only)s::bigint[])",
)

# Which progress toward a reference target moved, so that what stands above it does.
PROGRESS = ResultStore(
    Progress,
    ("target_id", "year", "view"),
    obsolete="""s.target_id IN (
        SELECT t.id FROM indicators_target AS t
        WHERE t.indicator_id = ANY (%(wholes_only)s::bigint[])
    )""",
    moved="""(s.exact_progress, s.exact_expected, s.is_estimate, s.status = 'pending')
        IS DISTINCT FROM
        (c.exact_progress, c.exact_expected, c.is_estimate, c.status = 'pending')""",
    report="""
        SELECT total.n, above.*
        FROM (SELECT count(*) AS n FROM touched) AS total
        LEFT JOIN (
            SELECT t.plan_id, t.indicator_id, m.year, m.view
            FROM touched AS m JOIN indicators_target AS t ON t.id = m.target_id
            WHERE t.is_reference AND coalesce(m.moved, true)
        ) AS above ON true""",
)

ROLL_UPS = ResultStore(
    RollUp,
    ("plan_id", "objective_id", "lever_id", "project_id", "year", "view"),
    obsolete="%(everything)s::boolean",
)
