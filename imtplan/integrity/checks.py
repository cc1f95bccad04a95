"""The named checks of the whole database, whoever wrote to it and how.

There is no check where a constraint suffices; other checks see that the constraints and triggers
are there and switched on.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from imtplan import clock
from imtplan.campaigns.models import Receipt
from imtplan.integrity import queries
from imtplan.integrity.queries_results import RECOMPUTE
from imtplan.integrity.results_check import differences
from indicators.models import Figure, Indicator, RecomputeRun, Snapshot
from indicators.past import tables_of_the_past
from indicators.recomputing.stale_triggers import OPERATIONS, STALE, function_name

SHOWN = 20  # how many faults of a check are kept as texts; all are counted
SMALL = 20_000  # up to so many figures every result is computed again, beyond it a sample
SAMPLE = 10  # how many indicators the sample has


class CheckLevel(StrEnum):
    ERROR = "error"  # numbers may be wrong, or something was lost
    WARNING = "warning"  # somebody should look


@dataclass(frozen=True)
class Check:
    name: str
    must: Promise  # the statement that must be true
    advice: Promise
    find: Callable[[], Iterable[str]]  # returns a line for each fault
    level: CheckLevel = CheckLevel.ERROR


@dataclass(frozen=True)
class CheckFinding:
    check: Check
    count: int
    shown: list[str]


def run(checks: Iterable[Check]) -> Iterator[tuple[Check, CheckFinding | None]]:
    """Returns each check with its finding; None where it has no fault."""
    for check in checks:
        lines = iter(_faults(check))
        shown = list(islice(lines, SHOWN))
        count = len(shown) + sum(1 for _line in lines)
        yield check, CheckFinding(check, count, shown) if shown else None


def _faults(check: Check) -> list[str]:
    """Returns the faults of a check. One that fails is itself a fault; the others still run."""
    try:
        with transaction.atomic():
            return list(check.find())
    except Exception as problem:  # noqa: BLE001 - else it would be asked for again for ever
        return [f"{type(problem).__name__}: {problem}"]


def _query_check(sql: str) -> Callable[[], list[str]]:
    """Returns a function that runs the query and returns its rows: one text for each fault."""

    def find() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"today": clock.today(), "now": clock.now()})
            return [line for (line,) in cursor.fetchall()]

    return find


# --- Checks of more than one query --------------------------------------------------------------


def chosen_indicators() -> list[int]:
    """Returns the indicators to compute again: all if figures are few, else a sample of the day.

    Those that cannot be computed are left out: another check reports them.
    """
    failed = RecomputeRun.objects.unresolved().values("indicator")
    usable = Indicator.objects.computed().exclude(pk__in=failed)
    everything = list(usable.order_by("pk").values_list("pk", flat=True))
    if Figure.objects.count() <= SMALL or len(everything) <= SAMPLE:
        return everything
    start = clock.today().toordinal() * SAMPLE % len(everything)
    return (everything + everything)[start : start + SAMPLE]


def results_unlike_the_formulas() -> list[str]:
    chosen = chosen_indicators()
    whole = len(chosen) == Indicator.objects.computed().count()
    return differences(None if whole else chosen)


def versions_unlike_rows() -> Iterator[str]:
    """Compares each table with the last version of each of its rows, both ways."""
    for table in tables_of_the_past():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('imtplan.as_of', 'infinity', true)")
            cursor.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = 'past' AND table_name = %s",
                [table],
            )
            columns = ", ".join(f'"{column}"' for (column,) in cursor.fetchall())
            cursor.execute(queries.UNLIKE_ITS_VERSIONS.format(table=table, columns=columns))
            yield from (f"{table} {key}" for (key,) in cursor.fetchall())


def texts_unlike_their_fingerprint() -> Iterator[str]:
    for model in (Receipt, Snapshot):
        for row in model._default_manager.iterator():
            if hashlib.sha256(row.content.encode()).hexdigest() != row.sha256:
                yield f"{model._meta.model_name} {row.pk} {row}"


def triggers_that_are_missing() -> list[str]:
    listed = {function_name(table, operation) for table in STALE for operation in OPERATIONS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return sorted(listed - {name for (name,) in cursor.fetchall()})


# --- The table ----------------------------------------------------------------------------------

CHECKS = [
    Check(
        "results_are_what_the_formulas_give",
        _("every stored result is what the formulas give from the figures"),
        queries.both(
            RECOMPUTE,
            _("If it comes back, the set-based statements and the formulas differ: a bug."),
        ),
        results_unlike_the_formulas,
    ),
    Check(
        "versions_are_the_rows",
        _("the last version of each row is the row"),
        _("Somebody wrote past the triggers. Compare with a backup, then save the row again."),
        versions_unlike_rows,
    ),
    Check(
        "kept_texts_have_their_fingerprint",
        _("the SHA-256 of each receipt and snapshot is that of its text"),
        _("The text was changed in the database. Restore the row from a backup."),
        texts_unlike_their_fingerprint,
    ),
    Check(
        "stale_marks_are_written",
        _("each table that results rest on has its triggers"),
        _("Run the SQL of each (manage.py sqlmigrate indicators 0002), then recompute everything."),
        triggers_that_are_missing,
    ),
    *(
        Check(name, must, advice, _query_check(sql), CheckLevel(level))
        for name, level, must, advice, sql in queries.QUERIES
    ),
]
