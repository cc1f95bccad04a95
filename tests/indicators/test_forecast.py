"""The forecast: the line, how far it may be off, and how likely the target is."""

import math
import statistics
from dataclasses import replace
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.forecast import Forecast, arctan, forecast, student_cdf, student_quantile
from indicators.formulas.progress import Direction, TargetPath

UP = TargetPath(Decimal(1), 2018, Decimal(8), 2023, Direction.INCREASE)
DOWN = replace(UP, direction=Direction.DECREASE)
BAND = replace(UP, direction=Direction.KEEP)
# By hand: slope 1.1, 6.6 in 2023; residuals -0.1, 0.8, -1.3, 0.6, so s² = 2.7 / 2 = 1.35;
# error² = 1.35 × (1 + 1/4 + 3.5² / 5) = 4.995.
FOUR_POINTS = {2018: Decimal(1), 2019: Decimal(3), 2020: Decimal(2), 2021: Decimal(5)}
ERROR = Decimal("4.995").sqrt()
STRAIGHT = {2015 + n: Decimal(10 + 3 * n) for n in range(5)}


def at_2023(points: dict[int, Decimal], line: TargetPath = UP) -> Forecast:
    found = forecast(points, at_year=2023, path=line)
    assert found is not None
    return found


def rounded(number: Decimal | None, digits: str = "0.000001") -> Decimal:
    assert number is not None
    with localcontext(prec=60):
        return number.quantize(Decimal(digits))


# Student's distribution


@pytest.mark.parametrize(
    ("probability", "freedom", "table"),
    [
        ("0.9", 1, "3.078"),
        ("0.9", 2, "1.886"),
        ("0.9", 3, "1.638"),
        ("0.9", 4, "1.533"),
        ("0.9", 5, "1.476"),
        ("0.9", 6, "1.440"),
        ("0.9", 7, "1.415"),
        ("0.9", 8, "1.397"),
        ("0.9", 9, "1.383"),
        ("0.9", 10, "1.372"),
        ("0.9", 30, "1.310"),
        ("0.95", 5, "2.015"),
        ("0.975", 1, "12.706"),
        ("0.975", 2, "4.303"),
        ("0.975", 9, "2.262"),
        ("0.995", 3, "5.841"),
        ("0.995", 120, "2.617"),
    ],
)
def test_the_quantiles_are_those_of_the_printed_tables(
    probability: str, freedom: int, table: str
) -> None:
    found = student_quantile(Decimal(probability), freedom)
    assert rounded(found, "0.001") == Decimal(table)
    assert rounded(student_cdf(found, freedom), "1e-28") == Decimal(probability)
    mirrored = student_quantile(1 - Decimal(probability), freedom)
    assert rounded(mirrored + found, "1e-24") == 0


def test_half_of_the_distribution_lies_below_zero() -> None:
    for freedom in range(1, 8):
        assert student_cdf(Decimal(0), freedom) == Decimal("0.5")
        assert abs(student_quantile(Decimal("0.5"), freedom)) < Decimal("1e-28")


@given(st.decimals(min_value=-50, max_value=50, places=3), st.integers(1, 40))
def test_the_distribution_is_symmetrical_and_within_bounds(t: Decimal, freedom: int) -> None:
    found = student_cdf(t, freedom)
    assert 0 < found < 1
    assert abs(found + student_cdf(-t, freedom) - 1) < Decimal("1e-30")


@given(st.decimals(min_value=-9, max_value=9, places=3), st.integers(1, 40))
def test_the_distribution_grows_with_t_as_its_density(t: Decimal, freedom: int) -> None:
    """Its slope is Γ((ν+1)/2) / (√(νπ) Γ(ν/2)) × (1 + t²/ν)^(−(ν+1)/2)."""
    step = Decimal("0.0001")
    slope = (student_cdf(t + step, freedom) - student_cdf(t - step, freedom)) / (2 * step)
    front = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    density = math.exp(front) / math.sqrt(freedom * math.pi)
    density *= (1 + float(t) ** 2 / freedom) ** (-(freedom + 1) / 2)
    assert math.isclose(float(slope), density, rel_tol=1e-5)


@pytest.mark.parametrize("freedom", [0, -1])
def test_there_is_no_distribution_without_freedom(freedom: int) -> None:
    with pytest.raises(ValueError, match="degree of freedom"):
        student_cdf(Decimal(1), freedom)


@pytest.mark.parametrize("probability", ["0", "1", "1.5"])
def test_certainty_has_no_quantile(probability: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        student_quantile(Decimal(probability), 3)


def test_arctan_knows_pi() -> None:
    with localcontext(prec=40):
        pi = 4 * arctan(Decimal(1))
    assert rounded(pi, "1e-27") == Decimal("3.141592653589793238462643383")
    assert math.isclose(float(arctan(Decimal(-20))), math.atan(-20))


# The line


def test_the_example_done_by_hand() -> None:
    found = at_2023(FOUR_POINTS)
    reach = Decimal("1.885618") * ERROR
    assert found.value == Decimal("6.6")
    assert rounded(found.low, "0.0001") == rounded(found.value - reach, "0.0001")
    assert rounded(found.high, "0.0001") == rounded(found.value + reach, "0.0001")
    assert found.points == 4


def test_results_have_the_digits_of_everything_else() -> None:
    found = at_2023(FOUR_POINTS | {2021: Decimal(10) / 3})
    for number in (found.value, found.low, found.high, found.probability):
        assert number is not None
        assert len(number.as_tuple().digits) <= 28


@pytest.mark.parametrize("count", [2, 3])
def test_with_two_or_three_points_there_is_the_line_alone(count: int) -> None:
    found = at_2023(dict(list(STRAIGHT.items())[:count]))
    assert found == Forecast(Decimal(34), None, None, None, count)


@pytest.mark.parametrize("points", [{}, {2018: Decimal(1)}])
def test_with_fewer_than_two_points_there_is_no_forecast(points: dict[int, Decimal]) -> None:
    assert forecast(points, at_year=2023, path=UP) is None


@pytest.mark.parametrize(("last", "known"), [(2022, False), (2023, True), (2024, True)])
def test_what_is_known_is_not_forecast(last: int, known: bool) -> None:
    points = {2018: Decimal(1), last: Decimal(5)}
    assert (forecast(points, at_year=2023, path=UP) is None) == known


def test_the_years_need_not_follow_each_other_nor_come_in_order() -> None:
    assert at_2023({2021: Decimal(7), 2018: Decimal(1), 2020: Decimal(5)}).value == 11


# The probability


def test_on_the_forecast_the_odds_are_even() -> None:
    even = replace(UP, target=Decimal("6.6"))
    assert at_2023(FOUR_POINTS, even).probability == Decimal("0.5")


def test_the_ends_of_the_interval_are_met_with_90_and_10_percent() -> None:
    found = at_2023(FOUR_POINTS)
    for limit, upward in ((found.low, "0.9"), (found.high, "0.1")):
        up = at_2023(FOUR_POINTS, replace(UP, target=limit))
        down = at_2023(FOUR_POINTS, replace(DOWN, target=limit))
        assert rounded(up.probability) == Decimal(upward)
        assert rounded(down.probability) == 1 - Decimal(upward)


def test_a_band_over_the_interval_is_kept_with_80_percent() -> None:
    found = at_2023(FOUR_POINTS)
    inside = replace(BAND, band_low=found.low, band_high=found.high)
    assert rounded(at_2023(FOUR_POINTS, inside).probability) == Decimal("0.8")
    at_least = replace(BAND, band_low=found.low)
    assert rounded(at_2023(FOUR_POINTS, at_least).probability) == Decimal("0.9")
    at_most = replace(BAND, band_high=found.low)
    assert rounded(at_2023(FOUR_POINTS, at_most).probability) == Decimal("0.1")


@pytest.mark.parametrize("line", [replace(UP, target=None), BAND])
def test_without_a_promise_there_is_no_probability(line: TargetPath) -> None:
    found = at_2023(FOUR_POINTS, line)
    assert found.probability is None
    assert found.low is not None


@pytest.mark.parametrize(
    ("line", "probability"),
    [
        (replace(UP, target=Decimal(34)), 1),
        (replace(UP, target=Decimal("34.000001")), 0),
        (replace(DOWN, target=Decimal(34)), 1),
        (replace(DOWN, target=Decimal("33.999999")), 0),
        (replace(BAND, band_low=Decimal(34), band_high=Decimal(34)), 1),
        (replace(BAND, band_high=Decimal(33)), 0),
    ],
)
def test_points_on_a_straight_line_leave_no_doubt(line: TargetPath, probability: int) -> None:
    found = at_2023(STRAIGHT, line)
    assert (found.value, found.low, found.high) == (34, 34, 34)
    assert found.probability == probability


# Whatever the points

values = st.decimals(min_value=-10_000, max_value=10_000, places=2)
histories = st.dictionaries(st.integers(2010, 2022), values, min_size=2, max_size=10)


@given(histories)
def test_the_line_is_that_of_least_squares(points: dict[int, Decimal]) -> None:
    slope, start = statistics.linear_regression(
        [float(year - 2000) for year in points], [float(value) for value in points.values()]
    )
    assert math.isclose(float(at_2023(points).value), start + 23 * slope, abs_tol=1e-6)


@given(histories, st.decimals(min_value=-9999, max_value=9999, places=1))
def test_less_is_better_is_more_is_better_in_a_mirror(
    points: dict[int, Decimal], target: Decimal
) -> None:
    one = at_2023(points, replace(UP, target=target))
    mirrored = {year: -value for year, value in points.items()}
    other = at_2023(mirrored, replace(DOWN, target=-target))
    assert (one.value, one.probability) == (-other.value, other.probability)
    if one.low is not None and other.high is not None:
        assert one.low == -other.high
        assert one.low <= one.value


@given(histories, values, values)
def test_a_higher_target_is_never_more_likely(
    points: dict[int, Decimal], one: Decimal, other: Decimal
) -> None:
    easy = at_2023(points, replace(UP, target=min(one, other))).probability
    hard = at_2023(points, replace(UP, target=max(one, other))).probability
    assert (easy is None) == (hard is None) == (len(points) < 4)
    if easy is not None and hard is not None:
        assert 0 <= hard <= easy <= 1
