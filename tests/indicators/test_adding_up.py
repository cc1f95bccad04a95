"""Adding up the schools: what is final, what is an estimate, and what nobody knows."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.formulas.adding_up import YearValue, institute_value
from indicators.formulas.progress import Accumulation, Aggregation
from indicators.formulas.readings import Reading, number_of

SUM, RATIO, MEAN = Aggregation.SUM, Aggregation.RATIO, Aggregation.MEAN
SCHOOLS = ("albi", "ales", "douai")
NOT_APPLICABLE = Reading(applicable=False)


def number(value: int) -> Reading:
    return Reading(value=Decimal(value))


def ratio(numerator: int | None, denominator: int | None) -> Reading:
    return Reading(
        numerator=None if numerator is None else Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
    )


def added(readings: dict[str, dict[int, Reading]], **how: Any) -> YearValue:
    """The year 2023 of three schools, summed, unless said otherwise."""
    question: dict[str, Any] = {
        "year": 2023,
        "members": SCHOOLS,
        "aggregation": SUM,
        "accumulation": Accumulation.FLOW,
    }
    return institute_value(readings, **question | how)


def in_2023(*readings: Reading) -> dict[str, dict[int, Reading]]:
    return {school: {2023: one} for school, one in zip(SCHOOLS, readings, strict=False)}


def test_with_every_school_the_sum_is_a_value() -> None:
    found = added(in_2023(number(1), number(2), number(4)))
    assert found == YearValue(Decimal(7), None, 3, 3, (), ())
    assert found.coverage == 1


def test_a_zero_is_a_figure() -> None:
    found = added(in_2023(number(0), number(0), number(0)))
    assert (found.value, found.reported) == (0, 3)


def test_a_ratio_is_the_sum_of_numerators_over_the_sum_of_denominators() -> None:
    readings = in_2023(ratio(1, 10), ratio(80, 100), ratio(9, 90))
    assert added(readings, aggregation=RATIO).value == Decimal("0.45")
    assert added(readings, aggregation=RATIO, scale=Decimal(100)).value == 45


def test_a_ratio_of_20_in_200_is_10_percent() -> None:
    readings = {"albi": {2023: ratio(20, 200)}}
    found = added(readings, members={"albi"}, aggregation=RATIO, scale=Decimal(100))
    assert found.value == 10


def test_a_ratio_over_nothing_is_unknown() -> None:
    found = added(in_2023(ratio(0, 0), ratio(0, 0), ratio(0, 0)), aggregation=RATIO)
    assert (found.value, found.estimate) == (None, None)
    assert found.coverage == 1


@pytest.mark.parametrize("half", [ratio(5, None), ratio(None, 5), number(5)])
def test_a_ratio_counts_only_with_both_parts(half: Reading) -> None:
    found = added(in_2023(ratio(1, 2), ratio(1, 2), half), aggregation=RATIO)
    assert (found.value, found.missing) == (None, ("douai",))


def test_parts_are_no_number_where_a_number_is_asked() -> None:
    assert added(in_2023(number(1), number(2), ratio(1, 2))).missing == ("douai",)


def test_a_mean_is_unweighted() -> None:
    assert added(in_2023(number(1), number(2), number(6)), aggregation=MEAN).value == 3


def test_a_scale_is_for_ratios_only() -> None:
    readings = in_2023(number(1), number(2), number(6))
    assert added(readings, scale=Decimal(100)).value == 9
    assert added(readings, aggregation=MEAN, scale=Decimal(100)).value == 3


def test_what_the_institute_enters_is_taken_as_it_is() -> None:
    readings = {"": {2022: number(6), 2023: number(7)}, "albi": {2023: number(100)}}
    found = added(readings, members={""}, aggregation=Aggregation.NONE)
    assert found == YearValue(Decimal(7), None, 1, 1, (), ())
    assert added({}, members={""}, aggregation=Aggregation.NONE).missing == ("",)


def test_a_school_outside_the_plan_does_not_count() -> None:
    readings = in_2023(number(1), number(2), number(4))
    assert added(readings, members={"albi", "ales"}).value == 3


def test_a_school_to_which_it_does_not_apply_is_not_expected() -> None:
    found = added(in_2023(number(1), number(2), NOT_APPLICABLE))
    assert found == YearValue(Decimal(3), None, 2, 2, (), ())


def test_not_applicable_in_another_year_changes_nothing() -> None:
    readings = in_2023(number(1), number(2)) | {"douai": {2022: NOT_APPLICABLE}}
    assert added(readings).missing == ("douai",)


@pytest.mark.parametrize("members", [(), ("douai",)])
def test_where_no_school_is_expected_there_is_neither_value_nor_coverage(
    members: tuple[str, ...],
) -> None:
    found = added({"douai": {2023: NOT_APPLICABLE}}, members=members)
    assert found == YearValue(None, None, 0, 0, (), ())
    assert found.coverage is None


def test_a_missing_school_carries_its_last_figure_and_that_is_an_estimate() -> None:
    readings = in_2023(number(1), number(2)) | {"douai": {2019: number(5), 2021: number(6)}}
    found = added(readings)
    assert found == YearValue(None, Decimal(9), 3, 2, ("douai",), (("douai", 2021),))
    assert found.coverage == Decimal(2) / 3


def test_a_later_figure_is_not_carried_back() -> None:
    found = added(in_2023(number(1), number(2)) | {"douai": {2024: number(6)}})
    assert found == YearValue(None, None, 3, 2, ("douai",), ())


def test_one_school_with_nothing_to_carry_leaves_no_estimate() -> None:
    found = added({"albi": {2023: number(1)}, "ales": {2022: number(2)}})
    assert found == YearValue(None, None, 3, 1, ("ales", "douai"), ())


def test_a_word_is_not_carried() -> None:
    readings = in_2023(number(1), number(2))
    readings["douai"] = {2020: number(5), 2021: NOT_APPLICABLE, 2022: Reading()}
    assert added(readings).carried == (("douai", 2020),)


def test_a_number_beside_not_applicable_is_no_number() -> None:
    void = Reading(value=Decimal(5), applicable=False)
    assert added(in_2023(number(1), number(2)) | {"douai": {2022: void}}).estimate is None


def test_when_nobody_reported_last_year_is_not_given_out_for_this_one() -> None:
    found = added({school: {2022: number(1)} for school in SCHOOLS})
    assert (found.value, found.estimate, found.coverage) == (None, None, 0)
    assert found.missing == tuple(SCHOOLS)
    assert found.carried == ()


def test_the_estimate_of_a_ratio_carries_both_parts() -> None:
    readings = in_2023(ratio(1, 10), ratio(80, 100)) | {"douai": {2022: ratio(9, 90)}}
    assert added(readings, aggregation=RATIO).estimate == Decimal("0.45")


def test_the_estimate_of_a_mean_is_a_mean() -> None:
    readings = in_2023(number(1), number(2)) | {"douai": {2022: number(6)}}
    assert added(readings, aggregation=MEAN).estimate == 3


# Running sums since the baseline: here of Albi alone, from 2020.


def running(flows: dict[int, Reading], **how: Any) -> YearValue:
    return added(
        {"albi": flows},
        **{
            "members": {"albi"},
            "accumulation": Accumulation.CUMULATIVE,
            "baseline_year": 2020,
            **how,
        },
    )


FLOWS = {2019: number(1000), **{year: number(year - 2018) for year in range(2020, 2025)}}


def test_a_running_sum_goes_from_the_baseline_year_to_the_year() -> None:
    assert running(FLOWS).value == 2 + 3 + 4 + 5
    assert running(FLOWS, year=2020).value == 2


@pytest.mark.parametrize("hole", [2020, 2022])
def test_a_running_sum_is_unknown_as_soon_as_one_year_is(hole: int) -> None:
    flows = {year: flow for year, flow in FLOWS.items() if year != hole}
    found = running(flows)
    assert (found.value, found.reported, found.missing) == (None, 0, ("albi",))
    carried = flows[hole - 1].value
    assert carried is not None
    assert found.estimate == 14 - (hole - 2018) + carried
    assert found.carried == (("albi", hole - 1),)


def test_a_figure_carried_over_two_years_counts_in_both_and_is_named_once() -> None:
    flows = {2020: number(2), 2021: number(3), 2024: number(7)}
    assert running(flows, year=2024) == YearValue(
        None, Decimal(2 + 3 + 3 + 3 + 7), 1, 0, ("albi",), (("albi", 2021),)
    )


def test_a_running_sum_has_no_estimate_for_a_year_of_which_nobody_reported() -> None:
    flows = {year: flow for year, flow in FLOWS.items() if year != 2023}
    found = running(flows)
    assert (found.value, found.estimate, found.missing) == (None, None, ("albi",))


def test_a_running_sum_with_nothing_to_begin_with_has_no_estimate() -> None:
    assert running({2021: number(3), 2022: number(4), 2023: number(5)}).estimate is None


def test_a_year_that_does_not_apply_is_no_hole_in_a_running_sum() -> None:
    assert running({**FLOWS, 2021: NOT_APPLICABLE}).value == 2 + 4 + 5
    last = running({**FLOWS, 2023: NOT_APPLICABLE})
    assert (last.value, last.expected) == (2 + 3 + 4, 1)


def test_a_running_sum_of_ratios_adds_both_parts() -> None:
    flows = {year: ratio(1, year - 2019) for year in range(2020, 2024)}
    assert running(flows, aggregation=RATIO).value == Decimal(4) / (1 + 2 + 3 + 4)


@pytest.mark.parametrize("how", [{"baseline_year": None}, {"year": 2019}])
def test_a_running_sum_without_beginning_or_before_it_is_asked_of_nobody(
    how: dict[str, int | None],
) -> None:
    assert running(FLOWS, **how) == YearValue(None, None, 0, 0, (), ())


def test_a_school_that_joined_late_is_asked_for_no_earlier_flows() -> None:
    flows = {2022: number(4), 2023: number(5)}
    joined = {2020: set[str](), 2021: set[str]()}
    assert running(flows).value is None
    assert running(flows, earlier_members=joined).value == 9


def test_a_school_that_left_keeps_what_it_brought() -> None:
    left = {2020: {"albi"}, 2021: {"albi"}, 2022: set[str]()}
    assert running(FLOWS, members=set[str](), earlier_members=left).value == 2 + 3


def test_other_indicators_ask_nothing_of_earlier_members() -> None:
    found = added(in_2023(number(1)), members={"albi"}, earlier_members={2022: {"ales"}})
    assert (found.value, found.expected) == (1, 1)


# Whatever the figures

schools = st.sampled_from(["a", "b", "c", "d"])
readings_ = st.one_of(
    st.builds(Reading, value=st.decimals(min_value=-1000, max_value=1000, places=2)),
    st.just(Reading()),
    st.just(NOT_APPLICABLE),
)
tables = st.dictionaries(schools, st.dictionaries(st.integers(2019, 2024), readings_))


@given(tables, st.frozensets(schools), st.sampled_from(Accumulation), st.sampled_from([SUM, MEAN]))
def test_a_value_is_complete_and_an_estimate_is_not(
    table: dict[str, dict[int, Reading]],
    members: frozenset[str],
    accumulation: Accumulation,
    aggregation: Aggregation,
) -> None:
    found = added(
        table,
        members=members,
        accumulation=accumulation,
        aggregation=aggregation,
        baseline_year=2021,
    )
    assert found.expected == found.reported + len(found.missing)
    assert (found.value is not None) == (found.coverage == 1)
    assert found.estimate is None or found.coverage != 1
    assert bool(found.carried) == (found.estimate is not None)
    assert {school for school, _ in found.carried} <= set(found.missing)


@given(tables, st.frozensets(schools))
def test_a_mean_lies_among_its_schools(
    table: dict[str, dict[int, Reading]], members: frozenset[str]
) -> None:
    found = added(table, members=members, aggregation=MEAN)
    if found.value is not None:
        values = [table[s][2023].value for s in members if table[s][2023].applicable]
        known = [value for value in values if value is not None]
        assert min(known) <= found.value <= max(known)


def test_a_figure_of_parts_is_multiplied_before_it_is_divided() -> None:
    """A third times three hundred would fall short of a hundred by its last digit."""
    assert number_of(None, Decimal(1), Decimal(3), Decimal(300)) == 100
    assert number_of(Decimal(7), None, None, Decimal(100)) == 7
    assert number_of(None, Decimal(1), Decimal(0), Decimal(100)) is None
