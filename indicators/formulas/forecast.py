"""The forecast: where a series will stand in the target's year if it goes on as it has.

Pure: the standard library only, `Decimal` throughout, no tables: Student's distribution is
computed from its closed form. Sums are exact, so points on a straight line leave an error of
exactly 0.

The letters of the formulas: n points (x, v), x in years since the first; x* the year of the
forecast.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cache

from indicators.formulas.progress import ONE, ZERO, Direction, TargetPath
from indicators.formulas.steps import Formula, FormulaStep, StepResult

# Two points make a line; from four on, their distances from it say how far to trust it.
FEWEST_POINTS = 2
FEWEST_FOR_INTERVAL = 4
# An 80 % interval leaves 10 % above it and 10 % below.
INTERVAL = Decimal("0.8")

# Enough digits for the sums of products of 24-digit figures to be exact.
WORKING_DIGITS = 100
STUDENT_DIGITS = 40
HALVINGS = 120  # of the bracket around a quantile: 36 digits
RESULT = Context(prec=28)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A value in the indicator's unit, its 80 % prediction interval, and how likely the target is.

    `probability` (0 to 1) rests on the model: a straight line, errors alike and independent. Fewer
    than four points give the value alone.
    """

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    probability: Decimal | None
    points: int

    @property
    def steps(self) -> list[FormulaStep]:
        """Returns the numbers that are known; only the value comes from the line's arithmetic, the
        interval and the probability from Student's distribution."""
        steps = [
            (StepResult.FORECAST, Formula.LEAST_SQUARES, self.value),
            (StepResult.FORECAST_LOW, Formula.STUDENT, self.low),
            (StepResult.FORECAST_HIGH, Formula.STUDENT, self.high),
            (StepResult.PROBABILITY, Formula.STUDENT, self.probability),
        ]
        return [
            FormulaStep(result, formula, value)
            for result, formula, value in steps
            if value is not None
        ]


def forecast(points: Mapping[int, Decimal], *, at_year: int, path: TargetPath) -> Forecast | None:
    """Returns the value of the least-squares line through `points` in `at_year`.

    `points` are final values by year, estimates left out, with the target's baseline for its year
    where that has none. None with fewer than two points, and when the last of them is of `at_year`
    or later: what is known is not forecast.
    """
    if len(points) < FEWEST_POINTS or max(points) >= at_year:
        return None
    with localcontext(prec=WORKING_DIGITS):
        fit = _fit(points, at_year)
        if fit.error is None:
            return Forecast(RESULT.plus(fit.value), None, None, None, len(points))
        reach = student_quantile((1 + INTERVAL) / 2, fit.freedom) * fit.error
        probability = _probability_met(path, fit.value, fit.error, fit.freedom)
        return Forecast(
            value=RESULT.plus(fit.value),
            low=RESULT.plus(fit.value - reach),
            high=RESULT.plus(fit.value + reach),
            probability=None if probability is None else RESULT.plus(probability),
            points=len(points),
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    """The line read in one year, and the standard error of a new value there."""

    value: Decimal
    error: Decimal | None  # None: too few points to tell
    freedom: int  # degrees of freedom, n − 2


def _fit(points: Mapping[int, Decimal], at_year: int) -> _Fit:
    """Returns the line of ordinary least squares in `at_year`; divisions come last, to stay exact.

    With   D = n·Σx² − (Σx)²   N = n·Σxv − Σx·Σv   V = n·Σv² − (Σv)²   d = n·x* − Σx

    value    (Σv·D + N·d) / (n·D)                 that is: mean of v + slope × (x* − mean of x)
    error²   s² × (1 + 1/n + d² / (n·D))          of a new value, not of the line
    s²       (V·D − N²) / (n·D) / (n − 2)         what the line leaves over
    """
    first, n = min(points), len(points)
    pairs = [(Decimal(year - first), value) for year, value in points.items()]
    sum_x, sum_v = _sum(x for x, _ in pairs), _sum(v for _, v in pairs)
    spread = n * _sum(x * x for x, _ in pairs) - sum_x * sum_x
    lean = n * _sum(x * v for x, v in pairs) - sum_x * sum_v
    away = n * (at_year - first) - sum_x
    value = (sum_v * spread + lean * away) / (n * spread)
    if n < FEWEST_FOR_INTERVAL:
        return _Fit(value, None, n - 2)
    scatter = n * _sum(v * v for _, v in pairs) - sum_v * sum_v
    left_over = (scatter * spread - lean * lean) / (n * spread) / (n - 2)
    error = (left_over * (1 + ONE / n + away * away / (n * spread))).sqrt()
    return _Fit(value, error, n - 2)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, ZERO)


def _probability_met(
    path: TargetPath, value: Decimal, error: Decimal, freedom: int
) -> Decimal | None:
    """Returns 1 − the chance to miss the target, or to lie outside the band on either side."""
    low, high = _limits(path)
    if low is None and high is None:
        return None
    below = ZERO if low is None else _chance_below(low - value, error, freedom)
    above = ZERO if high is None else _chance_below(value - high, error, freedom)
    return 1 - below - above


def _limits(path: TargetPath) -> tuple[Decimal | None, Decimal | None]:
    """Returns the lowest and the highest value that meet the target; None for an open side."""
    if path.direction is Direction.KEEP:
        return path.band_low, path.band_high
    if path.direction is Direction.DECREASE:
        return None, path.target
    return path.target, None


def _chance_below(distance: Decimal, error: Decimal, freedom: int) -> Decimal:
    """Returns the chance to fall short of a limit this far above: 0 or 1 if there is no error."""
    if error == 0:
        return ONE if distance > 0 else ZERO
    return student_cdf(distance / error, freedom)


def student_cdf(t: Decimal, freedom: int) -> Decimal:
    """Returns P(X ≤ t) for Student's t with ν degrees of freedom; ValueError for ν below 1.

    With θ = arctan(t / √ν), P(|X| ≤ |t|) is a finite sum:

    ν odd    2/π × (θ + sin θ × (cos θ + 2/3 cos³ θ + 2·4/(3·5) cos⁵ θ + … up to cos^(ν−2) θ))
    ν even   sin θ × (1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + … up to cos^(ν−2) θ)

    (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.)
    """
    if freedom < 1:
        raise ValueError("Student's t needs at least one degree of freedom.")
    with localcontext(prec=STUDENT_DIGITS):
        cos2 = freedom / (freedom + t * t)
        sine = t / (freedom + t * t).sqrt()  # of the sign of t, and so is all that follows
        if freedom % 2 == 0:
            within = sine * _series(cos2, freedom, first=2)
        else:
            angle = arctan(t / Decimal(freedom).sqrt())
            odd_sum = cos2.sqrt() * _series(cos2, freedom, first=3) if freedom > 1 else ZERO
            within = (angle + sine * odd_sum) / (2 * arctan(ONE))  # 2 × arctan 1 is π / 2
        return (1 + within) / 2


def _series(cos2: Decimal, freedom: int, *, first: int) -> Decimal:
    """Returns 1 + (first − 1)/first cos² θ + …; each term is the last × (k − 1)/k × cos² θ."""
    term = total = ONE
    for k in range(first, freedom - 1, 2):
        term = term * cos2 * (k - 1) / k
        total += term
    return total


def arctan(x: Decimal) -> Decimal:
    """Returns the angle (radians) whose tangent is x, to the digits of the current context.

    Halving the angle four times, arctan x = 2 arctan(x / (1 + √(1 + x²))), leaves |x| < 0.1,
    where the series x − x³/3 + x⁵/5 − … is short.
    """
    for _ in range(4):
        x = x / (1 + (1 + x * x).sqrt())
    total, power, k = x, x, 1
    while True:
        power, k = -power * x * x, k + 2
        longer = total + power / k
        if longer == total:
            return 16 * total
        total = longer


@cache
def student_quantile(probability: Decimal, freedom: int) -> Decimal:
    """Returns, by bisection, the t below which Student's t stays with this probability; ValueError
    for a probability that is not between 0 and 1."""
    if not 0 < probability < 1:
        raise ValueError("A probability lies between 0 and 1, both excluded.")
    with localcontext(prec=STUDENT_DIGITS):
        if probability < Decimal("0.5"):
            return -student_quantile(1 - probability, freedom)
        low, high = ZERO, ONE
        while student_cdf(high, freedom) < probability:
            low, high = high, 2 * high
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if student_cdf(middle, freedom) < probability:
                low = middle
            else:
                high = middle
        return high
