"""The SELECTs of every result with their parameters: to be stored, measured, or only looked at."""

from collections.abc import Iterator
from typing import Any

from imtplan import clock
from indicators.database import ask
from indicators.models import InstituteValue, Progress, RollUp
from indicators.scope import RecomputeScope
from indicators.statements.progress import progress_query
from indicators.statements.roll_ups import roll_up_query
from indicators.statements.storing import columns_of
from indicators.statements.values import YearRelation, values_query

# Indicators in one statement: what is sorted and gathered for them fits in memory.
AT_A_TIME = 20

Parameters = dict[str, Any]


def in_batches(scope: RecomputeScope) -> Iterator[tuple[YearRelation, RecomputeScope]]:
    """The indicators of a scope, a few at a time, by the way their years relate."""
    for years in YearRelation:
        parts = scope.relating(years)
        for start in range(0, len(parts), AT_A_TIME):
            yield years, scope.only(parts[start : start + AT_A_TIME])


def parameters_of(scope: RecomputeScope) -> Parameters:
    """What `values_query` and `progress_query` ask for."""
    pairs = [(part.indicator, y) for part in scope.parts for y in range(part.first, part.last + 1)]
    return {
        "pair_indicators": [indicator for indicator, _ in pairs],
        "pair_years": [year for _, year in pairs],
        "indicators": [part.indicator for part in scope.parts],
        "firsts": [part.first for part in scope.parts],
        "wholes": [part.whole for part in scope.parts],
        "wholes_only": [part.indicator for part in scope.parts if part.whole],
        "touched_indicators": [indicator for indicator, _ in scope.touched],
        "touched_schools": [school for _, school in scope.touched],
    }


def roll_up_parameters() -> Parameters:
    return {"today": clock.today()}


def bare_statements() -> Iterator[tuple[str, Parameters]]:
    """The SELECTs of all results, from the figures and the results that are stored."""
    scope = RecomputeScope.everywhere()
    for query in (values_query, progress_query):
        for years, batch in in_batches(scope):
            yield query(years), parameters_of(batch)
    yield roll_up_query(), roll_up_parameters()


def into_temporary_tables() -> None:
    """Every result into `computed_values`, `computed_progress` and `computed_roll_ups`.

    From the tables that `search_path` finds, at the time of `imtplan.clock`. The three tables have
    the columns of the queries and are gone with the transaction, of which this is a part.
    """
    values, progress, roll_ups = "computed_values", "computed_progress", "computed_roll_ups"
    tables = {values: InstituteValue, progress: Progress, roll_ups: RollUp}
    for table, model in tables.items():
        ask(
            f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS "
            f"SELECT {', '.join(columns_of(model))} FROM {model._meta.db_table} WITH NO DATA"
        )
    scope = RecomputeScope.everywhere()
    for years, batch in in_batches(scope):
        _insert(values, InstituteValue, values_query(years), parameters_of(batch))
    ask(f"ANALYZE {values}")
    for years, batch in in_batches(scope):
        query = progress_query(years, values=values)
        _insert(progress, Progress, query, parameters_of(batch))
    ask(f"ANALYZE {progress}")
    _insert(roll_ups, RollUp, roll_up_query(progress=progress), roll_up_parameters())


def _insert(table: str, model: type[Any], query: str, parameters: Parameters) -> None:
    columns = ", ".join(columns_of(model))
    ask(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM ({query}) AS q", parameters)
