"""What is impossible or surprising in a figure, and the sentence that says so."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.campaigns.entry.checking.cells import (
    CellFinding,
    EnteredCell,
    FindingLevel,
    KnownMagnitudes,
    Surroundings,
)
from imtplan.campaigns.entry.checking.checks import findings, problems
from imtplan.campaigns.entry.checking.magnitudes import ReferenceNumber
from indicators.models import Figure, Indicator
from tests import factories

State = Figure.State


def refused(indicator: Any = None, **cell: Any) -> list[tuple[str, str]]:
    indicator = indicator or factories.IndicatorFactory.build()
    with translation.override("en"):
        return [
            (problem.part, str(problem.message))
            for problem in problems(EnteredCell(indicator=indicator, **cell))
        ]


@pytest.mark.parametrize("value", ["0", "1", "13400", "13400.000"])
def test_a_whole_number_is_possible(value: str) -> None:
    assert refused(value=Decimal(value)) == []


def test_heads_are_counted_whole() -> None:
    assert refused(value=Decimal("12.5")) == [
        ("value", "This is counted whole: write it without decimals.")
    ]


def test_an_impossible_negative_names_the_bound() -> None:
    assert refused(value=Decimal(-3)) == [("value", "This cannot be below 0. Check the sign.")]


def test_a_negative_is_possible_where_there_is_no_bound() -> None:
    balance = factories.IndicatorFactory.build(minimum=None)
    assert refused(balance, value=Decimal(-3)) == []


def test_above_the_bound_points_to_the_unit() -> None:
    share = factories.IndicatorFactory.build(maximum=Decimal(100), decimals=1)
    assert refused(share, value=Decimal("100.1")) == [
        ("value", "This cannot be above 100. Check the unit.")
    ]


def test_no_number_and_no_word_is_not_an_answer() -> None:
    assert [part for part, _message in refused()] == ["value"]


def test_not_available_says_why() -> None:
    assert [part for part, _message in refused(state=State.NOT_AVAILABLE, reason=" ")] == ["reason"]
    assert refused(state=State.NOT_AVAILABLE, reason="Burnt archive.") == []


def test_not_applicable_needs_nothing_more() -> None:
    assert refused(state=State.NOT_APPLICABLE) == []


@pytest.mark.parametrize(
    ("numerator", "denominator", "parts"),
    [
        (10, 100, []),
        (0, 100, []),
        (100, 100, []),
        (None, 100, ["numerator"]),
        (10, None, ["denominator"]),
        (None, None, ["numerator", "denominator"]),
        (-1, 100, ["numerator"]),
        (10, 0, ["denominator"]),
        (101, 100, ["numerator"]),
    ],
)
def test_a_ratio_needs_a_part_of_a_whole(
    numerator: int | None, denominator: int | None, parts: list[str]
) -> None:
    share = factories.IndicatorFactory.build(ratio=True)
    found = refused(
        share,
        numerator=None if numerator is None else Decimal(numerator),
        denominator=None if denominator is None else Decimal(denominator),
    )
    assert [part for part, _message in found] == parts


# --- Surprising, and for information ------------------------------------------------------------


def past(indicator: Indicator, numbers: dict[int, str | None]) -> dict[int, Figure]:
    return {
        year: Figure(
            indicator=indicator,
            year=year,
            state=State.NUMBER if number else State.NOT_AVAILABLE,
            value=Decimal(number) if number else None,
        )
        for year, number in numbers.items()
    }


def found(
    value: str,
    earlier: dict[int, str | None],
    confirmed: dict[str, str] | None = None,
    **about: Any,
) -> list[CellFinding]:
    """What is said of a figure of 2022 after `earlier` ones."""
    indicator = factories.IndicatorFactory.build(pk=1, **about)
    around = Surroundings(year=2022, past={1: past(indicator, earlier)}, indicators=[indicator])
    with translation.override("en"):
        cell = EnteredCell(indicator=indicator, value=Decimal(value))
        return [replace(one, message=str(one.message)) for one in findings(cell, around, confirmed)]


def test_a_change_beyond_the_limit_surprises_and_says_what_it_compared() -> None:
    [one] = found("130", {2021: "100"})
    assert (one.level, one.code, one.size) == (FindingLevel.SURPRISING, "change", Decimal("30.00"))
    assert one.message == ("From 100 in 2021 to 130: +30%, more than the 25% at which we ask.")


@pytest.mark.parametrize("value", ["75", "125", "99.9"])
def test_a_change_within_the_limit_says_nothing(value: str) -> None:
    assert found(value, {2021: "100"}) == []


def test_a_fall_surprises_like_a_rise() -> None:
    assert [one.size for one in found("50", {2021: "100"})] == [Decimal("50.00")]


SHARE = {"unit_fr": "%", "unit_en": "%", "decimals": 1, "minimum": None}


def test_a_percentage_changes_by_points_and_its_limit_is_in_points() -> None:
    [one] = found("21.3", {2021: "27.2"}, change_limit=Decimal(5), **SHARE)
    assert (one.code, one.size) == ("change", Decimal("5.90"))
    assert one.message == (
        "From 27.2 in 2021 to 21.3: −5.9 points, more than the 5 points at which we ask."
    )
    assert found("21.3", {2021: "27.2"}, change_limit=Decimal(6), **SHARE) == []
    assert found("1.2", {2021: "0.6"}, change_limit=Decimal(5), **SHARE) == []  # twice as much
    assert [one.code for one in found("8", {2021: "0"}, change_limit=Decimal(5), **SHARE)] == [
        "change"
    ]


def test_a_percentage_that_moves_unlike_before_says_so_in_points() -> None:
    steady = {2017: "20", 2018: "20.1", 2019: "20.3", 2020: "20.4", 2021: "20.5"}
    [one] = found("24", steady, change_limit=Decimal(5), **SHARE)
    assert one.message == (
        "From year to year it moved by +0.1 points to +0.2 points before; now by +3.5 points."
    )


def test_an_indicator_may_never_ask() -> None:
    assert found("900", {2021: "100"}, change_limit=None) == []


def test_a_balance_that_was_negative_is_compared_by_its_size() -> None:
    [one] = found("10", {2021: "-10"}, minimum=None)
    assert one.size == Decimal("200.00")


def test_nothing_last_year_is_nothing_to_compare() -> None:
    assert found("130", {}) == []
    assert found("130", {2021: None}) == []
    assert found("130", {2020: "100"}) == []


def test_after_a_zero_no_percentage_is_made_up() -> None:
    [one] = found("7", {2021: "0"})
    assert (one.level, one.code) == (FindingLevel.INFORMATION, "from-zero")
    assert one.message == "In 2021 this was zero; now it is 7."


def test_the_same_as_last_year_is_said_and_not_asked() -> None:
    [one] = found("100", {2021: "100"})
    assert (one.level, one.code) == (FindingLevel.INFORMATION, "same")


GROWTH: dict[int, str | None] = {2017: "100", 2018: "101", 2019: "103", 2020: "104", 2021: "106"}


def test_a_step_unlike_the_earlier_ones_is_an_outlier() -> None:
    """Steps of 1, 2, 1, 2: median 1.5, median distance 0.5, taken as 1 % of 106; 10 is 8.5 away."""
    [one] = found("116", GROWTH)
    assert (one.code, one.size) == ("outlier", Decimal("5.41"))
    assert one.message == "From year to year it moved by +1 to +2 before; now by +10."


def test_an_outlier_is_more_than_three_and_a_half_away() -> None:
    """A step of 7 is 3.4998 away from 1.5, one of 8 is 4.14."""
    assert found("113", GROWTH) == []
    assert [(one.code, one.size) for one in found("114", GROWTH)] == [("outlier", Decimal("4.14"))]


def test_a_series_that_goes_on_growing_says_nothing() -> None:
    assert found("108", GROWTH) == []


def test_a_step_is_asked_about_once() -> None:
    assert [one.code for one in found("200", GROWTH)] == ["change"]


def test_two_steps_are_no_history() -> None:
    assert found("120", {2019: "103", 2020: "104", 2021: "106"}) == []
    assert found("120", {2015: "99", 2017: "100", 2019: "103", 2020: "104", 2021: "106"}) == []


def test_years_that_never_moved_may_move_a_little() -> None:
    assert found("101", dict.fromkeys(range(2016, 2022), "100")) == []
    assert [one.code for one in found("110", dict.fromkeys(range(2016, 2022), "100"))] == [
        "outlier"
    ]


def test_a_step_seen_before_is_no_outlier_and_small_counts_move_by_one() -> None:
    courses: dict[int, str | None] = {2017: "3", 2018: "3", 2019: "3", 2020: "3", 2021: "4"}
    assert found("5", courses) == []
    shares: dict[int, str | None] = {2017: "20", 2018: "20", 2019: "20", 2020: "20", 2021: "24"}
    assert found("28", shares, decimals=1) == []


def test_an_indicator_that_never_asks_never_asks_about_steps() -> None:
    assert found("116", GROWTH, change_limit=None) == []


def parts(total: str, *numbers: str, complete: bool = False) -> list[CellFinding]:
    """What is said of a whole of `total` whose parts are `numbers`; None: not entered."""
    whole = factories.IndicatorFactory.build(pk=1, parts_complete=complete)
    pieces = [
        factories.IndicatorFactory.build(pk=2 + at, part_of=whole) for at in range(len(numbers))
    ]
    now = {
        piece.pk: Decimal(number) for piece, number in zip(pieces, numbers, strict=True) if number
    }
    around = Surroundings(year=2022, now=now, indicators=[whole, *pieces])
    return findings(EnteredCell(indicator=whole, value=Decimal(total)), around)


def test_parts_above_their_whole_surprise() -> None:
    [one] = parts("14", "10", "5")
    assert (one.code, one.size) == ("parts", Decimal(1))


def test_parts_below_their_whole_surprise_only_where_they_make_it_up() -> None:
    assert parts("14", "10", "2") == []
    assert [one.size for one in parts("14", "10", "2", complete=True)] == [Decimal(2)]


def test_a_part_not_yet_entered_is_no_zero() -> None:
    assert parts("14", "10", "", complete=True) == []


def test_parts_that_add_up_say_nothing() -> None:
    assert parts("15", "10", "5", complete=True) == []


# --- What was answered is not asked again -------------------------------------------------------


def test_a_surprise_that_was_answered_is_not_asked_again() -> None:
    [one] = found("130", {2021: "100"}, confirmed={"change": "30.00"})
    assert one.answered


def test_a_surprise_that_grew_is_asked_again() -> None:
    [one] = found("140", {2021: "100"}, confirmed={"change": "30.00"})
    assert not one.answered


def test_last_years_answer_counts_this_year() -> None:
    indicator = factories.IndicatorFactory.build(pk=1)
    earlier = past(indicator, {2021: "130"})
    earlier[2021].confirmed = {"change": "60.00"}
    around = Surroundings(year=2022, past={1: earlier}, indicators=[indicator])
    [one] = findings(EnteredCell(indicator=indicator, value=Decimal(195)), around)
    assert (one.size, one.answered) == (Decimal("50.00"), True)


def test_each_level_has_its_own_symbol() -> None:
    assert len({level.symbol for level in FindingLevel}) == len(FindingLevel)


# --- Slips of the unit and of the mark ----------------------------------------------------------

MONEY = {"unit_fr": "M€", "unit_en": "M€", "decimals": 1}


@pytest.mark.parametrize(
    ("value", "last", "about", "says"),
    [
        ("21800000", "20.2", MONEY, "In € instead of M€? 21,800,000 € is 21.8 M€."),
        ("21800", "20.2", MONEY, "In k€ instead of M€? 21,800 k€ is 21.8 M€."),
        ("0.0218", "20.2", MONEY, "about 1,000 times less than 20.2 M€ (2021)"),
        ("218", "20.2", MONEY, "Near would be 21.8."),
        ("1142000", "1150", {}, "1,142,000 students is about 1,000 times 1,150 students (2021)."),
        ("114", "1150", {}, "Near would be 1,140."),
        ("0.278", "28", {"unit_fr": "%", "unit_en": "%"}, "A part of one? 0.278 is 27.8 %."),
        ("21800000", "20.2", MONEY | {"change_limit": None}, "a tick is not enough"),
        ("0.0218", "20.2", MONEY | {"change_limit": Decimal(150)}, "a tick is not enough"),
    ],
)
def test_a_slip_of_a_power_of_ten_is_named(
    value: str, last: str, about: dict[str, Any], says: str
) -> None:
    [one] = found(value, {2021: last}, **about)
    assert (one.level, one.code, one.needs_words) == (FindingLevel.SURPRISING, "magnitude", True)
    assert says in one.message


@pytest.mark.parametrize(
    ("value", "last", "about"),
    [
        ("60", "20.2", {}),  # three times: a change
        ("1160", "20.2", {}),  # 57 times: near no power
        ("218", "20.2", {"change_limit": Decimal(2000)}),  # the plan office expects leaps
        ("-200", "20", {"minimum": None}),
    ],
)
def test_what_is_near_no_power_is_a_change(value: str, last: str, about: dict[str, Any]) -> None:
    assert "magnitude" not in {one.code for one in found(value, {2021: last}, **about)}


def test_an_earlier_year_is_held_against_where_last_year_is_missing() -> None:
    [one] = found("21800000", {2019: "20.2", 2021: None}, **MONEY)
    assert "(2019)" in one.message


def test_each_part_of_a_ratio_is_held_against_its_own() -> None:
    """Both parts a thousand times as large leave the quotient as it was."""
    ratio = factories.IndicatorFactory.build(pk=1, ratio=True)
    last = Figure(indicator=ratio, year=2021, state=State.NUMBER, numerator=40, denominator=200)
    around = Surroundings(year=2022, past={1: {2021: last}}, indicators=[ratio])
    cell = EnteredCell(indicator=ratio, numerator=Decimal(41000), denominator=Decimal(205000))
    assert [(one.code, one.part) for one in findings(cell, around) if one.needs_words] == [
        ("magnitude-numerator", "numerator"),
        ("magnitude-denominator", "denominator"),
    ]


def test_without_a_past_the_aims_are_held_against() -> None:
    indicator = factories.IndicatorFactory.build(pk=1, **MONEY)
    cell = EnteredCell(indicator=indicator, value=Decimal(21800000))

    def codes(aim: KnownMagnitudes) -> list[str]:
        around = Surroundings(year=2022, indicators=[indicator], aims=lambda: {1: aim})
        return [one.code for one in findings(cell, around)]

    assert codes(KnownMagnitudes(own=ReferenceNumber(Decimal("20.2"), "baseline"))) == ["magnitude"]
    assert codes(KnownMagnitudes(whole=Decimal(272))) == ["magnitude"]
    assert codes(KnownMagnitudes(whole=Decimal(10_000_000))) == []
    assert codes(KnownMagnitudes()) == []


def test_students_and_the_ratios_denominator_are_compared() -> None:
    students = factories.IndicatorFactory.build(pk=1, name_fr="Étudiants, tous cycles")
    ratio = factories.IndicatorFactory.build(pk=2, ratio=True)
    around = Surroundings(year=2022, now={1: Decimal(1142)}, indicators=[students, ratio])

    def said(denominator: str) -> list[tuple[str, str, Decimal]]:
        cell = EnteredCell(indicator=ratio, numerator=Decimal(40), denominator=Decimal(denominator))
        return [(one.code, one.part, one.size) for one in findings(cell, around)]

    assert said("1142") == []
    assert said("1000") == [("same-denominator", "denominator", Decimal("12.43"))]
    students.year_kind = "academic"  # another year is counted
    assert said("1000") == []


def test_a_sign_explains_nothing_and_is_told_so() -> None:
    indicator = factories.IndicatorFactory.build(pk=1)
    around = Surroundings(year=2022, past={1: past(indicator, {2021: "100"})})
    cell = EnteredCell(indicator=indicator, value=Decimal(130), explanation=".")
    assert [(one.code, one.level) for one in findings(cell, around)] == [
        ("change", FindingLevel.SURPRISING),
        ("words", FindingLevel.INFORMATION),
    ]


@pytest.mark.parametrize("reason", [".", "-", "ok", "NC"])
def test_a_reason_needs_a_word(reason: str) -> None:
    assert refused(state=State.NOT_AVAILABLE, reason=reason)
