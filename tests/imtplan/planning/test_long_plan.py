"""The page of a plan of many indicators: found by name, folded by theme."""

from typing import Any

import pytest

from objectives.models import StrategicPlan
from tests import factories

PAGE = "/plan/plans/2018-2022/"


def _many(plan: StrategicPlan, count: int) -> None:
    for number in range(count):
        theme = "training" if number % 2 else "research"
        row = factories.IndicatorFactory(
            code=f"i-{number}", name_fr=f"Élèves {number}", theme=theme
        )
        factories.follow(plan, row)


def test_few_indicators_stand_in_one_table(office: Any, draft: StrategicPlan) -> None:
    _many(draft, 3)
    page = office.client.get(PAGE)
    assert [part.title for part in page.context["overview"].parts] == [""]
    assert 'name="q"' not in page.content.decode()


def test_many_are_folded_by_theme_and_found_by_name(office: Any, draft: StrategicPlan) -> None:
    _many(draft, 31)
    page = office.client.get(PAGE)
    parts = page.context["overview"].parts
    assert {part.title: len(part.rows) for part in parts} == {"Formation": 15, "Recherche": 16}
    assert 'name="q"' in page.content.decode()

    narrowed = office.client.get(PAGE, {"q": "eleves 30"})
    assert [use.indicator.code for use in narrowed.context["overview"].listed] == ["i-30"]
    assert "1 sur 31" in narrowed.content.decode()
    nothing = office.client.get(PAGE, {"q": "doctorants"}).content.decode()
    assert "Aucun indicateur du plan n’a ces mots dans son nom." in nothing


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("d'etudiants", "Nombre d’étudiants"),
        ("D’Étudiants", "Nombre d'étudiants"),
        ("oeuvre", "Mise en œuvre"),
        ("co-diplomes", "Co\u2011diplômés"),
    ],
)
def test_a_name_is_found_however_its_signs_are_typed(
    office: Any, draft: StrategicPlan, typed: str, name: str
) -> None:
    factories.follow(draft, factories.IndicatorFactory(code="sought", name_fr=name))
    factories.follow(draft, factories.IndicatorFactory(code="other", name_fr="Brevets (b)"))
    listed = office.client.get(PAGE, {"q": typed}).context["overview"].listed
    assert [use.indicator.code for use in listed] == ["sought"]
