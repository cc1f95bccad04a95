"""Killed in the middle of a recomputation, by whatever dies: progress comes right all the same.

`make kill ROUNDS=50 SEED=1` plays many rounds, with kill -9 of a PostgreSQL process as well, which
brings down every connection of its cluster and is therefore not for a suite that shares it.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import psutil
import pytest
from django.db import DatabaseError, connection

from imtplan.integrity.results_check import differences
from indicators.models import Figure, IndicatorLink, StaleMark, Target
from indicators.recomputing.stale_claims import LOCK
from projects.models import Milestone
from tests import factories
from tests.worker import Queue, Worker, use_queue, wait_for

ROUNDS = int(os.environ.get("KILL_ROUNDS", "4"))
SEED = int(os.environ.get("KILL_SEED", "20180116"))
ALONE = "KILL_ROUNDS" in os.environ  # the cluster is this run's own

SCHOOLS, INDICATORS, YEARS = 4, 3, range(2017, 2023)


@pytest.fixture
def plan(transactional_db: None) -> None:
    """A little of everything: sums, a ratio, a school's own target, two objectives, a project."""
    schools = factories.SchoolFactory.create_batch(SCHOOLS)
    for number in range(INDICATORS):
        target = factories.TargetFactory(value=2000, baseline_value=None)
        objective = factories.ObjectiveFactory(plan=target.plan)
        factories.LinkFactory(indicator=target.indicator, objective=objective)
        for school in schools:
            for year in YEARS:
                factories.FigureFactory(
                    indicator=target.indicator, school=school, year=year, value=100 + number
                )
    project = factories.ProjectFactory(plan=target.plan)
    factories.MilestoneFactory(project=project, due_on="2020-06-30")


@pytest.mark.usefixtures("plan")
def test_what_is_killed_in_mid_recomputation_comes_right(worker: Worker, queue: Queue) -> None:
    chance = random.Random(SEED)  # noqa: S311 - for variety, to be played again
    victims = list(VICTIMS) * (ROUNDS // len(VICTIMS) + 1)
    wait_for(settled, "the first recomputation")
    for number, victim in enumerate(victims[:ROUNDS], start=1):
        edit(chance)
        in_the_middle(chance, lambda kill=VICTIMS[victim]: kill(worker, queue))
        edit(chance)
        bring_back(worker, queue)
        took = wait_for(settled, f"progress to be right, round {number}: {victim}", seconds=60)
        print(f"round {number}: {victim} killed, right after {took:.1f} s")


def settled() -> bool:
    """Nothing is stale, and all that is stored is what the formulas say."""
    with suppress(DatabaseError):
        return not StaleMark.objects.exists() and differences() == []
    connection.close()  # PostgreSQL went away: the next look takes a new connection
    return False


def edit(chance: random.Random) -> None:
    """A few writes of different kinds, each of which makes something stale."""
    for _number in range(chance.randint(1, 4)):
        chance.choice(EDITS)(chance)


def _change(chance: random.Random) -> None:
    some_figure(chance).update(state="number", value=Decimal(chance.randint(50, 900)))


def _clear(chance: random.Random) -> None:
    some_figure(chance).update(state="not_entered", value=None)


def _excuse(chance: random.Random) -> None:
    some_figure(chance).update(state="not_applicable", value=None)


def _promise(chance: random.Random) -> None:
    target = chance.choice(list(Target.objects.order_by("pk")))
    Target.objects.filter(pk=target.pk).update(value=chance.randint(500, 5000))


def _weigh(chance: random.Random) -> None:
    link = chance.choice(list(IndicatorLink.objects.order_by("pk")))
    IndicatorLink.objects.filter(pk=link.pk).update(weight=chance.randint(1, 5))


def _finish(chance: random.Random) -> None:
    Milestone.objects.update(done_on=chance.choice([None, "2020-05-04", "2021-05-04"]))


EDITS = [_change, _change, _clear, _excuse, _promise, _weigh, _finish]


def some_figure(chance: random.Random) -> Any:
    figures = Figure.objects.order_by("pk")
    return Figure.objects.filter(pk=figures[chance.randrange(figures.count())].pk)


def in_the_middle(chance: random.Random, kill: Callable[[], None]) -> None:
    """Kill while the task waits for its lock, while it is about to store, or at any moment."""
    hold = chance.choice(
        [
            f"SELECT pg_advisory_xact_lock({LOCK})",
            "LOCK TABLE indicators_rollup IN SHARE MODE",
            None,
        ]
    )
    if hold is None:
        time.sleep(chance.random() / 5)
        kill()
        return
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(hold)
        with suppress(AssertionError):  # it may be done already: then it is killed at rest
            wait_for(somebody_waits, "a task in its middle", seconds=3)
        kill()
        cursor.execute("COMMIT")
    connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return cursor.fetchone()[0] > 0


def kill_worker(worker: Worker, queue: Queue) -> None:
    worker.kill()


def kill_child(worker: Worker, queue: Queue) -> None:
    """The process that computes, and not the one that takes messages and starts it anew."""
    for child in worker.pool():
        with suppress(psutil.NoSuchProcess):
            child.kill()


def kill_queue(worker: Worker, queue: Queue) -> None:
    queue.signal(signal.SIGKILL)


def kill_backend(worker: Worker, queue: Queue) -> None:
    """The PostgreSQL process that serves the worker; alone, without any warning to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        for (pid,) in cursor.fetchall():
            if ALONE:
                os.kill(pid, signal.SIGKILL)
            else:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


VICTIMS = {
    "the worker": kill_worker,
    "the worker's child": kill_child,
    "Valkey": kill_queue,
    "a PostgreSQL process": kill_backend,
}


def bring_back(worker: Worker, queue: Queue) -> None:
    """What a supervisor does."""
    if not worker.is_alive:
        worker.kill()
        worker.start()
    if not queue.is_alive:
        queue.start()
        use_queue(queue.broker_url)  # this process, too, held connections to the one that died
