"""Many workers at once: what they store is what one of them would have stored."""

import os
import random
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.database import ask
from indicators.models import Figure, Progress, RecomputeRun, RollUp, StaleMark
from indicators.recomputing.recompute import (
    recompute_in_turns,
    recompute_next,
    recompute_stale,
)
from indicators.recomputing.stale_claims import INDICATOR_LOCK, PATIENCE, ROLL_UPS_LOCK
from tests import factories
from tests.databases import count_locks

# Of each of the two races; 200 were run when the locks were made.
TRIALS = int(os.environ.get("TRIALS", "25"))

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(albi: School, ales: School) -> Any:
    """Two objectives of three indicators each, with figures of two schools in four years."""
    plan = factories.PlanFactory()
    for _objective in range(2):
        objective = factories.ObjectiveFactory(plan=plan)
        for _indicator in range(3):
            target = factories.TargetFactory(plan=plan)
            factories.LinkFactory(indicator=target.indicator, objective=objective)
            for school in (albi, ales):
                for year in range(2017, 2021):
                    factories.FigureFactory(
                        indicator=target.indicator, school=school, year=year, value=year
                    )
    recompute_stale()
    return plan


def in_turns() -> int:
    """A worker's job; how many turns it had."""
    return len(list(recompute_in_turns(at_most=2)))


def together(*acts: Callable[[], object]) -> None:
    problems: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as problem:  # noqa: BLE001 - told by the test's own thread
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_four_workers_under_constant_writing_leave_nothing_wrong(plan: Any) -> None:
    chance = random.Random(14)  # noqa: S311 - which figures is no secret
    figures = list(Figure.objects.order_by("pk").values_list("pk", flat=True))
    for _trial in range(TRIALS):
        edits = iter(chance.sample(figures, 4))

        def write(edits: Iterator[int] = edits) -> None:
            for pk in edits:
                Figure.objects.filter(pk=pk).update(value=Decimal(chance.randrange(10_000)))
                in_turns()

        together(write, in_turns, in_turns, in_turns)
        # Who was refused a lock left the rest to its holder, and the holder looked again.
        assert not StaleMark.objects.exists()
    assert differences() == []


def test_two_halves_of_an_objective_completed_at_once_make_it_whole(plan: Any) -> None:
    """Each of two transactions that see half of the other's figures would leave the mean wrong."""
    first, second = (
        Progress.objects.filter(year=2020).values_list("target__indicator", flat=True)[n]
        for n in (0, 2)
    )
    for trial in range(TRIALS):

        def fill(indicator: int, trial: int = trial) -> None:
            Figure.objects.filter(indicator=indicator, year=2020).update(value=trial)
            in_turns()

        together(lambda: fill(first), lambda: fill(second), in_turns, in_turns)
        assert not StaleMark.objects.exists()
    assert differences() == []


def test_an_indicator_that_another_computes_is_left_to_it(plan: Any) -> None:
    pk = Figure.objects.order_by("pk")[0].pk
    Figure.objects.filter(pk=pk).update(value=1)
    indicator = Figure.objects.get(pk=pk).indicator_id
    with holding(INDICATOR_LOCK, indicator):
        assert recompute_next(at_most=2) is None
        assert StaleMark.objects.exists()
    assert recompute_next(at_most=2) is not None
    assert differences() == []


def test_the_means_are_left_to_who_computes_what_is_below_them(plan: Any) -> None:
    before = dict(RollUp.objects.values_list("pk", "exact_progress"))
    Figure.objects.filter(year=2020).update(value=10**6)
    other = StaleMark.objects.of_figures().order_by("-indicator")[0].indicator_id
    with holding(INDICATOR_LOCK, other):
        in_turns()
        assert dict(RollUp.objects.values_list("pk", "exact_progress")) == before
        left = StaleMark.objects.filter(only_roll_ups=True)
        assert left.exists()
        left.update(marked_at=timezone.now() - 2 * PATIENCE)  # one waits for them no longer
        in_turns()
        assert dict(RollUp.objects.values_list("pk", "exact_progress")) != before
    in_turns()
    assert not StaleMark.objects.exists()
    assert differences() == []


def test_means_that_another_computes_are_left_as_marks(plan: Any) -> None:
    Figure.objects.filter(year=2020).update(value=10**6)
    with holding(ROLL_UPS_LOCK):
        in_turns()
        assert set(StaleMark.objects.values_list("only_roll_ups", flat=True)) == {True}
    in_turns()
    assert RecomputeRun.objects.first().scope == "some roll-ups"  # and no empty line on its page
    assert not StaleMark.objects.exists()
    assert differences() == []


def test_a_mark_for_everything_is_shared_out(plan: Any) -> None:
    StaleMark.objects.create(reason="asked for", marked_at=timezone.now())
    Progress.objects.update(progress=0)
    assert recompute_next(at_most=2).indicators == 2
    assert StaleMark.objects.of_figures().count() == 4
    together(in_turns, in_turns)
    in_turns()
    assert differences() == []


def test_years_that_move_while_everything_is_shared_out_reach_who_is_done_already(
    plan: Any, albi: School
) -> None:
    StaleMark.objects.create(reason="asked for", marked_at=timezone.now())
    assert recompute_next(at_most=2).indicators == 2
    first = Figure.objects.order_by("indicator")[0].indicator
    factories.FigureFactory(indicator=first, school=albi, year=2030)
    in_turns()
    assert differences() == []
    assert not StaleMark.objects.exists()


def test_a_turn_with_nothing_to_do_takes_no_lock_of_the_means(plan: Any) -> None:
    with transaction.atomic():
        assert recompute_next(at_most=2) is None
        assert count_locks(kind="advisory") == 1  # the one that all workers share


class holding:  # noqa: N801 - reads as a word where it is used
    """Holds an advisory lock in a session of its own."""

    def __init__(self, *key: int) -> None:
        self.key, self.held, self.go = key, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with transaction.atomic():
            ask(f"SELECT pg_advisory_xact_lock({', '.join(map(str, self.key))})")
            self.held.set()
            self.go.wait(30)
        connection.close()

    def __enter__(self) -> None:
        self.thread.start()
        assert self.held.wait(10)

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self.thread.join()
