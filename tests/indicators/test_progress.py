"""The formulas of one series against one target: the method's own rows first, then each rule."""

from dataclasses import replace
from decimal import Decimal

import pytest

from indicators.formulas.assessment import Reason, what_is_lacking
from indicators.formulas.progress import (
    Direction,
    TargetPath,
    TrajectoryKind,
    clamp,
    target_from_growth,
)
from indicators.formulas.verdicts import Status, Thresholds, grade
from tests.indicators.outcomes import (
    YearlyChange,
    assess,
    change,
    distance_to_band,
    expected_progress,
    expected_value,
    gap,
    pace,
    progress,
    status,
)

INCREASE, DECREASE, KEEP = Direction.INCREASE, Direction.DECREASE, Direction.KEEP
FOUR = Decimal("0.0001")


def line(
    baseline: str | None, target: str | None, direction: Direction = INCREASE, **more: object
) -> TargetPath:
    """A promise from 2020 to 2025."""
    return TargetPath(
        baseline=None if baseline is None else Decimal(baseline),
        baseline_year=2020,
        target=None if target is None else Decimal(target),
        target_year=2025,
        direction=direction,
        **more,  # type: ignore[arg-type]
    )


AT_LEAST_100 = line(None, None, KEEP, band_low=Decimal(100), tolerance=Decimal(10))
BETWEEN_10_AND_20 = line(
    None, None, KEEP, band_low=Decimal(10), band_high=Decimal(20), tolerance=Decimal(5)
)
UP = line("100", "150")
DOWN = line("10", "5", DECREASE)
STATED = line(
    "100",
    "200",
    trajectory=TrajectoryKind.STATED,
    stated=((2021, Decimal(110)), (2023, Decimal(130))),
)
COMPOUND = replace(
    UP, baseline=Decimal(100), target=Decimal(3200), trajectory=TrajectoryKind.COMPOUND
)


# The twelve rows that no system we read gets all right: three of five years elapsed.


@pytest.mark.parametrize(
    ("promise", "value", "reached", "verdict"),
    [
        pytest.param(UP, "130", "0.6", Status.ON_TRACK, id="100 to 150, now 130"),
        pytest.param(line("92", "95"), "93.5", "0.5", Status.AT_RISK, id="92 to 95, now 93.5"),
        pytest.param(DOWN, "7", "0.6", Status.ON_TRACK, id="10 to 5, now 7"),
        pytest.param(UP, "170", "1.4", Status.ACHIEVED, id="100 to 150, now 170: beyond"),
        pytest.param(UP, "90", "-0.2", Status.OFF_TRACK, id="100 to 150, now 90: behind"),
        pytest.param(AT_LEAST_100, "100", "1", Status.ACHIEVED, id="at least 100, now 100: kept"),
        pytest.param(AT_LEAST_100, "98", "0.8", Status.AT_RISK, id="at least 100, now 98: lost"),
        pytest.param(line("20", "0", DECREASE), "5", "0.75", Status.ON_TRACK, id="20 to 0, now 5"),
        pytest.param(line("20", "0", DECREASE), "0", "1", Status.ACHIEVED, id="20 to 0, now 0"),
        pytest.param(line("0", "10"), "4", "0.4", Status.AT_RISK, id="0 to 10, now 4"),
        pytest.param(line("-5", "2"), "-1", "0.5714", Status.ON_TRACK, id="-5 to 2, now -1"),
        pytest.param(UP, None, None, Status.NO_DATA, id="nothing reported"),
    ],
)
def test_the_twelve_rows(
    promise: TargetPath, value: str | None, reached: str | None, verdict: Status
) -> None:
    found = assess(promise, year=2023, value=None if value is None else Decimal(value))
    rounded = None if found.progress is None else found.progress.quantize(FOUR)
    assert rounded == (None if reached is None else Decimal(reached))
    assert found.status is verdict


def test_the_worked_example_of_the_method() -> None:
    students = TargetPath(Decimal(13400), 2017, Decimal(20000), 2022, INCREASE)
    found = assess(students, year=2020, value=Decimal(15000))
    assert found.expected_value == 17360
    assert found.progress.quantize(FOUR) == Decimal("0.2424")
    assert found.expected_progress == Decimal("0.6")
    assert found.pace.quantize(FOUR) == Decimal("0.4040")
    assert found.gap == -2360
    assert found.status is Status.OFF_TRACK
    assert found.reason is None
    assert found.target == 20000
    assert (found.year, found.value) == (2020, 15000)
    needed, so_far = found.change.needed_rate, found.change.achieved_rate
    assert found.change.needed_per_year == 2500
    assert needed.quantize(FOUR) == Decimal("0.1547")
    assert found.change.achieved_per_year.quantize(Decimal(1)) == 533
    assert so_far.quantize(FOUR) == Decimal("0.0383")


# The target and the way to it


@pytest.mark.parametrize(
    ("baseline", "growth", "target"),
    [("200", "15", "230"), ("200", "-15", "170"), ("200", "0", "200"), ("0.5", "-100", "0")],
)
def test_a_growth_is_over_the_baseline(baseline: str, growth: str, target: str) -> None:
    assert target_from_growth(Decimal(baseline), Decimal(growth)) == Decimal(target)


def test_a_growth_without_baseline_is_no_target() -> None:
    assert target_from_growth(None, Decimal(15)) is None


@pytest.mark.parametrize("baseline", ["0", "-10"])
def test_a_growth_over_nothing_or_less_is_no_target(baseline: str) -> None:
    """50 % more than 0 is 0, reached at once; than −10 it is −15, the wrong way."""
    assert target_from_growth(Decimal(baseline), Decimal(50)) is None


@pytest.mark.parametrize(
    ("promise", "year", "expected"),
    [
        pytest.param(UP, 2019, None, id="nothing before the baseline year"),
        pytest.param(UP, 2020, "100", id="the baseline in its year"),
        pytest.param(UP, 2021, "110", id="the same step every year"),
        pytest.param(UP, 2025, "150", id="the target in its year"),
        pytest.param(UP, 2030, "150", id="the target stands afterwards"),
        pytest.param(DOWN, 2023, "7", id="downward"),
        pytest.param(STATED, 2020, "100", id="stated: from the baseline"),
        pytest.param(STATED, 2021, "110", id="stated: the value itself"),
        pytest.param(STATED, 2022, "120", id="stated: linear between two"),
        pytest.param(STATED, 2024, "165", id="stated: linear to the target"),
        pytest.param(STATED, 2026, "200", id="stated: the target stands"),
        pytest.param(COMPOUND, 2019, None, id="compound: nothing before the baseline year"),
        pytest.param(COMPOUND, 2020, "100", id="compound: the baseline, exactly"),
        pytest.param(COMPOUND, 2022, "400", id="compound: doubled twice"),
        pytest.param(COMPOUND, 2025, "3200", id="compound: the target, exactly"),
        pytest.param(COMPOUND, 2026, "3200", id="compound: the target stands"),
        pytest.param(replace(UP, direction=KEEP), 2023, None, id="a band has no trajectory"),
        pytest.param(line(None, "150"), 2023, None, id="no baseline, no way to the target"),
        pytest.param(line("100", None), 2023, None, id="no target, no way to it"),
        pytest.param(line(None, "150"), 2025, "150", id="the target year needs no baseline"),
    ],
)
def test_what_the_trajectory_expects(promise: TargetPath, year: int, expected: str | None) -> None:
    found = expected_value(promise, year)
    assert (None if found is None else found.quantize(FOUR)) == (
        None if expected is None else Decimal(expected)
    )


def test_the_ends_of_a_compound_way_are_exact() -> None:
    odd = replace(COMPOUND, baseline=Decimal(3), target=Decimal(7))
    assert Decimal(3) * (Decimal(7) / 3) != 7
    assert (expected_value(odd, 2020), expected_value(odd, 2025)) == (3, 7)


@pytest.mark.parametrize(("baseline", "target"), [("0", "10"), ("-1", "10"), ("10", "0")])
def test_a_compound_way_needs_positive_ends(baseline: str, target: str) -> None:
    promise = line(baseline, target, trajectory=TrajectoryKind.COMPOUND)
    assert expected_value(promise, 2022) is None
    assert what_is_lacking(promise) is Reason.COMPOUND_NEEDS_POSITIVE


def test_a_compound_way_lacks_its_baseline_before_anything_else() -> None:
    promise = line(None, "10", trajectory=TrajectoryKind.COMPOUND)
    assert expected_value(promise, 2022) is None
    assert what_is_lacking(promise) is Reason.BASELINE_MISSING


def test_a_stated_value_comes_before_the_ends() -> None:
    promise = replace(STATED, stated=((2020, Decimal(90)), (2025, Decimal(190))))
    assert expected_value(promise, 2020) == 90
    assert expected_value(promise, 2025) == 190


@pytest.mark.parametrize("stated", [(), ((2019, Decimal(1)),), ((2026, Decimal(1)),)])
def test_a_stated_way_with_nothing_stated_on_it_is_not_taken_for_linear(
    stated: tuple[tuple[int, Decimal], ...],
) -> None:
    promise = replace(STATED, stated=stated)
    found = assess(promise, year=2022, value=Decimal(120))
    assert found.expected_value is None
    assert found.progress == Decimal("0.2")
    assert found.status is Status.NOT_COMPUTABLE
    assert found.reason is Reason.TRAJECTORY_INCOMPLETE


def test_stated_values_count_on_a_stated_way_only() -> None:
    assert expected_value(replace(STATED, trajectory=TrajectoryKind.LINEAR), 2021) == 120


# Where the series stands


@pytest.mark.parametrize(
    ("promise", "value", "reached"),
    [
        pytest.param(line("120", "100"), "100", "1", id="increase, above already: kept"),
        pytest.param(line("120", "100"), "99", "0", id="increase, above already: lost"),
        pytest.param(line("100", "100"), "100", "1", id="increase, at the target already"),
        pytest.param(line("4", "5", DECREASE), "5", "1", id="decrease, below already: kept"),
        pytest.param(line("4", "5", DECREASE), "6", "0", id="decrease, below already: lost"),
        pytest.param(line("5", "5", DECREASE), "5", "1", id="decrease, at the target already"),
        pytest.param(line("0", "0"), "0", "1", id="zero to zero"),
    ],
)
def test_a_baseline_that_meets_the_target_leaves_all_or_nothing(
    promise: TargetPath, value: str, reached: str
) -> None:
    assert progress(promise, Decimal(value)) == Decimal(reached)


@pytest.mark.parametrize(
    ("value", "distance", "reached"),
    [
        ("15", "0", "1"),
        ("10", "0", "1"),
        ("20", "0", "1"),
        ("9", "1", "0.8"),
        ("22", "2", "0.6"),
        ("5", "5", "0"),
        ("-50", "60", "0"),
    ],
)
def test_a_band_is_kept_or_left_by_a_part_of_the_tolerance(
    value: str, distance: str, reached: str
) -> None:
    assert distance_to_band(BETWEEN_10_AND_20, Decimal(value)) == Decimal(distance)
    assert progress(BETWEEN_10_AND_20, Decimal(value)) == Decimal(reached)
    assert gap(BETWEEN_10_AND_20, 2023, Decimal(value)) == -Decimal(distance)


def test_an_open_side_of_a_band_is_never_left() -> None:
    at_most_20 = replace(BETWEEN_10_AND_20, band_low=None)
    assert progress(at_most_20, Decimal(-1000)) == 1
    assert progress(at_most_20, Decimal(21)) == Decimal("0.8")
    assert progress(AT_LEAST_100, Decimal(1000)) == 1


def test_a_band_at_zero_is_a_band() -> None:
    at_most_0 = line(None, None, KEEP, band_high=Decimal(0), tolerance=Decimal(4))
    assert progress(at_most_0, Decimal(0)) == 1
    assert progress(at_most_0, Decimal(1)) == Decimal("0.75")


def test_without_tolerance_only_the_inside_of_a_band_is_known() -> None:
    promise = replace(AT_LEAST_100, tolerance=None)
    assert assess(promise, year=2023, value=Decimal(100)).status is Status.ACHIEVED
    outside = assess(promise, year=2023, value=Decimal(99))
    assert outside.progress is None
    assert outside.gap == -1
    assert (outside.status, outside.reason) == (Status.NOT_COMPUTABLE, Reason.TOLERANCE_MISSING)


def test_a_tolerance_of_zero_tolerates_nothing() -> None:
    assert progress(replace(AT_LEAST_100, tolerance=Decimal(0)), Decimal("99.9")) == 0
    assert progress(replace(AT_LEAST_100, tolerance=Decimal("0.5")), Decimal("99.9")) == Decimal(
        "0.8"
    )


def test_a_band_expects_to_be_kept_in_every_year_from_the_baseline_on() -> None:
    expected = [expected_progress(AT_LEAST_100, year) for year in (2019, 2020, 2023, 2030)]
    assert expected == [None, 1, 1, 1]
    assert gap(AT_LEAST_100, 2019, Decimal(98)) is None


@pytest.mark.parametrize(
    ("promise", "value", "expected"),
    [
        pytest.param(UP, "125", "-5", id="below an upward way is bad"),
        pytest.param(UP, "135", "5", id="above an upward way is good"),
        pytest.param(DOWN, "8", "-1", id="above a downward way is bad"),
        pytest.param(DOWN, "6", "1", id="below a downward way is good"),
        pytest.param(UP, "130", "0", id="on the way"),
        pytest.param(replace(UP, baseline_year=2023), "105", "5", id="in the baseline year"),
        pytest.param(line("-10", "0"), "0", "4", id="zero is a value"),
    ],
)
def test_the_gap_is_negative_when_it_is_bad(promise: TargetPath, value: str, expected: str) -> None:
    assert gap(promise, 2023, Decimal(value)) == Decimal(expected)


def test_there_is_no_gap_without_value_without_way_or_before_the_baseline() -> None:
    assert gap(UP, 2023, None) is None
    assert gap(line(None, "150"), 2023, Decimal(1)) is None
    assert gap(UP, 2019, Decimal(1)) is None
    assert gap(line(None, None, KEEP), 2023, Decimal(1)) is None


@pytest.mark.parametrize(
    ("reached", "expected", "found"),
    [("0.3", "0.6", "0.5"), ("-0.3", "0.6", "-0.5"), ("0", "0.6", "0"), ("0.3", "0", None)],
)
def test_pace_is_progress_over_what_was_expected(
    reached: str, expected: str, found: str | None
) -> None:
    assert pace(Decimal(reached), Decimal(expected)) == (None if found is None else Decimal(found))


def test_there_is_no_pace_where_one_of_the_two_is_unknown_or_less_than_nothing_is_expected() -> (
    None
):
    assert pace(None, Decimal(1)) is None
    assert pace(Decimal(1), None) is None
    assert pace(Decimal(-1), Decimal(-1)) is None


@pytest.mark.parametrize(("raw", "shown"), [("-0.2", "0"), ("0.3", "0.3"), ("1.4", "1")])
def test_a_bar_goes_from_empty_to_full(raw: str, shown: str) -> None:
    assert clamp(Decimal(raw)) == Decimal(shown)


# The change needed, and the change so far


def test_the_change_of_a_decrease_is_negative() -> None:
    found = change(line("100", "25", DECREASE), 2023, Decimal(100))
    assert found == YearlyChange(Decimal("-37.5"), Decimal("-0.5"), Decimal(0), Decimal(0))


def test_one_year_is_enough_for_a_rate_and_one_is_a_value_like_another() -> None:
    found = change(line("1", "0.5", DECREASE), 2024, Decimal(1))
    assert (found.needed_rate, found.achieved_rate) == (Decimal("-0.5"), 0)
    assert change(line("0.5", "1"), 2021, Decimal("0.75")).achieved_rate == Decimal("0.5")


def test_there_is_no_rate_from_to_or_through_zero() -> None:
    assert change(line("0", "10"), 2023, Decimal(4)).achieved_rate is None
    assert change(line("0", "10"), 2023, Decimal(0)).needed_rate is None
    assert change(line("20", "0", DECREASE), 2023, Decimal(5)).needed_rate is None
    assert change(line("-5", "2"), 2023, Decimal(-1)).needed_per_year == Decimal("1.5")


def test_nothing_is_needed_from_the_target_year_on() -> None:
    found = change(UP, 2025, Decimal(140))
    assert (found.needed_per_year, found.needed_rate) == (None, None)
    assert found.achieved_per_year == 8


def test_nothing_is_achieved_in_the_baseline_year() -> None:
    found = change(UP, 2020, Decimal(100))
    assert (found.achieved_per_year, found.achieved_rate) == (None, None)
    assert found.needed_per_year == 10


def test_no_change_is_told_without_a_value() -> None:
    assert change(UP, 2023, None) == YearlyChange(None, None, None, None)


def test_a_band_needs_no_change_even_beside_a_target_value() -> None:
    found = change(
        replace(AT_LEAST_100, baseline=Decimal(90), target=Decimal(100)), 2023, Decimal(96)
    )
    assert found.needed_per_year is None
    assert found.achieved_per_year == 2


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [
        ("0.9", Status.ON_TRACK),
        ("0.8999", Status.AT_RISK),
        ("0.6", Status.AT_RISK),
        ("0.5999", Status.OFF_TRACK),
    ],
)
def test_the_grade_begins_at_its_threshold(rate: str, verdict: Status) -> None:
    assert grade(Decimal(rate), Thresholds()) is verdict


def test_a_complete_promise_lacks_nothing() -> None:
    for promise in (UP, STATED, COMPOUND, AT_LEAST_100):
        assert what_is_lacking(promise) is None


def test_status_is_read_from_what_it_is_given() -> None:
    verdict = status(
        line=UP, year=2022, progress=Decimal(0), pace=Decimal(1), thresholds=Thresholds()
    )
    assert verdict is Status.ON_TRACK
