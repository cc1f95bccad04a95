"""Which wording of a definition holds in which years."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import User
from indicators import past
from indicators.models import Indicator
from indicators.questions.definition_versions import read_wordings, version_in, versions_of
from tests import factories

Years = list[tuple[int | None, int | None, str]]


def worded(indicator: Indicator, text: str, since: int | None = None, **texts: str) -> None:
    rows = Indicator.objects.filter(pk=indicator.pk)
    rows.update(definition_fr=text, defined_from_year=since, **texts)


def read(indicator: Indicator) -> Indicator:
    fresh = Indicator.objects.get(pk=indicator.pk)
    read_wordings([fresh])
    return fresh


def years(indicator: Indicator) -> Years:
    return [
        (version.first_year, version.last_year, version.indicator.definition_fr)
        for version in versions_of(read(indicator))
    ]


@pytest.mark.django_db(transaction=True)
def test_each_year_has_the_wording_that_holds_in_it() -> None:
    row = factories.IndicatorFactory(definition_fr="Inscrits")
    assert years(row) == [(None, None, "Inscrits")]
    worded(row, "Inscrits au 15 octobre")  # corrected, for all years
    assert years(row) == [(None, None, "Inscrits au 15 octobre")]

    worded(row, "Présents", 2020)
    worded(row, "Présents, doctorants compris", 2022, included_fr="Doctorants.")
    whole = [
        (None, 2019, "Inscrits au 15 octobre"),
        (2020, 2021, "Présents"),
        (2022, None, "Présents, doctorants compris"),
    ]
    assert years(row) == whole
    assert version_in(read(row), 2019).indicator.definition_fr == "Inscrits au 15 octobre"
    assert version_in(read(row), 2021).indicator.included_fr == ""
    assert version_in(read(row), 2030).indicator.included_fr == "Doctorants."
    beside = version_in(read(row), 2019).beside(version_in(read(row), 2022))
    assert [line.name for line in beside] == ["definition"]

    before = timezone.now()
    worded(row, "Présents, doctorants compris", 2021, included_fr="Doctorants.")
    assert years(row)[1:] == [(2020, 2020, "Présents"), (2021, None, whole[2][2])], "year moved"
    worded(row, "Présents, doctorants compris", None, included_fr="Doctorants.")
    assert years(row) == [(None, None, whole[2][2])], "it holds for all years after all"
    with past.at(before):
        assert years(row) == whole


@pytest.mark.django_db(transaction=True)
def test_a_sheet_that_is_completed_was_always_meant_so() -> None:
    row = factories.IndicatorFactory(definition_fr="Inscrits")
    worded(row, "Inscrits", 2020, formula_fr="Somme des écoles.")
    assert years(row) == [(2020, None, "Inscrits")]
    assert version_in(read(row), 2018).indicator.formula_fr == "Somme des écoles."


@pytest.mark.django_db(transaction=True)
def test_programs_read_the_sheet_and_what_was_counted_before(
    diane: User, signed_in: Callable[[User], Client]
) -> None:
    row = factories.IndicatorFactory(code="women", definition_fr="Inscrites")
    worded(row, "Présentes", 2021, documents="Note https://a.test/", periodicity_fr="Annuelle")
    answer = signed_in(diane).get("/api/v1/indicators/women/").json()
    assert (answer["definition_fr"], answer["defined_from_year"]) == ("Présentes", 2021)
    assert answer["documents"] == [{"title": "Note", "address": "https://a.test/"}]
    assert answer["periodicity_fr"] == "Annuelle"
    [former] = answer["former_definitions"]
    assert (former["first_year"], former["last_year"]) == (None, 2020)
    assert (former["definition_fr"], former["formula_fr"]) == ("Inscrites", "")
