"""A rehearsal tells what a change would move, and leaves nothing behind."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError

from imtplan.accounts.models import School
from indicators.models import (
    Figure,
    FigureEvent,
    InstituteValue,
    Progress,
    RecomputeRun,
    RollUp,
    StaleMark,
    Target,
)
from indicators.questions.rehearsal import ResultMove, rehearse
from objectives.models import StrategicPlan
from tests import factories

Recompute = Callable[[], RecomputeRun | None]


@pytest.fixture
def target(albi: School, recomputed: Recompute) -> Target:
    found = factories.students_of_the_plan(albi)
    objective = factories.ObjectiveFactory(plan=found.plan)
    factories.LinkFactory(indicator=found.indicator, objective=objective)
    recomputed()
    return found


def raise_target(target: Target) -> None:
    Target.objects.filter(pk=target.pk).update(value=Decimal(21000))


def stored() -> list[object]:
    rows = [model.objects.order_by("pk") for model in (InstituteValue, Progress, RollUp)]
    return [list(found.values()) for found in rows]


def test_a_change_of_nothing_moves_nothing(target: Target) -> None:
    assert rehearse(lambda: None) == []


def test_a_plan_that_asks_for_a_coverage_that_all_have_moves_nothing(target: Target) -> None:
    assert rehearse(lambda: StrategicPlan.objects.update(verdict_from=Decimal("0.9"))) == []


def test_the_move_says_before_and_after(target: Target) -> None:
    moves = rehearse(lambda: raise_target(target))
    move = next(one for one in moves if one.key == (target.pk, 2020, "validated"))
    assert move.model is Progress
    assert move.before is not None
    assert move.after is not None
    assert round(move.before["progress"], 4) == Decimal("0.2424")
    assert round(move.after["progress"], 4) == Decimal("0.2105")
    assert {"target_value", "progress", "expected_value"} <= set(move.fields)
    assert "value" not in move.fields


def test_what_is_announced_is_what_happens(target: Target, recomputed: Recompute) -> None:
    announced = rehearse(lambda: raise_target(target))
    raise_target(target)
    recomputed()
    for move in announced:
        names = [name for name in (move.after or {}) if name.endswith("_id")]
        key = {name: (move.after or {})[name] for name in [*names, "year", "view"]}
        found = move.model._default_manager.filter(**key).values(*(move.after or {})).get()
        assert found == move.after
    assert {move.model for move in announced} == {Progress, RollUp}
    assert rehearse(lambda: raise_target(target)) == []


def test_nothing_stays(target: Target) -> None:
    before = stored(), StaleMark.objects.count(), RecomputeRun.objects.count()
    versions = FigureEvent.objects.count()

    def change() -> None:
        raise_target(target)
        Figure.objects.filter(year=2020).update(value=Decimal(1))

    assert rehearse(change)
    assert (stored(), StaleMark.objects.count(), RecomputeRun.objects.count()) == before
    assert FigureEvent.objects.count() == versions
    target.refresh_from_db()
    assert target.value == 20000


def test_only_the_change_speaks_where_something_was_stale_already(target: Target) -> None:
    Figure.objects.filter(year=2020).update(value=Decimal(16000))
    assert StaleMark.objects.exists()
    moves = rehearse(lambda: None)
    assert moves == []
    assert StaleMark.objects.exists()


def test_what_begins_and_what_ends_has_no_other_side(target: Target) -> None:
    plan = target.plan
    begun = rehearse(lambda: factories.ObjectiveFactory(plan=plan, code="O9"))
    new = [move for move in begun if move.before is None]
    assert {(move.model, (move.after or {})["objective_id"] is None) for move in new} == {
        (RollUp, False)
    }
    ended = rehearse(target.delete)
    gone = [move for move in ended if move.model is Progress]
    assert gone
    assert all(move.after is None for move in gone)


def test_a_refusal_passes_through_and_leaves_the_connection_usable(target: Target) -> None:
    with pytest.raises(IntegrityError):
        rehearse(lambda: Target.objects.filter(pk=target.pk).update(source=""))
    with pytest.raises(ZeroDivisionError):
        rehearse(lambda: 1 // 0)
    assert rehearse(lambda: None) == []


def test_a_move_names_the_fields_that_differ() -> None:
    move = ResultMove(Progress, (1,), {"a": 1, "b": 2}, {"a": 1, "b": 3})
    assert move.fields == ["b"]
    assert ResultMove(Progress, (1,), None, {"a": 1}).fields == ["a"]
