"""Measures the recomputation: after one changed figure, and of everything.

    .venv/bin/python -m imtplan.embedded .venv/bin/python benchmarks/recompute.py --size L/10

Sizes: S is 8 schools × 12 indicators × 6 years, L is 1,000 × 300 × 20 (6 million figures), L/10 a
tenth of the figures of L, of 100 schools. It makes a database of its own and drops it at the end.
Times depend on the machine; the ratios of one run less so.
"""

import argparse
import multiprocessing
import os
import random
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

import django

django.setup()

from django.conf import settings
from django.db import connections
from django.test.utils import get_runner, setup_test_environment, teardown_test_environment
from django.utils import timezone

from indicators.database import ask
from indicators.models import CountedFigure, Figure, StaleMark
from indicators.recomputing.recompute import AT_A_TIME, recompute, recompute_next, recompute_stale
from indicators.recomputing.scope import RecomputeScope
from indicators.recomputing.summed_series import summed_series
from projects.models import Serves
from tests import factories

FIRST_YEAR = 2003
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Size:
    schools: int
    indicators: int
    years: int
    plans: int = 1

    @property
    def last_year(self) -> int:
        return FIRST_YEAR + self.years - 1


SIZES = {
    "S": Size(8, 12, 6),
    "M": Size(40, 300, 11, plans=2),
    "L/10": Size(100, 300, 20),
    "L": Size(1000, 300, 20),
}


# --- The data -------------------------------------------------------------------------------------


def make(size: Size) -> None:
    """A plan over all the years. One indicator in five is a ratio, one in ten a mean, one in a
    hundred a running sum; half of the baselines are published; one school in a hundred has a target
    of its own for each indicator; every tenth of the indicators serves another objective.
    """
    plan = factories.PlanFactory(
        code="large",
        baseline_year=FIRST_YEAR,
        first_year=FIRST_YEAR + 1,
        last_year=size.last_year,
    )
    schools = factories.SchoolFactory.create_batch(size.schools)
    indicators = [_indicator(number) for number in range(size.indicators)]
    objectives = factories.ObjectiveFactory.create_batch(10, plan=plan)
    project = factories.ProjectFactory(plan=plan)
    factories.MilestoneFactory.create_batch(5, project=project, due_on=f"{size.last_year}-03-31")
    Serves.objects.create(project=project, objective=objectives[0])
    for number, indicator in enumerate(indicators):
        factories.LinkFactory(indicator=indicator, objective=objectives[number % 10])
        _targets(plan, indicator, number, [None, *schools[number % 100 :: 100]], size)
    if size.plans > 1:
        _second_plan(indicators, size)
    _figures(size)
    ask("VACUUM ANALYZE")


def _second_plan(indicators: list, size: Size) -> None:
    """Follows the same indicators in the last five years, under objectives of its own."""
    first = size.last_year - 4
    plan = factories.PlanFactory(
        code="next", baseline_year=first - 1, first_year=first, last_year=size.last_year
    )
    objectives = factories.ObjectiveFactory.create_batch(10, plan=plan)
    for number, indicator in enumerate(indicators):
        factories.LinkFactory(indicator=indicator, objective=objectives[number % 10])
        factories.TargetFactory(
            plan=plan,
            indicator=indicator,
            value=1100 * size.schools,
            baseline_year=first - 1,
            baseline_value=None,
            year=size.last_year,
        )


def _indicator(number: int) -> object:
    kinds = {0: {"ratio": True}, 5: {"ratio": True}, 3: {"aggregation": "mean"}}
    kind = {"accumulation": "cumulative"} if number % 100 == 99 else kinds.get(number % 10, {})
    return factories.IndicatorFactory(
        direction="decrease" if number % 7 == 6 else "increase", **kind
    )


def _targets(plan: object, indicator: object, number: int, whose: list, size: Size) -> None:
    for school in whose:
        factories.TargetFactory(
            plan=plan,
            indicator=indicator,
            school=school,
            is_reference=school is None,
            value=1000 if school else 1000 * size.schools,
            baseline_year=FIRST_YEAR,
            baseline_value=900 if number % 2 else None,
            year=size.last_year,
            trajectory="compound" if number % 11 == 0 else "linear",
        )


# What a figure that counts has of its figure.
_CONTENT = ", ".join(
    field.column
    for field in CountedFigure._meta.concrete_fields
    if field.name not in ("id", "figure", "view")
)


def _figures(size: Size) -> None:
    """3 % missing, 1 % not applicable, 5 % not yet validated. No trigger runs: it is all stale."""
    ask(
        f"""
        SET session_replication_role = replica;
        INSERT INTO {Figure._meta.db_table} (
            indicator_id, school_id, year, state, value, numerator, denominator, status,
            origin, reason, explanation, source, confirmed, version, entered_at
        )
        SELECT i.id, s.id, y,
               CASE WHEN word THEN 'not_applicable' ELSE 'number' END,
               CASE WHEN NOT word AND i.aggregation <> 'ratio' THEN amount END,
               CASE WHEN NOT word AND i.aggregation = 'ratio' THEN amount END,
               CASE WHEN NOT word AND i.aggregation = 'ratio' THEN amount + 700 END,
               CASE WHEN luck > 0.95 THEN 'submitted' ELSE 'validated' END,
               'import', '', '', '', '{{}}', 1, now()
        FROM indicators_indicator AS i CROSS JOIN accounts_school AS s
        CROSS JOIN generate_series({FIRST_YEAR}, {size.last_year}) AS y
        CROSS JOIN LATERAL (SELECT random() + 0 * (i.id + s.id + y) AS luck) AS drawn
        CROSS JOIN LATERAL (
            SELECT round((800 + 400 * random() + y % 100)::numeric, 2) AS amount,
                   luck < 0.01 AS word OFFSET 0
        ) AS said
        WHERE NOT luck BETWEEN 0.01 AND 0.04;
        INSERT INTO {CountedFigure._meta.db_table} (id, figure_id, view, {_CONTENT})
        SELECT f.id * 2 + number, f.id, view, {_CONTENT} FROM {Figure._meta.db_table} AS f
        JOIN (VALUES (0, 'validated'), (1, 'provisional')) AS views(number, view)
        ON f.status = 'validated' OR view = 'provisional';
        SET session_replication_role = origin
        """  # noqa: S608
    )


# --- What is measured -----------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    """In milliseconds."""
    begin = perf_counter()
    act()
    return (perf_counter() - begin) * 1000


def one_figure(runs: int) -> list[float]:
    """A figure somewhere gets another number; the time until all that rests on it is right."""
    step = max(1, Figure.objects.count() // 6000)  # to choose among a few thousand is enough
    some = "WHERE state = 'number' AND mod(id, %(step)s) = 0 ORDER BY random() LIMIT %(runs)s"
    asked = {"runs": runs, "step": step}
    ids = [pk for (pk,) in ask(f"SELECT id FROM indicators_figure {some}", asked)]  # noqa: S608
    times = []
    for figure in ids:
        ask(
            "UPDATE indicators_figure SET value = value + 1, numerator = numerator + 1 "
            "WHERE id = %(id)s",
            {"id": figure},
        )
        times.append(timed(recompute_stale))
    return times[runs // 6 :]


def add_up() -> None:
    """Every sum of figures, and nothing made of it."""
    for batch in RecomputeScope.everywhere().batches(AT_A_TIME):
        for _series in summed_series(batch):
            pass


def in_turns(workers: int) -> float:
    """Everything, shared by as many workers as this."""
    StaleMark.objects.create(reason="measured", marked_at=timezone.now())
    connections.close_all()
    processes = [FORK.Process(target=take_turns) for _worker in range(workers)]
    return timed(lambda: [process.start() for process in processes] and wait(processes))


def take_turns() -> None:
    """What a worker does, until it finds nothing more, or waits for who shares it out."""
    while recompute_next(at_most=AT_A_TIME) or StaleMark.objects.exists():
        pass


def wait(processes: list[Any]) -> None:
    for process in processes:
        process.join()


def measure(name: str, runs: int) -> dict[str, float]:
    size = SIZES[name]
    took = {"loading": timed(lambda: make(size))}
    took["everything, for the first time"] = timed(recompute_stale)
    ask("VACUUM ANALYZE")
    for workers in (1, 2):
        took[f"everything, nothing changed, by {workers} in turns"] = in_turns(workers)
    took["everything, nothing changed"] = timed(recompute)
    took["the sums of everything, judged by nobody"] = timed(add_up)
    times = one_figure(runs)
    took["one figure, median"] = median(times)
    took["one figure, p95"] = quantiles(times, n=20)[-1]
    took["one figure, worst"] = max(times)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--runs", type=int, default=120)
    given = parser.parse_args()
    random.seed(1)
    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        report(given.size, measure(given.size, given.runs))
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


def report(name: str, took: dict[str, float]) -> None:
    size = SIZES[name]
    print(f"{name}: {size.schools} schools × {size.indicators} indicators × {size.years} years")
    for what, milliseconds in took.items():
        print(f"  {what:<40} {milliseconds:>12,.1f} ms")
    one, two = (took[f"everything, nothing changed, by {n} in turns"] for n in (1, 2))
    print(f"  one worker over two                      {one / two:>12.2f} ×   (goal: 1.6 at least)")
    share = took["the sums of everything, judged by nobody"] / took["everything, nothing changed"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  the sums, of everything unchanged    {share:>12.0%}")
    print(f"  most memory of this process          {memory:>12.0f} MB  (goal: below 300)")


if __name__ == "__main__":
    main()
