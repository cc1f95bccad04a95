"""The numbers in a rule's sentence: as many decimals as show what the rule found."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from imtplan.campaigns.entry.reading import read
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator, RuleKind
from tests import factories

SHARE = {
    "aggregation": Indicator.Aggregation.RATIO,
    "unit_fr": "%",
    "scale": 100,
    "numerator_fr": "Recrutés",
    "denominator_fr": "Diplômés",
    "decimals": 1,
}


@pytest.fixture
def share(campaign: Campaign) -> Indicator:
    share = factories.IndicatorFactory(code="share", name_fr="Part", rank=2, **SHARE)
    campaign.indicators.add(share)
    return share


@pytest.fixture
def other(campaign: Campaign) -> Indicator:
    other = factories.IndicatorFactory(code="other", name_fr="Autre", rank=3, **SHARE)
    campaign.indicators.add(other)
    return other


def ratio(numerator: str, denominator: int = 10_000) -> dict[str, Decimal]:
    return {"numerator": Decimal(numerator), "denominator": Decimal(denominator)}


def sentence_at(place: dict[str, Any], indicator: Indicator) -> str:
    """Returns the numbers of the one rule that is missed, with plain spaces."""
    with translation.override("fr"):
        reading = read(**place)
        [message] = [
            str(row.message) for row in reading.findings(indicator) if row.code.startswith("rule-")
        ]
    return message.replace("\u202f", " ").removeprefix("Vérifiez ce chiffre. ")


@pytest.mark.parametrize(
    ("kind", "limit", "numerator", "sentence"),
    [
        (RuleKind.LOWEST, "70", "6998", "69,98 est en dessous de 70."),
        (RuleKind.LOWEST, "70", "6990", "69,9 est en dessous de 70."),
        (RuleKind.LOWEST, "69.99", "6998", "69,98 est en dessous de 69,99."),
        (RuleKind.HIGHEST, "70", "7000.003", "70,00003 est au-dessus de 70."),
        (RuleKind.HIGHEST, "100", "10000.3", "100,1 est au-dessus de 100."),
    ],
)
def test_a_quotient_is_seen_beyond_its_limit(
    save: Any,
    place: dict[str, Any],
    share: Indicator,
    kind: RuleKind,
    limit: str,
    numerator: str,
    sentence: str,
) -> None:
    factories.FigureRuleFactory(indicator=share, kind=kind, limit=Decimal(limit))
    factories.FigureFactory(
        indicator=share, school=place["school"], year=2022, value=None, **ratio(numerator)
    )
    assert sentence_at(place, share) == sentence


@pytest.mark.parametrize(
    ("tolerance", "numerator", "other_numerator", "sentence"),
    [
        (None, "3404", "3401", "34,04 ici, et 34,01 dans « Autre »."),
        (None, "3420", "3401", "34,2 ici, et 34,0 dans « Autre »."),
        ("0.15", "3414", "3396", "34,14 ici, et 33,96 dans « Autre »."),
    ],
)
def test_two_quotients_are_seen_to_differ(
    save: Any,
    place: dict[str, Any],
    share: Indicator,
    other: Indicator,
    tolerance: str | None,
    numerator: str,
    other_numerator: str,
    sentence: str,
) -> None:
    factories.FigureRuleFactory(
        indicator=share, kind=RuleKind.AT_MOST, limit=None, other=other, tolerance=tolerance
    )
    save(indicator=share, **ratio(numerator))
    save(indicator=other, **ratio(other_numerator))
    assert sentence_at(place, share) == sentence


def test_a_quotient_is_seen_to_differ_from_what_others_make(
    save: Any, place: dict[str, Any], campaign: Campaign, share: Indicator, other: Indicator
) -> None:
    third = factories.IndicatorFactory(code="third", name_fr="Reste", rank=4, **SHARE)
    campaign.indicators.add(third)
    factories.FigureRuleFactory(
        indicator=share, kind=RuleKind.SUM, limit=None, other=other, third=third
    )
    save(indicator=share, **ratio("5004"))
    save(indicator=other, **ratio("3001"))
    save(indicator=third, **ratio("2001"))
    assert (
        sentence_at(place, share)
        == "50,04 ici ; 30,01 dans « Autre » et 20,01 dans « Reste » font 50,02."
    )


@pytest.mark.parametrize(
    ("kind", "limit", "now", "sentence"),
    [
        (RuleKind.CHANGE_AMOUNT, "0.03", "3404", "De 34,00 en 2021 à 34,04 : +0,04 point, {more}"),
        (RuleKind.CHANGE_PERCENT, "2.25", "3477", "De 34,0 en 2021 à 34,8 : +2,3 %, {more}"),
    ],
)
def test_a_change_is_seen_beyond_its_limit_and_the_limit_has_its_digits(
    save: Any,
    place: dict[str, Any],
    share: Indicator,
    kind: RuleKind,
    limit: str,
    now: str,
    sentence: str,
) -> None:
    factories.FigureRuleFactory(indicator=share, kind=kind, limit=Decimal(limit))
    factories.FigureFactory(
        indicator=share, school=place["school"], year=2021, value=None, **ratio("3400")
    )
    save(indicator=share, **ratio(now))
    unit = "%" if kind == RuleKind.CHANGE_PERCENT else "point"
    more = f"plus que {limit.replace('.', ',')} {unit}."
    assert sentence_at(place, share) == sentence.format(more=more)


def test_an_amount_has_the_decimals_that_show_its_change(
    save: Any, place: dict[str, Any], students: Indicator
) -> None:
    Indicator.objects.filter(pk=students.pk).update(decimals=4)
    students.refresh_from_db()
    factories.FigureRuleFactory(
        indicator=students, kind=RuleKind.CHANGE_AMOUNT, limit=Decimal("0.003")
    )
    factories.FigureFactory(
        indicator=students, school=place["school"], year=2021, value=Decimal("1.5")
    )
    save("1.504")
    assert sentence_at(place, students) == "De 1,5 en 2021 à 1,504 : +0,004, plus que 0,003."
