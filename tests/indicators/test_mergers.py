"""Each example of `merger_examples`, with the pure formula, with the stored results that the
database adds up, and with the figures read one by one; and what else a merger moves."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from imtplan.accounts.models import School
from imtplan.integrity.results_check import differences
from indicators.formulas.adding_up import YearValue, institute_value
from indicators.formulas.mergers import Mergers, SchoolTerm
from indicators.formulas.progress import Accumulation, Aggregation
from indicators.formulas.readings import Reading
from indicators.models import Figure, InstituteValue
from indicators.past import at
from indicators.recomputing.recompute import recompute_stale
from tests import factories
from tests.indicators.merger_examples import EXAMPLES, YEARS, Example, Year


@pytest.fixture(params=EXAMPLES.values(), ids=EXAMPLES.keys())
def example(request: pytest.FixtureRequest) -> Example:
    return request.param


def test_the_formula(example: Example) -> None:
    assert {year: by_the_formula(example, year) for year in example.years} == as_decimals(example)


@pytest.mark.django_db
def test_the_stored_results(example: Example) -> None:
    indicator = build(example)
    recompute_stale()
    rows = InstituteValue.objects.filter(indicator=indicator, view="validated")
    stored = {
        row.year: Year(
            row.value, row.estimate, row.carried, tuple(row.left_out), tuple(row.missing)
        )
        for row in rows
    }
    assert {year: stored[year] for year in example.years} == as_decimals(example)
    assert differences() == []


@pytest.mark.django_db
def test_a_figure_of_a_school_that_merged_moves_the_years_of_its_successor() -> None:
    """A's 3 of 2020 stands in until B reports, whatever stray figure A has of a later year."""
    indicator = build(EXAMPLES["a sum"])
    a = School.objects.get(code="a")
    factories.FigureFactory(indicator=indicator, school=a, year=2021, value=1000)
    recompute_stale()
    assert estimate_of(indicator, 2021) == 19
    Figure.objects.filter(school=a, year=2020).update(value=4)
    recompute_stale()
    assert estimate_of(indicator, 2021) == 20
    assert differences() == []


@pytest.mark.django_db
def test_a_merger_and_its_undo_recompute_what_they_move() -> None:
    """Without the merger A is expected in 2021: 11, B's 5 and A's 3; put into C afterwards, too."""
    indicator = build(EXAMPLES["a sum"])
    recompute_stale()
    School.objects.filter(code="a").update(merged_into=None)
    recompute_stale()
    assert estimate_of(indicator, 2021) == 16
    School.objects.filter(code="a").update(last_year=None)
    recompute_stale()
    assert InstituteValue.objects.get(year=2021, view="validated").expected == 3
    assert estimate_of(indicator, 2021) == 19
    School.objects.filter(code="a").update(last_year=2020, merged_into=School.objects.get(code="b"))
    recompute_stale()
    assert InstituteValue.objects.get(year=2021, view="validated").expected == 2
    assert estimate_of(indicator, 2021) == 19
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_at_a_moment_before_the_merger_the_schools_are_apart() -> None:
    indicator = build(EXAMPLES["a sum"])
    School.objects.filter(code="a").update(last_year=None, merged_into=None)
    before = timezone.now()
    School.objects.filter(code="a").update(last_year=2020, merged_into=School.objects.get(code="b"))
    recompute_stale()
    assert InstituteValue.objects.get(year=2021, view="validated").expected == 2
    with at(before):
        then = InstituteValue.objects.get(indicator=indicator, year=2021, view="validated")
        assert (then.expected, then.estimate) == (3, 19)


@pytest.mark.django_db
def test_the_range_puts_each_figure_that_stands_in_where_it_was_or_moves_it() -> None:
    """X went from 10 to 11: B's 5 and A's 3 stay, or become 5.5 and 3.3. A target of B from before
    the merger says nothing of both."""
    indicator = build(EXAMPLES["a sum"])
    b = School.objects.get(code="b")
    own = {"school": b, "is_reference": False, "baseline_value": 5, "value": 7}
    factories.TargetFactory(indicator=indicator, baseline_year=2019, year=2023, **own)
    recompute_stale()
    row = InstituteValue.objects.get(indicator=indicator, year=2021, view="validated")
    assert (row.low, row.high, row.range_by) == (19, Decimal("19.8"), "last_figure")
    assert differences() == []


@pytest.mark.django_db
def test_a_school_that_others_joined_moves_no_missing_one() -> None:
    """X reported 11 for itself and A together: nobody grew from 10 to 11 in between."""
    indicator = build(EXAMPLES["a sum"])
    School.objects.filter(code="a").update(merged_into=School.objects.get(code="x"))
    recompute_stale()
    row = InstituteValue.objects.get(indicator=indicator, year=2021, view="validated")
    assert (row.estimate, row.low, row.high) == (16, None, None)
    assert differences() == []


@pytest.mark.django_db
def test_the_range_leaves_out_who_the_estimate_leaves_out() -> None:
    """A is missing beside C, which begins: 10 and A's 5, which nobody moved."""
    indicator = build(EXAMPLES["a school that begins"])
    Figure.objects.filter(school__code="a", year=2021).delete()
    recompute_stale()
    row = InstituteValue.objects.get(indicator=indicator, year=2021, view="validated")
    assert (row.estimate, row.low, row.high) == (15, 15, 15)
    assert (row.carried, row.left_out, row.missing) == ({"a": 2020}, ["c"], ["a", "c"])
    assert differences() == []


@pytest.mark.django_db
def test_a_target_of_a_school_that_begins_is_not_in_the_range_either() -> None:
    """C would be at 8 or 9 of its own target; the estimate of 15 is without it, and the range:
    X's 10 and A at 5, or on the way from 5 to 9, at 7."""
    indicator = build(EXAMPLES["a school that begins"])
    Figure.objects.filter(school__code="a", year=2021).delete()
    for code, year, baseline, goal in (("c", 2021, 8, 16), ("a", 2019, 5, 9)):
        school = School.objects.get(code=code)
        own = {"school": school, "is_reference": False, "baseline_value": baseline, "value": goal}
        factories.TargetFactory(indicator=indicator, baseline_year=year, year=2023, **own)
    recompute_stale()
    row = InstituteValue.objects.get(indicator=indicator, year=2021, view="validated")
    assert (row.estimate, row.low, row.high, row.range_by) == (15, 15, 17, "own_target")
    assert differences() == []


def _stored(row: InstituteValue) -> Year:
    left_out, missing = tuple(row.left_out), tuple(row.missing)
    return Year(row.value, row.estimate, row.carried, left_out, missing)


def estimate_of(indicator: Any, year: int) -> Any:
    return InstituteValue.objects.get(indicator=indicator, year=year, view="validated").estimate


def as_decimals(example: Example) -> dict[int, Year]:
    return {year: _decimal(row) for year, row in example.years.items()}


def _decimal(row: Year) -> Year:
    numbers = (None if n is None else Decimal(n) for n in (row.value, row.estimate))
    return Year(*numbers, dict(row.carried), row.left_out, row.missing)


def cells(line: str) -> dict[int, Reading]:
    return {
        year: _reading(word) for year, word in zip(YEARS, line.split(), strict=True) if word != "."
    }


def _reading(word: str) -> Reading:
    if word == "-":
        return Reading(applicable=False)
    numerator, _, denominator = word.partition("/")
    if denominator:
        return Reading(numerator=Decimal(numerator), denominator=Decimal(denominator))
    return Reading(Decimal(word))


def by_the_formula(example: Example, year: int) -> Year:
    terms = {code: SchoolTerm(*term) for code, term in example.schools.items()}
    aggregation = Aggregation(
        "ratio" if example.kind.get("ratio") else example.kind.get("aggregation", "sum")
    )
    members = {
        y: {
            code
            for code, term in terms.items()
            if (term.first_year or y) <= y <= (term.last_year or y)
        }
        for y in YEARS
    }
    total: YearValue = institute_value(
        {code: cells(line) for code, line in example.figures.items()},
        year=year,
        members={School.THE_INSTITUTE} if aggregation is Aggregation.NONE else members[year],
        aggregation=aggregation,
        accumulation=Accumulation(example.kind.get("accumulation", "level")),
        baseline_year=2019,
        earlier_members=members,
        mergers=Mergers(terms),
    )
    return Year(total.value, total.estimate, dict(total.carried), total.left_out, total.missing)


def build(example: Example) -> Any:
    indicator = factories.IndicatorFactory(**example.kind)
    factories.PlanFactory(code="years", baseline_year=2018, first_year=2019, last_year=2023)
    factories.TargetFactory(indicator=indicator, baseline_year=2019, year=2023)
    schools: dict[str, School] = {}
    for code, (first, last, into) in reversed(example.schools.items()):
        schools[code] = factories.SchoolFactory(
            code=code,
            first_year=first,
            last_year=last,
            merged_into=schools[into] if into else None,
        )
    for code, line in example.figures.items():
        for year, reading in cells(line).items():
            factories.FigureFactory(
                indicator=indicator,
                school=schools.get(code) or factories.InstituteFactory(),
                year=year,
                value=reading.value,
                numerator=reading.numerator,
                denominator=reading.denominator,
                state=Figure.State.NUMBER if reading.applicable else Figure.State.NOT_APPLICABLE,
            )
    return indicator
