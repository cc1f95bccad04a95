"""Other weights, tried: the means are the stored ones until something is changed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from imtplan.accounts.models import School
from indicators.models import Figure, Indicator, IndicatorLink, RollUp, Target, View
from indicators.questions.rehearsal import rehearse
from indicators.questions.sensitivity import ExclusionReason, Trial
from indicators.recomputing.recompute import recompute_stale
from objectives.models import Objective, StrategicPlan
from projects.models import Serves
from tests import factories

CLOSE = Decimal("0.000000001")
YEAR = 2020
REAL: dict[str, Decimal] = {}


@dataclass
class Plan:
    """O1: a (20 %) and b (50 %); O2: c (80 %, weight 2) and P1 (25 %); L1: a. O3: nothing."""

    plan: StrategicPlan
    indicators: dict[str, Indicator]

    def trial(self, weights: dict[str, Any] = REAL, *out: str) -> Trial:
        real = Trial.read(self.plan, View.VALIDATED, YEAR)
        tried = {key: Decimal(str(weight)) for key, weight in weights.items()}
        return real.with_others(tried, frozenset(out))


@pytest.fixture
def known(albi: School) -> Plan:
    plan = factories.PlanFactory()
    one, two, _three = (factories.ObjectiveFactory(plan=plan, code=f"O{n}") for n in (1, 2, 3))
    lever = factories.LeverFactory(plan=plan, code="L1")
    made = {}
    for code, percent, links in (
        ("a", 20, [{"objective": one}, {"lever": lever}]),
        ("b", 50, [{"objective": one}]),
        ("c", 80, [{"objective": two, "weight": 2}]),
    ):
        made[code] = factories.IndicatorFactory(code=code)
        factories.TargetFactory(plan=plan, indicator=made[code], baseline_value=0, value=100)
        factories.FigureFactory(indicator=made[code], school=albi, year=YEAR, value=percent)
        for link in links:
            factories.LinkFactory(indicator=made[code], **link)
    project = factories.ProjectFactory(plan=plan, code="P1")
    Serves.objects.create(project=project, objective=two)
    for weight, done in ((1, "2020-03-01"), (3, None)):
        factories.MilestoneFactory(project=project, weight=weight, done_on=done)
    recompute_stale()
    return Plan(plan, made)


def stored(**element: Any) -> RollUp:
    return RollUp.objects.get(year=YEAR, view="validated", **element)


def close(one: Decimal | None, other: Decimal | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < CLOSE


def test_with_the_real_weights_everything_is_as_stored(known: Plan) -> None:
    trial = known.trial()
    assert not trial.is_changed
    for one in trial.weighed:
        side = "objective" if isinstance(one.element, Objective) else "lever"
        row = stored(**{side: one.element.pk})
        assert one.before == one.after
        assert close(one.after.progress, row.progress)
        assert close(one.after.expected, row.expected_progress)
        assert close(one.after.coverage, row.coverage)
        assert one.after.status == row.status
    before, after = trial.plan
    assert before == after
    assert close(after.progress, stored(plan=known.plan).progress)
    assert after.status == stored(plan=known.plan).status


def test_a_weight_tried_is_what_would_be_stored_with_it(known: Plan) -> None:
    trial = known.trial({"o.O1.i.a": 3, "o.O2.p.P1": 4, "o.O2": "0.5", "l.L1.i.a": 7})

    def store() -> None:
        IndicatorLink.objects.filter(indicator__code="a", objective__code="O1").update(weight=3)
        IndicatorLink.objects.filter(indicator__code="a", lever__code="L1").update(weight=7)
        Serves.objects.update(weight=4)
        Objective.objects.filter(code="O2").update(weight="0.5")

    after = {
        move.key: move.after
        for move in rehearse(store)
        if move.model is RollUp and move.after and move.key[4:] == (YEAR, "validated")
    }
    means = {("objective", one.element.pk): one.after for one in trial.weighed}
    assert after
    for (plan, objective, _lever, _project, _year, _view), row in after.items():
        mean = trial.plan[1] if plan else means["objective", objective]
        assert close(mean.progress, row["progress"])
        assert mean.status == row["status"]
    assert trial.is_changed
    assert trial.plan[0] == known.trial().plan[0]


def test_trying_stores_nothing_and_changes_no_row_read(known: Plan) -> None:
    real = Trial.read(known.plan, View.VALIDATED, YEAR)
    weights = [link.weight for link in real.elements.links]
    real.with_others({"o.O1.i.a": Decimal(9)}, frozenset({"i.b"})).without_each()
    assert [link.weight for link in real.elements.links] == weights
    assert [link.weight for link in IndicatorLink.objects.all()] == weights


def test_the_parts_say_what_each_brings_and_add_up(known: Plan) -> None:
    one, two, three, lever = known.trial().weighed
    assert [(part.key, part.contribution) for part in one.parts] == [
        ("o.O1.i.a", Decimal("0.1")),
        ("o.O1.i.b", Decimal("0.25")),
    ]
    for element in (one, two, lever):
        brought = [part.contribution or 0 for part in element.parts]
        assert close(sum(brought, Decimal(0)), element.after.progress)
    assert [part.item.weight for part in two.parts] == [2, 1]
    assert (three.parts, three.after.progress, three.contribution) == ([], None, None)
    plan = known.trial().plan[1].progress
    assert close((one.contribution or 0) + (two.contribution or 0), plan)


def test_a_part_beyond_its_target_brings_its_whole_weight_and_no_more(known: Plan) -> None:
    Figure.objects.filter(indicator=known.indicators["b"]).update(value=150)
    recompute_stale()
    one = known.trial().weighed[0]
    assert [part.contribution for part in one.parts] == [Decimal("0.1"), Decimal("0.5")]
    assert one.after.progress == Decimal("0.6")


def test_what_is_left_out_says_why(known: Plan) -> None:
    indicator = known.indicators["b"]
    Target.objects.filter(indicator=indicator).delete()
    Target.objects.filter(indicator__code="c").update(baseline_value=None)
    factories.LinkFactory(indicator=indicator, objective=Objective.objects.get(code="O3"))
    bare = factories.ProjectFactory(plan=known.plan, code="P2")
    Serves.objects.create(project=bare, objective=Objective.objects.get(code="O3"))
    recompute_stale()
    trial = known.trial({"l.L1.i.a": 0}, "p.P1")
    why = {part.key: part.why for one in trial.weighed for part in one.parts}
    assert why == {
        "o.O1.i.a": None,
        "o.O1.i.b": ExclusionReason.NO_TARGET,
        "o.O2.i.c": ExclusionReason.NO_PROGRESS,
        "o.O2.p.P1": ExclusionReason.OUT,
        "o.O3.i.b": ExclusionReason.NO_TARGET,
        "o.O3.p.P2": ExclusionReason.NO_MILESTONES,
        "l.L1.i.a": ExclusionReason.NO_WEIGHT,
    }


def test_left_out_everywhere_where_it_counts(known: Plan) -> None:
    one, _two, _three, lever = known.trial({}, "i.a").weighed
    assert one.after.progress == Decimal("0.5")
    assert lever.after.progress is None
    assert lever.after.status == "no_data"


def test_what_is_left_out_stays_out_whatever_weight_is_tried_with_it(known: Plan) -> None:
    """Beside it the other weights tried count: O1 is b alone, 50 %, and O2 weighs three times."""
    trial = known.trial({"o.O1.i.a": 9, "o.O2.p.P1": 9, "o.O2": 3, "o.O3": 2}, "i.a", "p.P1")
    one, two, *_others = trial.weighed
    assert (one.after.progress, two.after.progress) == (Decimal("0.5"), Decimal("0.8"))
    assert close(trial.plan[1].progress, (Decimal("0.5") + 3 * Decimal("0.8")) / 4)
    assert close(trial.plan[1].coverage, Decimal(4) / 6)
    without_two = known.trial({"o.O1.i.b": 2, "o.O2": 3}, "o.O2").plan[1]
    assert close(without_two.progress, (Decimal("0.2") + 2 * Decimal("0.5")) / 3)


def test_the_one_that_moves_the_plan_most_comes_first(known: Plan) -> None:
    """O1 35 %, O2 61.67 %, the plan 48.33 %: without c, O2 falls to the project's 25 %. Each of the
    two objectives moves the plan by as much, and they keep their order."""
    found = known.trial().without_each()
    assert [one.plan_item.key for one in found][:3] == ["i.c", "o.O1", "o.O2"]
    assert close(found[0].mean.progress, Decimal("0.3"))
    assert close(found[0].change, Decimal("0.3") - (Decimal("0.35") + Decimal("1.85") / 3) / 2)
    sizes = [round(one.size, 10) for one in found]
    assert sizes == sorted(sizes, reverse=True)
    by_key = {one.plan_item.key: one for one in found}
    assert set(by_key) == {"i.a", "i.b", "i.c", "p.P1", "o.O1", "o.O2", "o.O3"}
    assert by_key["o.O3"].change == 0


def test_one_left_out_is_left_out_of_what_is_tried_already(known: Plan) -> None:
    found = known.trial({"o.O1": 0}, "i.c").without_each()
    assert "i.c" not in {one.plan_item.key for one in found}
    by_key = {one.plan_item.key: one for one in found}
    assert by_key["i.a"].change == 0
    assert by_key["p.P1"].mean.progress is None
    assert by_key["p.P1"].change is None
    assert found[-1].change is None
