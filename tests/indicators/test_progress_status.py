"""The verdict: which status comes first, and why something is not computable."""

from dataclasses import replace
from decimal import Decimal

import pytest

from indicators.formulas.assessment import Reason
from indicators.formulas.progress import Direction, TargetPath, TrajectoryKind
from indicators.formulas.verdicts import Status, Thresholds
from tests.indicators.outcomes import assess

UP = TargetPath(Decimal(100), 2020, Decimal(200), 2025, Direction.INCREASE)
NO_BASELINE = replace(UP, baseline=None)
NO_TARGET = replace(UP, target=None)
BAND = TargetPath(
    None,
    2020,
    None,
    2025,
    Direction.KEEP,
    band_low=Decimal(100),
    band_high=Decimal(120),
    tolerance=Decimal(10),
)
# Nothing in the first year, a step back in the second, then all at once.
LATE = replace(
    UP,
    trajectory=TrajectoryKind.STATED,
    stated=((2021, Decimal(100)), (2022, Decimal(90)), (2024, Decimal(150))),
)


def verdict(line: TargetPath, year: int, value: str | None) -> Status:
    return assess(line, year=year, value=None if value is None else Decimal(value)).status


@pytest.mark.parametrize(
    ("year", "value", "expected"),
    [
        pytest.param(2019, "300", Status.NOT_STARTED, id="before the baseline nothing is achieved"),
        pytest.param(2019, None, Status.NOT_STARTED, id="before the baseline nothing is missing"),
        pytest.param(2020, "100", Status.NOT_STARTED, id="the baseline year"),
        pytest.param(2020, None, Status.NOT_STARTED, id="the baseline year, its figure missing"),
        pytest.param(2020, "200", Status.ACHIEVED, id="achieved in the baseline year"),
        pytest.param(2023, "200", Status.ACHIEVED, id="achieved early"),
        pytest.param(2025, "200", Status.ACHIEVED, id="achieved in time"),
        pytest.param(2027, "200", Status.ACHIEVED, id="achieved late"),
        pytest.param(2023, None, Status.NO_DATA, id="no figure"),
        pytest.param(2025, None, Status.NO_DATA, id="no figure in the last year is not missed"),
        pytest.param(2025, "199", Status.MISSED, id="99 % at the end is missed"),
        pytest.param(2026, "199", Status.MISSED, id="missed stays missed"),
        pytest.param(2024, "199", Status.ON_TRACK, id="99 % before the end is on track"),
        pytest.param(2024, "172", Status.ON_TRACK, id="pace of 0.9"),
        pytest.param(2024, "171", Status.AT_RISK, id="pace below 0.9"),
        pytest.param(2024, "148", Status.AT_RISK, id="pace of 0.6"),
        pytest.param(2024, "147", Status.OFF_TRACK, id="pace below 0.6"),
        pytest.param(2024, "0", Status.OFF_TRACK, id="a value of zero is a value"),
    ],
)
def test_the_first_rule_that_holds_decides(year: int, value: str | None, expected: Status) -> None:
    assert verdict(UP, year, value) is expected


@pytest.mark.parametrize(
    ("year", "value", "expected", "would_be"),
    [
        pytest.param(2025, "199", Status.PENDING, Status.MISSED, id="missed only of a full count"),
        pytest.param(2025, "200", Status.PENDING, Status.ACHIEVED, id="achieved likewise"),
        pytest.param(2027, "150", Status.PENDING, Status.MISSED, id="years after, too"),
        pytest.param(2023, "200", Status.ON_TRACK, None, id="beyond the target before its year"),
        pytest.param(2020, "200", Status.ON_TRACK, None, id="and in the baseline year"),
        pytest.param(2024, "171", Status.AT_RISK, None, id="before the end by the pace"),
        pytest.param(2019, "300", Status.NOT_STARTED, None, id="before the baseline"),
    ],
)
def test_an_estimate_has_no_last_word(
    year: int, value: str, expected: Status, would_be: Status | None
) -> None:
    found = assess(UP, year=year, value=Decimal(value), is_estimate=True)
    assert (found.status, found.would_be) == (expected, would_be)


def test_what_lacks_a_promise_or_a_value_is_not_pending() -> None:
    assert assess(UP, year=2025, value=None, is_estimate=True).status is Status.NO_DATA
    lacking = assess(NO_TARGET, year=2025, value=Decimal(1), is_estimate=True)
    assert lacking.status is Status.NOT_COMPUTABLE


def test_the_plan_may_change_its_thresholds() -> None:
    strict = Thresholds(on_track=Decimal(1), at_risk=Decimal("0.95"))
    found = [
        assess(UP, year=2024, value=Decimal(value), thresholds=strict).status
        for value in (180, 179, 176, 175)
    ]
    assert found == [Status.ON_TRACK, Status.AT_RISK, Status.AT_RISK, Status.OFF_TRACK]


def test_there_is_no_pace_in_the_baseline_year() -> None:
    met_already = replace(UP, baseline=Decimal(250))
    found = assess(met_already, year=2020, value=Decimal(190))
    assert found.expected_progress == 1
    assert found.pace is None
    assert found.status is Status.NOT_STARTED
    assert assess(met_already, year=2021, value=Decimal(190)).pace == 0


def test_a_baseline_that_meets_the_target_must_be_held_to_the_end() -> None:
    met_already = replace(UP, baseline=Decimal(250))
    assert verdict(met_already, 2023, "200") is Status.ACHIEVED
    assert verdict(met_already, 2023, "199") is Status.OFF_TRACK
    assert verdict(met_already, 2025, "199") is Status.MISSED


@pytest.mark.parametrize(
    ("year", "value", "expected"),
    [
        (2021, "100", Status.ON_TRACK),
        (2021, "99", Status.OFF_TRACK),
        (2022, "90", Status.ON_TRACK),
        (2022, "89", Status.OFF_TRACK),
        (2023, "120", Status.ON_TRACK),
    ],
)
def test_where_nothing_is_expected_yet_it_is_enough_to_be_level(
    year: int, value: str, expected: Status
) -> None:
    found = assess(LATE, year=year, value=Decimal(value))
    assert found.status is expected
    assert found.reason is None
    assert (found.pace is None) == (year < 2023)


@pytest.mark.parametrize(
    ("year", "value", "expected"),
    [
        (2020, "95", Status.NOT_STARTED),
        (2023, "100", Status.ACHIEVED),
        (2023, "99", Status.ON_TRACK),
        (2023, "123", Status.AT_RISK),
        (2023, "126", Status.OFF_TRACK),
        (2025, "99", Status.MISSED),
        (2023, None, Status.NO_DATA),
    ],
)
def test_a_band_needs_neither_baseline_nor_target(
    year: int, value: str | None, expected: Status
) -> None:
    assert verdict(BAND, year, value) is expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(NO_BASELINE, Reason.BASELINE_MISSING, id="baseline"),
        pytest.param(NO_TARGET, Reason.TARGET_MISSING, id="target"),
        pytest.param(
            replace(NO_BASELINE, target=None), Reason.BASELINE_MISSING, id="a growth over what?"
        ),
        pytest.param(
            replace(NO_TARGET, baseline=Decimal(0)),
            Reason.GROWTH_NEEDS_POSITIVE,
            id="a growth over nothing",
        ),
        pytest.param(
            replace(NO_TARGET, baseline=Decimal(-10)),
            Reason.GROWTH_NEEDS_POSITIVE,
            id="a growth over less than nothing",
        ),
        pytest.param(replace(BAND, band_low=None, band_high=None), Reason.BAND_MISSING, id="band"),
        pytest.param(replace(BAND, tolerance=None), Reason.TOLERANCE_MISSING, id="tolerance"),
    ],
)
@pytest.mark.parametrize("year", [2020, 2023, 2025])
@pytest.mark.parametrize("value", [Decimal(0), None])
def test_an_incomplete_promise_says_what_it_lacks_whether_or_not_there_are_figures(
    line: TargetPath, reason: Reason, year: int, value: Decimal | None
) -> None:
    found = assess(line, year=year, value=value)
    assert (found.status, found.reason) == (Status.NOT_COMPUTABLE, reason)
    assert found.progress is None
    assert found.pace is None


def test_an_incomplete_promise_expects_nothing() -> None:
    found = assess(replace(BAND, band_low=None, band_high=None), year=2023, value=Decimal(1))
    assert found.expected_progress is None
    assert found.gap is None
    assert assess(NO_BASELINE, year=2023, value=Decimal(1)).expected_progress is None


@pytest.mark.parametrize(
    ("year", "value", "expected", "reason"),
    [
        (2020, "0", Status.NOT_STARTED, None),
        (2023, "5", Status.NOT_COMPUTABLE, Reason.COMPOUND_NEEDS_POSITIVE),
        (2023, "10", Status.ACHIEVED, None),
        (2023, None, Status.NO_DATA, None),
        (2025, "5", Status.MISSED, None),
    ],
)
def test_without_a_trajectory_what_needs_no_pace_is_still_told(
    year: int, value: str | None, expected: Status, reason: Reason | None
) -> None:
    line = replace(UP, baseline=Decimal(0), target=Decimal(10), trajectory=TrajectoryKind.COMPOUND)
    found = assess(line, year=year, value=None if value is None else Decimal(value))
    assert (found.status, found.reason) == (expected, reason)
