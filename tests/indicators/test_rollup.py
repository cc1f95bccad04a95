"""Objectives, levers, projects and the plan: the mean of what has data, and how much that is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.roll_up import (
    ElementMean,
    MilestoneDue,
    RollUpItem,
    project_progress,
    roll_up,
)
from indicators.formulas.verdicts import Status, StatusRule, Thresholds, Verdict

NO_VALUE = Verdict(Status.NO_DATA, StatusRule.NO_VALUE)

DEFAULT = Thresholds()


def item(progress: str | None, expected: str | None = "0.5", weight: str = "1") -> RollUpItem:
    return RollUpItem(
        Decimal(weight),
        None if progress is None else Decimal(progress),
        None if expected is None else Decimal(expected),
    )


NOTHING = item(None, None)


def rolled(
    *items: RollUpItem, final: bool = False, thresholds: Thresholds = DEFAULT
) -> ElementMean:
    return roll_up(items, thresholds=thresholds, final=final)


def test_the_mean_is_weighted() -> None:
    found = rolled(item("0.2", "0.4", weight="3"), item("0.6", "0.8"))
    assert found == ElementMean(
        progress=Decimal("0.3"),
        expected=Decimal("0.5"),
        pace=Decimal("0.6"),
        coverage=Decimal(1),
        verdict=Verdict(Status.AT_RISK, StatusRule.BY_PACE),
        items=2,
        known_items=2,
        coverage_needed=Decimal("0.5"),
    )


def test_what_is_beyond_the_target_does_not_make_up_for_what_is_behind_the_baseline() -> None:
    found = rolled(item("1.4", "1.2"), item("-0.4", "-0.2"))
    assert (found.progress, found.expected) == (Decimal("0.5"), Decimal("0.5"))


def test_an_item_without_data_counts_in_the_coverage_alone() -> None:
    found = rolled(item("0.4", weight="3"), item(None, "0.9"))
    assert (found.progress, found.expected, found.coverage) == (
        Decimal("0.4"),
        Decimal("0.5"),
        Decimal("0.75"),
    )


def test_expected_progress_is_the_mean_of_the_same_items() -> None:
    """An item of which one of the two is unknown would make the pace one of unlike things."""
    found = rolled(item("0.4"), item("0.9", None))
    assert (found.progress, found.expected, found.coverage) == (
        Decimal("0.4"),
        Decimal("0.5"),
        Decimal("0.5"),
    )


def test_a_zero_is_data() -> None:
    found = rolled(item("0"), item("0"))
    assert (found.progress, found.coverage, found.status) == (0, 1, Status.OFF_TRACK)


def test_below_half_coverage_there_is_neither_a_number_nor_a_verdict() -> None:
    half = rolled(item("0.5"), NOTHING)
    less = rolled(item("0.5"), NOTHING, item(None, None, weight="0.001"))
    assert (half.progress, half.status) == (Decimal("0.5"), Status.ON_TRACK)
    assert (less.progress, less.expected, less.pace) == (None, None, None)
    assert less.verdict == Verdict(Status.NO_DATA, StatusRule.LITTLE_COVERED)
    assert (round(less.coverage or 0, 4), less.items, less.known_items) == (Decimal("0.4998"), 3, 1)


def without(coverage: Decimal | None, items: int = 0) -> ElementMean:
    needed = Decimal("0.5")
    return ElementMean(
        None, None, None, coverage, NO_VALUE, items=items, known_items=0, coverage_needed=needed
    )


@pytest.mark.parametrize("items", [[], [item("0.5", weight="0")]])
def test_without_items_of_any_weight_there_is_nothing_to_say(items: list[RollUpItem]) -> None:
    assert rolled(*items) == without(None)


def test_where_no_item_has_data_the_coverage_is_zero() -> None:
    assert rolled(NOTHING) == without(Decimal(0), items=1)


def test_what_has_data_but_no_weight_is_left_out() -> None:
    assert rolled(item("0.5", weight="0"), NOTHING) == without(Decimal(0), items=1)


THIN = [item("0"), NOTHING, NOTHING, NOTHING, NOTHING]  # a coverage of 0.2


def test_an_element_without_data_is_unknown_in_the_one_above_it() -> None:
    """Three objectives: two of 0 % over a fifth of their weight, and one of 50 %, weight 4 of 6."""
    thin = rolled(*THIN).as_item(Decimal(1))
    assert (thin.progress, thin.expected, thin.is_little_covered) == (None, None, True)
    plan = rolled(thin, thin, rolled(item("0.5")).as_item(Decimal(4)))
    assert (plan.progress, plan.expected) == (Decimal("0.5"), Decimal("0.5"))
    assert (plan.items, plan.known_items, plan.status) == (3, 1, Status.ON_TRACK)
    assert round(plan.coverage or 0, 4) == Decimal("0.6667")


def test_objectives_without_data_leave_the_plan_without_a_percentage() -> None:
    objectives = [rolled(*THIN).as_item(Decimal(1)) for _ in range(3)]
    plan = rolled(*objectives, final=True)
    assert (plan.progress, plan.expected, plan.pace, plan.coverage) == (None, None, None, 0)
    assert (plan.items, plan.known_items, plan.verdict) == (3, 0, NO_VALUE)


def test_a_plan_of_which_most_is_unknown_has_no_verdict_either() -> None:
    thin = rolled(*THIN).as_item(Decimal(1))
    plan = rolled(thin, thin, rolled(item("0.5")).as_item(Decimal(1)))
    assert plan.verdict == Verdict(Status.NO_DATA, StatusRule.LITTLE_COVERED)
    assert (plan.progress, plan.known_items) == (None, 1)


@pytest.mark.parametrize(
    ("progress", "expected", "final", "status"),
    [
        pytest.param("1", "0.5", False, Status.ACHIEVED, id="all done"),
        pytest.param("1", "1", True, Status.ACHIEVED, id="all done at the end"),
        pytest.param("0.99", "1", True, Status.MISSED, id="nearly all at the end is missed"),
        pytest.param("0.99", "1", False, Status.ON_TRACK, id="nearly all before the end"),
        pytest.param("0.45", "0.5", False, Status.ON_TRACK, id="pace of 0.9"),
        pytest.param("0.44", "0.5", False, Status.AT_RISK, id="pace below 0.9"),
        pytest.param("0.29", "0.5", False, Status.OFF_TRACK, id="pace below 0.6"),
        pytest.param("0", "0", False, Status.NOT_STARTED, id="nothing expected, nothing done"),
        pytest.param("0.1", "0", False, Status.ON_TRACK, id="nothing expected, something done"),
        pytest.param("0", "0", True, Status.MISSED, id="nothing done at the end"),
    ],
)
def test_the_verdict_of_an_element(
    progress: str, expected: str, final: bool, status: Status
) -> None:
    assert rolled(item(progress, expected), final=final).status is status


def estimate(
    progress: str, expected: str = "1", *, pending: bool = False, weight: str = "1"
) -> RollUpItem:
    return replace(item(progress, expected, weight), is_estimate=True, is_pending=pending)


@pytest.mark.parametrize(
    ("items", "final", "status", "would_be"),
    [
        pytest.param(
            [estimate("0.8", pending=True)], True, Status.PENDING, Status.MISSED, id="all pending"
        ),
        pytest.param(
            [estimate("1", pending=True)], True, Status.PENDING, Status.ACHIEVED, id="all reached"
        ),
        pytest.param(
            [estimate("0.8", pending=True), item("0.5", "1")],
            True,
            Status.PENDING,
            Status.MISSED,
            id="one of two in the last year",
        ),
        pytest.param(
            [estimate("0.5", pending=True)],
            False,
            Status.PENDING,
            Status.OFF_TRACK,
            id="all pending before the last year",
        ),
        pytest.param(
            [estimate("0.5", pending=True), item("0.9", "1")],
            False,
            Status.AT_RISK,
            None,
            id="one of two before the last year",
        ),
        pytest.param([estimate("1", "0.5")], False, Status.ON_TRACK, None, id="reached too early"),
        pytest.param(
            [estimate("0.5", pending=True, weight="0"), item("1", "1")],
            True,
            Status.ACHIEVED,
            None,
            id="what weighs nothing is not waited for",
        ),
        pytest.param([estimate("0.5", pending=True), NOTHING, NOTHING], True, Status.NO_DATA, None),
    ],
)
def test_an_element_waits_for_its_items(
    items: list[RollUpItem], final: bool, status: Status, would_be: Status | None
) -> None:
    found = rolled(*items, final=final)
    assert (found.status, found.verdict.would_be) == (status, would_be)


def test_an_element_hands_on_what_it_rests_on() -> None:
    above = rolled(estimate("0.8", pending=True), final=True).as_item(Decimal(3))
    assert above == RollUpItem(
        Decimal(3), Decimal("0.8"), Decimal(1), is_estimate=True, is_pending=True
    )


def test_the_plan_sets_the_thresholds() -> None:
    strict = Thresholds(on_track=Decimal("1.1"), at_risk=Decimal(1))
    assert rolled(item("0.5"), thresholds=strict).status is Status.AT_RISK


@pytest.mark.parametrize(
    ("limit", "status"), [("0.4", Status.OFF_TRACK), ("0.5", Status.NO_DATA), ("1", Status.NO_DATA)]
)
def test_the_plan_sets_the_coverage_from_which_there_is_a_verdict(
    limit: str, status: Status
) -> None:
    """Two of five have data: a coverage of 0.4."""
    items = [item("0.1"), item("0.3"), NOTHING, NOTHING, NOTHING]
    assert rolled(*items, thresholds=Thresholds(coverage=Decimal(limit))).status is status


# Projects

ON = date(2024, 6, 30)
BEFORE, AFTER = date(2024, 6, 29), date(2024, 7, 1)


def test_a_project_is_the_weight_done_of_all_its_milestones() -> None:
    milestones = [
        MilestoneDue(Decimal(1), due_on=BEFORE, done_on=BEFORE),
        MilestoneDue(Decimal(2), due_on=BEFORE, done_on=None),
        MilestoneDue(Decimal(5), due_on=AFTER, done_on=None),
    ]
    assert project_progress(milestones, on=ON) == RollUpItem(
        weight=Decimal(1), progress=Decimal("0.125"), expected=Decimal("0.375")
    )


@pytest.mark.parametrize(("day", "share"), [(BEFORE, 1), (ON, 1), (AFTER, 0)])
def test_a_milestone_is_done_and_due_from_its_day_on(day: date, share: int) -> None:
    found = project_progress([MilestoneDue(Decimal(3), due_on=day, done_on=day)], on=ON)
    assert (found.progress, found.expected) == (share, share)


def test_a_milestone_done_early_is_done_and_one_done_late_was_not() -> None:
    early = MilestoneDue(Decimal(1), due_on=AFTER, done_on=BEFORE)
    late = MilestoneDue(Decimal(1), due_on=BEFORE, done_on=AFTER)
    assert project_progress([early], on=ON) == RollUpItem(Decimal(1), Decimal(1), Decimal(0))
    assert project_progress([late], on=ON) == RollUpItem(Decimal(1), Decimal(0), Decimal(1))


@pytest.mark.parametrize("milestones", [[], [MilestoneDue(Decimal(0), BEFORE, BEFORE)]])
def test_a_project_without_milestones_is_unknown(milestones: list[MilestoneDue]) -> None:
    found = project_progress(milestones, on=ON)
    assert found == RollUpItem(Decimal(1), None, None)
    assert rolled(found).status is Status.NO_DATA


# Whatever the items

shares = st.decimals(min_value=-2, max_value=2, places=4)
weights = st.decimals(min_value=0, max_value=100, places=3)
with_data = st.builds(RollUpItem, weights, shares, shares)
without_data = st.builds(RollUpItem, weights, st.none(), st.none() | shares)
ROUNDING = Decimal("1e-20")


@given(st.lists(with_data | without_data))
def test_a_mean_lies_among_its_items(items: list[RollUpItem]) -> None:
    found = rolled(*items)
    if found.progress is not None:
        weighed = [i.progress for i in items if i.progress is not None and i.weight > 0]
        low, high = max(min(weighed), Decimal(0)), min(max(weighed), Decimal(1))
        assert min(low, 1) - ROUNDING <= found.progress <= max(high, 0) + ROUNDING


@given(st.lists(with_data), without_data)
def test_missing_data_is_never_taken_for_zero(items: list[RollUpItem], unknown: RollUpItem) -> None:
    before, after = (
        rolled(*listed, thresholds=Thresholds(coverage=Decimal("1e-9")))
        for listed in (items, [*items, unknown])
    )
    assert (after.progress, after.expected, after.pace) == (
        before.progress,
        before.expected,
        before.pace,
    )
    assert after.coverage is None or after.coverage <= (before.coverage or 0)


@given(st.lists(with_data | without_data), st.sampled_from([Decimal(10), Decimal("0.1")]))
def test_only_the_proportion_of_weights_matters(items: list[RollUpItem], factor: Decimal) -> None:
    one = rolled(*items)
    other = rolled(*(RollUpItem(i.weight * factor, i.progress, i.expected) for i in items))
    assert one == other


@given(st.lists(with_data | without_data), st.booleans())
def test_coverage_is_a_share_and_decides_whether_there_is_a_verdict(
    items: list[RollUpItem], final: bool
) -> None:
    found = rolled(*items, final=final)
    assert found.coverage is None or 0 <= found.coverage <= 1
    enough = found.coverage is not None and found.coverage >= Decimal("0.5")
    assert (found.status is Status.NO_DATA) == (not enough)


days = st.dates(date(2020, 1, 1), date(2024, 12, 31))
milestones_ = st.lists(st.builds(MilestoneDue, weights, days, st.none() | days))


@given(milestones_, days, days)
def test_a_project_never_goes_back(milestones: list[MilestoneDue], one: date, other: date) -> None:
    before = project_progress(milestones, on=min(one, other))
    after = project_progress(milestones, on=max(one, other))
    if before.progress is not None and before.expected is not None:
        assert after.progress is not None
        assert after.expected is not None
        assert 0 <= before.progress <= after.progress <= 1
        assert 0 <= before.expected <= after.expected <= 1
