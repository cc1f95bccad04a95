"""Whose part is what: the parts make the whole exactly, whatever the numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.forecast import forecast
from indicators.formulas.progress import Aggregation, Direction, TargetPath
from indicators.formulas.readings import Reading
from indicators.formulas.school_parts import (
    MEASURES,
    NOTHING,
    InstituteNumbers,
    NotSplitReason,
    SchoolShare,
    SchoolSplit,
    SchoolYears,
    followed,
    split,
)

STUDENTS = InstituteNumbers(
    aggregation=Aggregation.SUM,
    direction=Direction.INCREASE,
    baseline=Decimal(1000),
    value=Decimal(1100),
    expected=Decimal(1400),
    target=Decimal(1500),
    target_year=2022,
    forecast=Decimal(1125),
)


def years(code: str, then: int | None, now: int | None, **points: int) -> SchoolYears:
    """Of a sum; points by year as y2017=600."""
    readings = {int(year[1:]): Reading(Decimal(value)) for year, value in points.items()}
    first, last = (None if one is None else Reading(Decimal(one)) for one in (then, now))
    return SchoolYears(code, first, last, readings)


LARGE = years("large", 600, 600, y2017=600, y2021=600)
SMALL = years("small", 400, 500, y2017=400, y2021=500)


def part(found: SchoolSplit, code: str) -> SchoolShare:
    return next(one for one in found.parts if one.code == code)


def test_each_school_bears_the_target_by_its_share_of_the_baseline() -> None:
    found = split(STUDENTS, [LARGE, SMALL])
    large, small = part(found, "large"), part(found, "small")
    # 1,500 × 60 % less 600; 1,500 × 40 % less 500.
    assert (large.left, small.left) == (Decimal(300), Decimal(100))
    assert (large.gap, small.gap) == (Decimal(-240), Decimal(-60))
    assert (large.change, small.change) == (Decimal(0), Decimal(100))
    assert found.rest is None
    assert found.weight(large) == Decimal("0.75")


def test_by_its_own_past_a_school_brings_what_its_line_does() -> None:
    found = split(STUDENTS, [LARGE, SMALL])
    # 25 a year since 2017, one year to go.
    assert [one.coming for one in found.parts] == [Decimal(0), Decimal(25)]
    assert found.whole.coming == Decimal(25)


def test_people_are_shared_out_whole() -> None:
    thirds = [years(code, 1, 1) for code in ("a", "b", "c")]
    whole = replace(STUDENTS, baseline=Decimal(3), value=Decimal(3), target=Decimal(103))
    left = [one.left for one in split(whole, thirds).parts]
    assert sorted(left, key=lambda one: one or 0) == [33, 33, 34]


def test_of_what_should_fall_the_gap_is_below_zero_where_it_is_too_high() -> None:
    whole = replace(
        STUDENTS,
        direction=Direction.DECREASE,
        value=Decimal(900),
        expected=Decimal(800),
        target=Decimal(500),
        forecast=None,
    )
    found = split(whole, [years("large", 600, 600), years("small", 400, 300)])
    large = part(found, "large")
    assert (large.gap, large.left) == (Decimal(-120), Decimal(-300))
    assert found.needs(large) == Decimal(300)
    assert found.weight(large) == Decimal("0.75")


def test_who_has_no_baseline_bears_no_share_and_is_not_spread_over_the_others() -> None:
    found = split(STUDENTS, [LARGE, years("unknown", None, 500)])
    assert part(found, "large").left == Decimal(300)
    assert part(found, "unknown").left is None
    assert found.rest is not None
    assert (found.rest.left, found.rest.change) == (Decimal(100), Decimal(100))


def test_who_began_later_bears_nothing_and_all_it_has_counts() -> None:
    begun = SchoolYears("begun", NOTHING, Reading(Decimal(100)), {})
    whole = replace(STUDENTS, forecast=None)
    found = split(whole, [LARGE, years("small", 400, 400), begun])
    assert part(found, "begun").change == Decimal(100)
    assert part(found, "begun").left == Decimal(-100)
    assert found.rest is None


def test_a_published_baseline_beside_the_sum_is_a_part_of_its_own() -> None:
    found = split(replace(STUDENTS, baseline=Decimal(1200)), [LARGE, SMALL])
    assert found.rest is not None
    assert (found.rest.change, found.rest.left) == (Decimal(-200), Decimal(250))


def test_a_successor_bears_what_those_did_that_merged_into_it() -> None:
    schools = followed([LARGE, years("gone", 400, 0), years("kept", 0, 500)], {"gone": "kept"})
    found = split(STUDENTS, schools)
    assert [one.code for one in found.parts] == ["large", "kept"]
    assert part(found, "kept").change == Decimal(100)


def test_what_one_of_two_that_merged_does_not_know_nobody_knows() -> None:
    (both,) = followed([years("gone", None, 0), SMALL], {"gone": "small"})
    assert both.then is None
    assert both.now == Reading(Decimal(500), None, None)


SHARE = InstituteNumbers(
    aggregation=Aggregation.RATIO,
    direction=Direction.INCREASE,
    baseline=Decimal(10),
    value=Decimal(15),
    expected=Decimal(18),
    target=Decimal(20),
    target_year=2022,
    scale=Decimal(100),
    decimals=1,
)


def rate(code: str, numerator: int, denominator: int) -> SchoolYears:
    reading = Reading(None, Decimal(numerator), Decimal(denominator))
    return SchoolYears(code, None, reading, {})


def test_a_ratio_is_shared_out_by_its_parts() -> None:
    found = split(SHARE, [rate("large", 90, 900), rate("small", 60, 100)])
    large, small = part(found, "large"), part(found, "small")
    # The large school holds the whole nine points below the target, the small one lifts it by four.
    assert (large.left, small.left) == (Decimal(9), Decimal(-4))
    assert (large.change, small.change) == (Decimal(0), Decimal(5))
    assert (large.gap, small.gap) == (Decimal("-7.2"), Decimal("4.2"))
    assert (large.now, small.now) == (Decimal(10), Decimal(60))


@pytest.mark.parametrize(
    ("whole", "why"),
    [
        (replace(STUDENTS, aggregation=Aggregation.MEAN), NotSplitReason.MEAN),
        (replace(STUDENTS, aggregation=Aggregation.NONE), NotSplitReason.INSTITUTE),
        (replace(STUDENTS, direction=Direction.KEEP), NotSplitReason.BAND),
        (replace(STUDENTS, value=None), NotSplitReason.NO_VALUE),
        (replace(STUDENTS, target=None), NotSplitReason.NO_PROMISE),
        (replace(STUDENTS, baseline=None), NotSplitReason.NO_PROMISE),
        (replace(STUDENTS, baseline=Decimal(0)), NotSplitReason.NOT_POSITIVE),
        (replace(STUDENTS, baseline=Decimal(-5)), NotSplitReason.NOT_POSITIVE),
    ],
)
def test_what_cannot_be_shared_out_says_why(whole: InstituteNumbers, why: NotSplitReason) -> None:
    found = split(whole, [LARGE, SMALL])
    assert (found.unsplit, found.parts, found.rest) == (why, (), None)


def test_a_school_below_zero_has_no_share() -> None:
    found = split(STUDENTS, [years("debt", -100, 0), years("rich", 1100, 1100)])
    assert found.unsplit is NotSplitReason.NOT_POSITIVE


def test_nothing_weighs_where_nothing_is_left() -> None:
    found = split(replace(STUDENTS, value=Decimal(1500)), [LARGE, years("small", 400, 900)])
    assert [found.weight(one) for one in found.parts] == [None, None]


def test_no_school_at_all_leaves_the_whole_to_nobody() -> None:
    found = split(STUDENTS, [])
    assert found.rest is not None
    assert (found.parts, found.rest.left) == ((), Decimal(400))


# --- Whatever the numbers -------------------------------------------------------------------------

amounts = st.decimals(min_value=0, max_value=1_000_000, places=2)
signed = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=6)


@st.composite
def figures(draw: st.DrawFn) -> Reading:
    return Reading(draw(amounts), draw(amounts), draw(st.integers(1, 10**6).map(Decimal)))


@st.composite
def any_schools(draw: st.DrawFn) -> list[SchoolYears]:
    some = st.none() | figures()
    count = draw(st.integers(0, 5))
    points = st.fixed_dictionaries({year: figures() for year in (2017, 2019, 2020)})
    return [SchoolYears(f"s{at}", draw(some), draw(some), draw(points)) for at in range(count)]


@st.composite
def any_whole(draw: st.DrawFn) -> InstituteNumbers:
    return InstituteNumbers(
        aggregation=draw(st.sampled_from([Aggregation.SUM, Aggregation.RATIO])),
        direction=draw(st.sampled_from([Direction.INCREASE, Direction.DECREASE])),
        baseline=draw(st.none() | signed),
        value=draw(st.none() | signed),
        expected=draw(st.none() | signed),
        target=draw(st.none() | signed),
        target_year=draw(st.integers(2017, 2023)),
        forecast=draw(st.none() | signed),
        scale=draw(st.sampled_from([Decimal(1), Decimal(100)])),
        decimals=draw(st.integers(0, 3)),
    )


@given(any_whole(), any_schools())
def test_the_parts_and_the_rest_are_the_whole_exactly(
    whole: InstituteNumbers, schools: list[SchoolYears]
) -> None:
    found = split(whole, schools)
    if found.unsplit:
        return
    for name in MEASURES:
        parts = [getattr(one, name) for one in (*found.parts, found.rest) if one]
        total = getattr(found.whole, name)
        if total is None:
            assert not any(one is not None for one in parts)
        else:
            assert sum(one for one in parts if one is not None) == total


@given(any_whole(), st.lists(figures(), min_size=1, max_size=6))
def test_where_every_figure_is_known_the_schools_bear_all_of_it(
    whole: InstituteNumbers, readings: list[Reading]
) -> None:
    total = sum((one.value or Decimal(0) for one in readings), Decimal(0))
    whole = replace(whole, aggregation=Aggregation.SUM, baseline=total, value=total, forecast=None)
    schools = [SchoolYears(f"s{at}", one, one, {}) for at, one in enumerate(readings)]
    assert split(whole, schools).rest is None


@given(any_whole(), any_schools())
def test_no_part_is_further_than_one_unit_of_the_last_digit_from_its_share(
    whole: InstituteNumbers, schools: list[SchoolYears]
) -> None:
    whole = replace(whole, aggregation=Aggregation.SUM)
    found = split(whole, schools)
    for school, one in zip(schools, found.parts, strict=False):
        if one.left is None or not (school.then and school.now):
            continue
        assert whole.target is not None
        assert whole.baseline
        assert school.then.value is not None
        assert school.now.value is not None
        share = whole.target * school.then.value / whole.baseline - school.now.value
        assert abs(one.left - share) <= Decimal(10) ** -whole.decimals + Decimal("1e-9")


@given(st.lists(st.lists(amounts, min_size=3, max_size=3), min_size=1, max_size=8))
def test_the_lines_of_the_schools_make_the_line_of_the_institute(
    values: list[list[Decimal]],
) -> None:
    """So that what comes by the schools' own past is the forecast that is shown elsewhere."""
    known = (2017, 2019, 2020)
    sums = {y: sum((own[at] for own in values), Decimal(0)) for at, y in enumerate(known)}
    line = TargetPath(None, 2017, None, 2022, Direction.INCREASE)
    ahead = forecast(sums, at_year=2022, path=line)
    assert ahead is not None
    whole = replace(STUDENTS, baseline=sums[2017], value=sums[2020], forecast=ahead.value)
    if whole.baseline == 0:
        return
    schools = [
        SchoolYears(
            f"s{at}",
            Reading(own[0]),
            Reading(own[2]),
            {y: Reading(value) for y, value in zip(known, own, strict=True)},
        )
        for at, own in enumerate(values)
    ]
    found = split(whole, schools)
    assert found.rest is None or not found.rest.coming
