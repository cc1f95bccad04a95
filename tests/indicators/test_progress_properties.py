"""What holds of every series, whatever its numbers."""

from dataclasses import replace
from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.assessment import Reason
from indicators.formulas.progress import Direction, TargetPath, TrajectoryKind, clamp, root
from indicators.formulas.verdicts import Status
from tests.indicators.outcomes import assess, expected_progress, expected_value, progress

# Far below the last digit shown anywhere, far above the rounding of 28 digits.
CLOSE = Decimal("1e-12")

numbers = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=2)
maybe = st.none() | numbers
years = st.integers(2018, 2028)
directions = st.sampled_from([Direction.INCREASE, Direction.DECREASE])


@st.composite
def ways(draw: st.DrawFn, directions: st.SearchStrategy[Direction] = directions) -> TargetPath:
    """A complete promise to increase or decrease, linear or stated."""
    stated = draw(st.dictionaries(st.integers(2021, 2024), numbers, max_size=3))
    return TargetPath(
        baseline=draw(numbers),
        baseline_year=2020,
        target=draw(numbers),
        target_year=2025,
        direction=draw(directions),
        trajectory=TrajectoryKind.STATED if stated else TrajectoryKind.LINEAR,
        stated=tuple(stated.items()),
    )


@st.composite
def bands(draw: st.DrawFn) -> TargetPath:
    low, high = sorted([draw(numbers), draw(numbers)])
    tolerance = draw(st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2))
    line = TargetPath(None, 2020, None, 2025, Direction.KEEP, tolerance=tolerance)
    return replace(line, band_low=low, band_high=high)


@st.composite
def any_line(draw: st.DrawFn) -> TargetPath:
    """Promises as they are in the database, some of them incomplete."""
    return TargetPath(
        baseline=draw(maybe),
        baseline_year=2020,
        target=draw(maybe),
        target_year=2025,
        direction=draw(st.sampled_from(Direction)),
        trajectory=draw(st.sampled_from(TrajectoryKind)),
        stated=tuple(draw(st.dictionaries(years, numbers, max_size=3)).items()),
        band_low=draw(maybe),
        band_high=draw(maybe),
        tolerance=draw(st.none() | st.decimals(min_value=0, max_value=100, places=2)),
    )


def mirrored(line: TargetPath) -> TargetPath:
    """The same promise with every sign turned round: to increase becomes to decrease."""
    turned = {Direction.INCREASE: Direction.DECREASE, Direction.DECREASE: Direction.INCREASE}
    return replace(
        line,
        baseline=-line.baseline,
        target=-line.target,
        direction=turned[line.direction],
        stated=tuple((year, -value) for year, value in line.stated),
    )


def scaled(line: TargetPath, factor: Decimal) -> TargetPath:
    return replace(
        line,
        baseline=line.baseline * factor,
        target=line.target * factor,
        stated=tuple((year, value * factor) for year, value in line.stated),
    )


def close(one: Decimal | None, other: Decimal | None, unit: Decimal = Decimal(1)) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(abs(one), unit)


@given(ways(), years, numbers)
def test_less_is_better_is_more_is_better_in_a_mirror(
    line: TargetPath, year: int, value: Decimal
) -> None:
    one = assess(line, year=year, value=value)
    other = assess(mirrored(line), year=year, value=-value)
    assert one.progress == other.progress
    assert one.expected_progress == other.expected_progress
    assert one.pace == other.pace
    assert one.gap == other.gap
    assert one.status is other.status


@given(ways(), years, numbers, st.sampled_from([Decimal("0.001"), Decimal(3), Decimal(1000)]))
def test_the_unit_does_not_matter(
    line: TargetPath, year: int, value: Decimal, factor: Decimal
) -> None:
    one = assess(line, year=year, value=value)
    other = assess(scaled(line, factor), year=year, value=value * factor)
    assert close(one.progress, other.progress)
    assert close(one.pace, other.pace)
    assert close(None if one.gap is None else one.gap * factor, other.gap)


@given(ways(st.just(Direction.INCREASE)), numbers, numbers)
def test_where_more_is_better_more_is_never_less_progress(
    line: TargetPath, one: Decimal, other: Decimal
) -> None:
    low, high = progress(line, min(one, other)), progress(line, max(one, other))
    assert low <= high


@given(ways(), years, numbers)
def test_progress_is_complete_exactly_when_the_target_is_met(
    line: TargetPath, year: int, value: Decimal
) -> None:
    found = assess(line, year=year, value=value)
    met = value >= line.target if line.direction is Direction.INCREASE else value <= line.target
    assert (found.progress >= 1) == met
    assert (found.status is Status.ACHIEVED) == (met and year >= 2020)


@given(ways())
def test_the_way_leads_from_the_baseline_to_the_target(line: TargetPath) -> None:
    assert expected_value(line, 2020) == line.baseline
    assert expected_value(line, 2025) == line.target
    assert expected_progress(line, 2025) == 1


@given(ways(), years)
def test_who_stands_where_expected_has_no_gap_and_a_pace_of_one(
    line: TargetPath, year: int
) -> None:
    found = assess(line, year=year, value=expected_value(line, year))
    assert found.progress == found.expected_progress
    assert found.gap in {None, 0}
    assert found.pace in {None, 1}
    assert found.status in {Status.NOT_STARTED, Status.ON_TRACK, Status.ACHIEVED}


@given(
    st.decimals(min_value=1, max_value=10_000, places=2),
    st.decimals(min_value=1, max_value=10_000, places=2),
    st.integers(2021, 2024),
)
def test_a_compound_way_grows_at_one_rate(baseline: Decimal, target: Decimal, year: int) -> None:
    line = TargetPath(
        baseline, 2020, target, 2025, Direction.INCREASE, trajectory=TrajectoryKind.COMPOUND
    )
    before, now, after = (expected_value(line, y) for y in (year - 1, year, year + 1))
    assert close(now / before, after / now)


@given(ways(), st.integers(2021, 2024), numbers)
def test_the_change_needed_leads_to_the_target(line: TargetPath, year: int, value: Decimal) -> None:
    found = assess(line, year=year, value=value).change
    left = 2025 - year
    assert close(value + found.needed_per_year * left, line.target)
    if found.needed_rate is not None:
        assert close(value * (1 + found.needed_rate) ** left, line.target)


@given(ways(), st.integers(2021, 2028), numbers)
def test_the_change_so_far_leads_from_the_baseline(
    line: TargetPath, year: int, value: Decimal
) -> None:
    found = assess(line, year=year, value=value).change
    elapsed = year - 2020
    assert close(line.baseline + found.achieved_per_year * elapsed, value)
    if found.achieved_rate is not None:
        assert close(line.baseline * (1 + found.achieved_rate) ** elapsed, value)


@given(bands(), numbers)
def test_a_band_is_kept_exactly_inside(line: TargetPath, value: Decimal) -> None:
    found = progress(line, value)
    assert 0 <= found <= 1
    assert (found == 1) == (line.band_low <= value <= line.band_high)


@given(numbers)
def test_a_bar_stays_within_its_frame(value: Decimal) -> None:
    shown = clamp(value)
    assert 0 <= shown <= 1
    assert shown == value or not 0 <= value <= 1


@given(any_line(), years)
def test_what_is_not_reported_is_never_a_number(line: TargetPath, year: int) -> None:
    found = assess(line, year=year, value=None)
    assert found.progress is None
    assert found.pace is None
    assert found.gap is None
    assert (found.change.achieved_per_year, found.change.needed_per_year) == (None, None)
    assert found.status in {Status.NOT_STARTED, Status.NO_DATA, Status.NOT_COMPUTABLE}


@given(any_line(), years, maybe)
def test_there_is_a_reason_exactly_when_something_is_not_computable(
    line: TargetPath, year: int, value: Decimal | None
) -> None:
    found = assess(line, year=year, value=value)
    assert (found.status is Status.NOT_COMPUTABLE) == isinstance(found.reason, Reason)


@given(any_line(), years, numbers)
def test_a_pace_comes_with_its_two_parts(line: TargetPath, year: int, value: Decimal) -> None:
    found = assess(line, year=year, value=value)
    if found.pace is not None:
        assert close(found.pace * found.expected_progress, found.progress)
        assert year > line.baseline_year


@given(any_line(), years, maybe)
def test_achieved_and_missed_are_said_of_a_full_count_only(
    line: TargetPath, year: int, value: Decimal | None
) -> None:
    counted = assess(line, year=year, value=value)
    estimated = assess(line, year=year, value=value, is_estimate=True)
    last = {Status.ACHIEVED, Status.MISSED}
    assert counted.would_be is None
    assert estimated.status not in last
    if counted.status not in last:
        assert estimated.assessment == counted.assessment
    elif year < line.target_year:
        assert estimated.status is Status.ON_TRACK
    else:
        assert (estimated.status, estimated.would_be) == (Status.PENDING, counted.status)


@given(
    number=st.decimals("0.000000000000000000000001", "1000000000000000000000000", places=24),
    degree=st.integers(1, 60),
)
def test_a_root_is_exact_to_the_twenty_sixth_digit(number: Decimal, degree: int) -> None:
    with localcontext(prec=60):
        exact = number ** (Decimal(1) / degree)
    assert abs(root(number, degree) / exact - 1) < Decimal("1e-26")
