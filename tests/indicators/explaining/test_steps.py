"""What is written out is what was computed: worked out again, every step comes to its outcome."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.explaining import Formula, FormulaStep, StatusRule, StepResult
from indicators.formulas.progress import Direction, TargetPath, TrajectoryKind
from tests.indicators.explaining.calculating import calculated
from tests.indicators.outcomes import assess

# The parts are told to ten decimals: what they make of a short way is that near.
NEAR = Decimal("1e-6")

amounts = st.decimals(-10_000, 10_000, places=2)
positive = st.decimals("0.01", 10_000, places=2)


@st.composite
def lines(draw: st.DrawFn) -> TargetPath:
    direction = draw(st.sampled_from(Direction))
    low, high = sorted([draw(amounts), draw(amounts)])
    return TargetPath(
        baseline=draw(st.none() | amounts),
        baseline_year=2017,
        target=draw(st.none() | amounts),
        target_year=2022,
        direction=direction,
        trajectory=draw(st.sampled_from(TrajectoryKind)),
        stated=tuple(draw(st.dictionaries(st.integers(2016, 2023), amounts)).items()),
        band_low=draw(st.none() | st.just(low)),
        band_high=draw(st.none() | st.just(high)),
        tolerance=draw(st.none() | positive),
    )


def steps_of(line: TargetPath, year: int, value: Decimal | None) -> list[FormulaStep]:
    """What is explained of one year: each number that was calculated."""
    return [step for step in assess(line, year=year, value=value).steps if step.formula]


@given(line=lines(), year=st.integers(2016, 2024), value=st.none() | amounts)
def test_every_calculation_comes_to_its_outcome(
    line: TargetPath, year: int, value: Decimal | None
) -> None:
    steps = steps_of(line, year, value)
    for step in steps:
        outcome = step.outcome.value
        if step.expression and step.result is not StepResult.PACE:
            assert calculated(step.with_numbers) == pytest.approx(outcome, abs=NEAR, rel=NEAR)
    # A number that nobody calculated is an end of a path of which the other is unknown.
    assessment = assess(line, year=year, value=value)
    silent = {step.result for step in assessment.steps} - {step.result for step in steps}
    assert silent <= {StepResult.EXPECTED_VALUE}
    assert not silent or None in (line.baseline, line.target)


@given(line=lines(), year=st.integers(2016, 2024), value=st.none() | amounts)
def test_every_verdict_has_a_rule_that_speaks_of_it(
    line: TargetPath, year: int, value: Decimal | None
) -> None:
    row = assess(line, year=year, value=value)
    rule = row.rule
    assert (rule is StatusRule.BY_PACE) <= (row.pace is not None)
    assert (rule is StatusRule.TARGET_YEAR_OVER) <= (year >= line.target_year)
    assert (rule is StatusRule.TARGET_REACHED) == (
        row.progress is not None and row.progress >= 1
    ) or (rule is StatusRule.BEFORE_BASELINE)
    assert (rule is StatusRule.BEFORE_BASELINE) == (year < line.baseline_year)


STUDENTS = TargetPath(Decimal(13400), 2017, Decimal(20000), 2022, Direction.INCREASE)


def test_the_worked_example_as_it_is_written() -> None:
    steps = {step.result: step for step in steps_of(STUDENTS, 2020, Decimal(15000))}
    assert steps[StepResult.PROGRESS].with_names == "(value − baseline) / (target − baseline)"
    assert steps[StepResult.PROGRESS].with_numbers == "(15000 − 13400) / (20000 − 13400)"
    assert steps[StepResult.EXPECTED_VALUE].with_numbers == (
        "13400 + (20000 − 13400) × (2020 − 2017) / (2022 − 2017)"
    )
    assert steps[StepResult.PACE].with_numbers == "0.2424242424 / 0.6"
    assert steps[StepResult.NEEDED_RATE].with_numbers == "(20000 / 15000) ^ (1 / 2) − 1"


def test_a_negative_number_stands_in_brackets() -> None:
    line = TargetPath(Decimal(-5), 2017, Decimal(2), 2022, Direction.INCREASE)
    steps = {step.result: step for step in steps_of(line, 2020, Decimal(-1))}
    assert steps[StepResult.PROGRESS].with_numbers == "((-1) − (-5)) / (2 − (-5))"


def test_a_target_stated_as_a_growth_is_worked_out_first() -> None:
    line = TargetPath(Decimal(400), 2017, Decimal(500), 2022, Direction.INCREASE)
    first = steps_of(replace(line, growth_percent=Decimal(25)), 2020, None)[0]
    assert (first.formula, first.with_numbers) == (Formula.GROWTH, "400 × (1 + 25 / 100)")


# Nothing more in the first year, then two steps that are not of one length.
IN_STEPS = TargetPath(
    Decimal(100),
    2017,
    Decimal(200),
    2022,
    Direction.INCREASE,
    TrajectoryKind.STATED,
    ((2018, Decimal(100)), (2020, Decimal(150)), (2021, Decimal(180))),
)


def test_between_stated_years_the_nearest_on_either_side_count() -> None:
    expected = next(iter(steps_of(IN_STEPS, 2019, None)))
    assert expected.with_numbers == "100 + (150 − 100) × (2019 − 2018) / (2020 − 2018)"
    of_the_year = next(iter(steps_of(IN_STEPS, 2021, None)))
    assert (of_the_year.formula, of_the_year.with_numbers) == (Formula.STATED, "180")


@pytest.mark.parametrize(
    ("year", "value", "status", "rule"),
    [
        (2018, 100, "on_track", StatusRule.LEVEL_WITH_PATH),
        (2018, 99, "off_track", StatusRule.LEVEL_WITH_PATH),
        (2019, 125, "on_track", StatusRule.BY_PACE),
        (2019, 99, "off_track", StatusRule.BY_PACE),
    ],
)
def test_where_nothing_more_is_expected_the_verdict_is_held_against_the_path(
    year: int, value: int, status: str, rule: StatusRule
) -> None:
    row = assess(IN_STEPS, year=year, value=Decimal(value))
    assert (row.status, row.rule) == (status, rule)


def test_after_its_year_the_target_stands() -> None:
    expected = steps_of(STUDENTS, 2024, Decimal(21000))[0]
    assert (expected.formula, expected.with_numbers) == (Formula.TARGET_STANDS, "20000")
