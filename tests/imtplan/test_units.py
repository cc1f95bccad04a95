"""Units beside a number: the cell's own is taken, another is refused with what it comes to."""

from copy import copy
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtplan.numbers import NumberError, NumberProblem, format_number, parse_number
from imtplan.units import CellUnit, UnitError, parse_quantity

CELLS = {
    "M€": CellUnit("M€", ("M€", "M€")),
    "€": CellUnit("€", ("€", "€")),
    "%": CellUnit("%", ("%", "%")),
    "students": CellUnit("étudiants", ("étudiants", "students")),
    "part": CellUnit("", ("Étudiants étrangers", "Foreign students"), is_part=True),
}


@pytest.mark.parametrize(
    ("cell", "text", "number"),
    [
        *(("M€", text, "170") for text in ("170 M€", "170M€", "170 MEUR", "170 M EUR", "M€ 170")),
        *(("M€", text, "170") for text in ("170 millions d’euros", "170 millions d'euros")),
        *(("M€", text, "170") for text in ("170 millions", "170 M", "170 Meuros", "170\u202fM€")),
        *(("M€", text, "170") for text in ("€170m", "€170M", "170 Million Euros", "170 mio €")),
        *(("M€", text, "-5") for text in ("-5 M€", "\u2212 5 M€", "-€5M")),
        *(("€", text, "12000") for text in ("12 000 €", "€12000", "12 000 euros", "EUR 12 000")),
        *(("%", text, "12.5") for text in ("12,5 %", "12,5%", "12,5 pour cent", "12,5 percent")),
        *(("students", text, "1142") for text in ("1 142 étudiants", "1142 Etudiant")),
        *(("students", text, "1142") for text in ("1142 students", "1 142")),
        ("part", "40 étudiants étrangers", "40"),
    ],
)
def test_the_cells_own_unit_is_taken(cell: str, text: str, number: str) -> None:
    assert parse_quantity(text, language="fr", cell=CELLS[cell]) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "text", "unit", "converted"),
    [
        ("M€", "170 k€", "k€", "0.17"),
        ("M€", "170 K€", "K€", "0.17"),
        ("M€", "170 keuros", "keuros", "0.17"),
        ("M€", "21 800 000 €", "€", "21.8"),
        ("M€", "1,2 Md€", "Md€", "1200"),
        ("M€", "3 milliards d’euros", "milliards d’euros", "3000"),
        ("€", "12 k€", "k€", "12000"),
        ("€", "12 milliers", "milliers", "12000"),
        ("%", "125 ‰", "‰", "12.5"),
        ("students", "1,2 k", "k", "1200"),
        ("part", "1,2 milliers", "milliers", "1200"),
        ("M€", "0,5 €", "€", None),  # seven decimals: nothing is rounded
        ("M€", "12,5 %", "%", None),
        ("%", "12 points", "points", None),
        ("%", "12 k", "k", None),
        ("part", "27,8 %", "%", None),
        ("students", "40 ETP", "ETP", None),
        ("students", "1 142 élèves", "élèves", None),
        ("students", "12 m", "m", None),
        ("€", "12 m€", "m€", None),
        ("M€", "12 M€ HT", "M€ HT", None),
        ("M€", "$12", "$", None),
        ("students", "12 (estimé)", "(estimé)", None),
        ("M€", "5 M€-", "M€-", None),  # an accountant's loss
        ("M€", "5 M€+", "M€+", None),
    ],
)
def test_another_unit_is_refused_with_what_it_comes_to(
    cell: str, text: str, unit: str, converted: str | None
) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, language="fr", cell=CELLS[cell])
    for error in (caught.value, copy(caught.value)):
        assert (error.problem, error.text, error.unit) == (NumberProblem.UNIT, text, unit)
        assert error.converted == (None if converted is None else Decimal(converted))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1.234 M€", NumberProblem.AMBIGUOUS),
        ("1 23 M€", NumberProblem.BAD_GROUPING),
        ("12 *", NumberProblem.NOT_A_NUMBER),
        ("env. 12", NumberProblem.NOT_A_NUMBER),
        ("(12 M€)", NumberProblem.BRACKETS),
        ("1e5 M€", NumberProblem.SCIENTIFIC),
        ("2022-01-01", NumberProblem.DATE),
        ("M€", NumberProblem.NOT_A_NUMBER),
        ("5, M€", NumberProblem.UNIT),
        ("5- M€", NumberProblem.UNIT),  # an accountant's loss
        ("M€ - 5", NumberProblem.UNIT),  # a minus, or a dash between the two
        ("12 M€ 5", NumberProblem.UNIT),
    ],
)
def test_what_is_wrong_with_the_number_itself_is_said_first(
    text: str, problem: NumberProblem
) -> None:
    with pytest.raises(NumberError) as caught:
        parse_quantity(text, language="fr", cell=CELLS["M€"])
    assert (caught.value.problem, caught.value.text) == (problem, text)
    assert not isinstance(caught.value, UnitError)


def attempt(text: str, cell: str, language: str = "fr") -> Decimal | NumberError:
    try:
        return parse_quantity(text, language=language, cell=CELLS[cell])
    except NumberError as error:
        return error


@settings(max_examples=1000)
@given(st.text(max_size=14), st.sampled_from(sorted(CELLS)), st.sampled_from(("fr", "en")))
def test_any_text_is_the_number_of_its_digits_or_refused(
    text: str, cell: str, language: str
) -> None:
    result = attempt(text, cell, language)
    if isinstance(result, NumberError):
        assert result.text == text
        return
    digits = "".join(character for character in text if character in "0123456789")
    assert digits.lstrip("0") == f"{result:f}".strip("-").replace(".", "").lstrip("0")
    assert parse_number(format_number(result, language=language), language=language) == result


@settings(max_examples=300)
@given(
    st.decimals(min_value=0, max_value=10**9, places=3),
    st.sampled_from(["€", "k€", "M€", "Md€", "keuros", "M EUR", "millions", "%", "étudiants"]),
    st.sampled_from(sorted(CELLS)),
)
def test_a_taken_number_is_the_typed_one(number: Decimal, unit: str, cell: str) -> None:
    result = attempt(f"{format_number(number, language='fr')} {unit}", cell)
    if isinstance(result, UnitError):
        assert (result.number, result.unit) == (number, unit)
    else:
        assert result == number
