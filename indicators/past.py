"""The past: what was known at an earlier moment, read by the code that reads the present.

The schema `past` holds one view for each table that the formulas and the pages read. A view has its
table's name and columns and shows the rows as the versions have them at `imtplan.as_of`, a setting
of the transaction. Inside `at(moment)` temporary tables hide the tables: each view is read into
one, once, because the formulas read them many times over. Temporary tables hide the stored results
too: they are filled by the same formulas, from what was known. People, roles and the audit are not
hidden: who may see what is decided today.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db import connection, models, transaction

from imtplan import clock
from imtplan.costly_questions import costly_question
from indicators.models import CountedFigure, InstituteValue, Progress, RollUp
from indicators.recomputing.recompute import compute_hidden

# The versioned models by app. Migrations make their views, with the SQL of their day; a test holds
# the database against this list and prints the SQL that a migration lacks.
VERSIONED = {
    "accounts": ["School"],
    "objectives": ["StrategicPlan", "Objective"],
    "levers": ["Lever"],
    "projects": ["FlagshipProject", "Serves", "Milestone", "StatusReport"],
    "indicators": [
        "Indicator",
        "FollowedIndicator",
        "SeriesBreak",
        "Inapplicability",
        "PublishedValue",
        "FigureRule",
        "IndicatorLink",
        "Target",
        "TrajectoryPoint",
        "Figure",
    ],
    "campaigns": ["Campaign", "Extension", "Submission"],
}
# Their view shows, of the versions of figures, those that counted then.
DERIVED = {"indicators": ["CountedFigure"]}
RESULTS: list[type[models.Model]] = [InstituteValue, Progress, RollUp]

# The trigger of a temporary table: a read-only transaction still lets such a table be written.
READ_ONLY = "imt_the_past_is_read_only"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, every query reads what was known at that moment, and none can write.

    The versions carry the moment at which their transaction began: those of one transaction are
    known together or not at all.
    """
    with transaction.atomic(), clock.standing_at(moment):
        _hide_the_results()
        _hide_the_present(moment)
        compute_hidden()
        _forbid_writing()
        yield
        # Takes back the settings too, where this stands inside another transaction.
        transaction.set_rollback(True)


@contextmanager
def shown_at(moment: datetime | None) -> Iterator[None]:
    """Does as `at` while a visitor waits, as one of the few costly questions that run at once.

    Without a moment it is now, which costs nothing more.
    """
    if moment is None:
        yield
        return
    with costly_question(), at(moment):
        yield


def _hide_the_results() -> None:
    with connection.cursor() as cursor:
        for model in RESULTS:
            table = model._meta.db_table
            cursor.execute(
                f'CREATE TEMP TABLE "{table}" (LIKE public."{table}" INCLUDING ALL) ON COMMIT DROP'
            )


def _hide_the_present(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('imtplan.as_of', %s, true), "
            "set_config('search_path', 'pg_temp, past, public', true)",
            [moment.isoformat()],
        )
        cursor.execute(";".join(_copied(table) for table in tables_of_the_past()))
        # The figures of one indicator and school are looked up by year, for each year again.
        figures = CountedFigure._meta.db_table
        cursor.execute(f'CREATE INDEX ON pg_temp."{figures}" (indicator_id, school_id, view, year)')
        cursor.execute(f'ANALYZE pg_temp."{figures}"')


def _copied(table: str) -> str:
    return f'CREATE TEMP TABLE "{table}" ON COMMIT DROP AS TABLE past."{table}"'


def _forbid_writing() -> None:
    temporary = [*tables_of_the_past(), *(model._meta.db_table for model in RESULTS)]
    with connection.cursor() as cursor:
        cursor.execute(";".join(_closed(table) for table in temporary))
        cursor.execute("SET LOCAL transaction_read_only = on")


def _closed(table: str) -> str:
    return (
        f"CREATE TRIGGER {READ_ONLY} BEFORE INSERT OR UPDATE OR DELETE "
        f'ON pg_temp."{table}" EXECUTE FUNCTION public.{READ_ONLY}()'
    )


def tables_of_the_past() -> list[str]:
    """Returns the names of the tables that have a view in the schema `past`."""
    listed = [*VERSIONED.items(), *DERIVED.items()]
    models = (apps.get_model(app, name) for app, names in listed for name in names)
    return [model._meta.db_table for model in models]
