"""The plan office says that an indicator does not concern a school: it is excused, and no number
is hidden."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from imtplan import clock
from imtplan.accounts.models import School, User
from imtplan.audit.plan_edits import ReasonNeeded
from imtplan.integrity.results_check import differences
from indicators import past
from indicators.explaining import ExplanationReader
from indicators.explaining.inputs import NotCountedReason
from indicators.models import Figure, Inapplicability, InstituteValue, StaleMark, View
from indicators.recomputing.recompute import recompute_stale
from indicators.services_plan import store_inapplicability
from tests import factories

pytestmark = pytest.mark.django_db

SENTENCE = "L’école n’a pas d’apprentis."


def declared(indicator: Any, school: School, first: int, last: int | None = None) -> Any:
    return Inapplicability.objects.create(
        indicator=indicator, school=school, first_year=first, last_year=last, sentence=SENTENCE
    )


def total(indicator: Any, year: int, view: View = View.VALIDATED) -> tuple[Any, ...]:
    recompute_stale()
    row = InstituteValue.objects.get(indicator=indicator, year=year, view=view)
    return row.value, row.estimate, row.reported, row.expected, row.missing


@pytest.mark.parametrize("kind", ["sum", "mean", "ratio", "running"])
def test_the_school_is_excused_as_if_it_had_said_so_itself(
    kind: str, albi: School, ales: School
) -> None:
    """Ten in Albi every year, and in Alès in 2018 alone; then Alès is excused from 2020 on."""
    terms: dict[str, Any] = {"ratio": {"ratio": True}, "mean": {"aggregation": "mean"}}
    indicator = factories.IndicatorFactory(**terms.get(kind, {}))
    if kind == "running":
        indicator.accumulation = "cumulative"
        indicator.save()
        factories.TargetFactory(indicator=indicator, baseline_year=2018)
    number = {"value": None, "numerator": 1, "denominator": 10} if kind == "ratio" else {}
    for school, year in ((albi, 2018), (albi, 2019), (albi, 2020), (albi, 2021), (ales, 2018)):
        values = {"value": 10} | number
        factories.FigureFactory(indicator=indicator, school=school, year=year, **values)
    word = declared(indicator, ales, 2020, 2020)
    excused = {year: total(indicator, year) for year in (2019, 2020, 2021)}
    assert differences() == []
    word.delete()
    factories.FigureFactory(
        indicator=indicator, school=ales, year=2020, value=None, state="not_applicable"
    )
    assert {year: total(indicator, year) for year in excused} == excused
    assert excused[2020][2:4] == ((1, 2) if kind == "running" else (1, 1))


def test_a_number_counts_all_the_same_and_an_end_is_an_end(albi: School, ales: School) -> None:
    indicator = factories.IndicatorFactory()
    for school, year in ((albi, 2019), (albi, 2020), (albi, 2021), (ales, 2020)):
        factories.FigureFactory(indicator=indicator, school=school, year=year, value=10)
    assert total(indicator, 2019)[2:] == (1, 2, ["imt-mines-ales"])
    word = declared(indicator, ales, 2018, 2020)
    assert StaleMark.objects.exists()
    assert total(indicator, 2019) == (10, None, 1, 1, [])
    assert total(indicator, 2020)[:4] == (20, None, 2, 2)
    assert total(indicator, 2021)[2:] == (1, 2, ["imt-mines-ales"])
    assert differences() == []
    word.last_year = None
    word.save()
    assert total(indicator, 2021) == (10, None, 1, 1, [])
    word.archived_at = timezone.now()
    word.save()
    assert total(indicator, 2021)[2:] == (1, 2, ["imt-mines-ales"])
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_in_the_past_it_was_not_said_yet(albi: School, ales: School) -> None:
    indicator = factories.IndicatorFactory()
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=10)
    before = clock.now()
    declared(indicator, ales, 2020)
    assert total(indicator, 2020)[3] == 1
    with past.at(before):
        assert InstituteValue.objects.get(year=2020, view=View.VALIDATED).expected == 2


def test_the_years_of_one_school_and_indicator_do_not_overlap(albi: School, ales: School) -> None:
    indicator = factories.IndicatorFactory()
    declared(indicator, albi, 2018, 2020)
    declared(indicator, albi, 2021)
    declared(indicator, ales, 2018)
    for first, last in ((2020, 2020), (2017, None), (2030, 2031)):
        with pytest.raises(IntegrityError), transaction.atomic():
            declared(indicator, albi, first, last)
    with pytest.raises(IntegrityError), transaction.atomic():
        declared(factories.IndicatorFactory(), albi, 2020, 2019)


def test_it_is_not_declared_over_a_number(albi: School, paul: User) -> None:
    indicator = factories.IndicatorFactory()
    for year, status in ((2019, "validated"), (2020, "draft")):
        factories.FigureFactory(indicator=indicator, school=albi, year=year, status=status)
    new = Inapplicability(indicator=indicator, school=albi)
    values: dict[str, Any] = {"first_year": 2018, "last_year": None, "sentence": SENTENCE}
    with pytest.raises(ValidationError, match=r"2019, 2020.*2021"):
        store_inapplicability(inapplicability=new, by=paul, **values)
    stored = store_inapplicability(inapplicability=new, by=paul, **values | {"first_year": 2021})
    with pytest.raises(ReasonNeeded):
        store_inapplicability(inapplicability=stored, by=paul, last_year=2022)
    assert Figure.objects.count() == 2


def test_the_explanation_says_who_said_so_and_why(albi: School, ales: School, diane: User) -> None:
    indicator = factories.IndicatorFactory()
    factories.FigureFactory(indicator=indicator, school=albi, year=2020, value=Decimal(10))
    declared(indicator, ales, 2020)
    recompute_stale()
    explained = ExplanationReader(diane, indicator, View.VALIDATED, 2020).value()
    assert explained
    row = next(row for row in explained.inputs.rows if row.code == ales.code)
    assert (row.why, row.is_expected) == (NotCountedReason.NOT_APPLICABLE, False)
    assert row.excused_because == SENTENCE
    assert explained.agreement.holds
