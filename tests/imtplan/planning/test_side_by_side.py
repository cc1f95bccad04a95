"""Targets of one figure and one year stand side by side, with how far they are apart; targets of
other years do not."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from indicators.models import Indicator, Progress, Target
from indicators.questions.promised_years import promised_years
from tests import factories

GRID = "/plan/plans/2018-2022/ecoles/students/"
PAGE = "/indicateurs/students/?plan=2018-2022"
Rows = list[tuple[str, str, str]]


@pytest.fixture
def whole(albi: School, ales: School) -> Target:
    """The institute's 20,000 of 2022."""
    return factories.students_of_the_plan(albi)


def _target(whole: Target, school: School | None, value: int | None, **terms: Any) -> Target:
    made = {
        "plan": whole.plan,
        "indicator": whole.indicator,
        "school": school,
        "code": f"students-{school.code if school else 'contract'}",
        "year": 2022,
        "value": value and Decimal(value),
        "baseline_year": 2017,
        "is_reference": False,
        "source": "Contrat d’objectifs",
    }
    return factories.TargetFactory(**(made | terms))


def _in_words(years: Any) -> dict[int, Rows]:
    return {
        compared.year: [
            (row.name, row.value.replace("\u202f", " "), row.gap.replace("\u202f", " "))
            for row in compared.rows
        ]
        for compared in years
    }


def _of_reader(client: Client) -> dict[int, Rows]:
    return _in_words(client.get(PAGE).context["page"].side_by_side)


def test_two_official_targets_stand_side_by_side_for_readers_and_for_the_office(
    whole: Target, office: Any, diane: User, signed_in: Callable[[User], Client]
) -> None:
    _target(whole, None, 15600, perimeter_fr="Huit écoles propres")
    expected = [
        ("Cible de l’institut (cible de référence)", "20 000", ""),
        ("Huit écoles propres", "15 600", "−4 400"),
    ]
    page = office.client.get(GRID)
    assert _in_words(page.context["years"]) == {2022: expected}
    plan = office.client.get("/plan/plans/2018-2022/").content.decode().replace("\u202f", " ")
    assert "Huit écoles propres, 2022 : 15 600 (écart −4 400)" in plan
    reader = signed_in(diane)
    assert _of_reader(reader) == {2022: expected}
    text = reader.get(PAGE).content.decode().replace("\u202f", " ")
    assert "Cibles pour 2022" in text
    assert "−4 400" in text


def test_the_schools_sum_stands_beside_the_institutes_target_of_its_year_alone(
    whole: Target, albi: School, ales: School, office: Any, diane: User, signed_in: Any
) -> None:
    _target(whole, albi, 1000)
    of_ales = _target(whole, ales, 1400, year=2021)
    reader = signed_in(diane)
    [_first, (name, value, gap)] = _of_reader(reader)[2022]
    assert (name, value) == ("Somme des cibles des écoles", "1 000")
    assert gap == "", "half a sum falls short of nothing"
    text = reader.get(PAGE).content.decode()
    assert "1 école sur 2 a un nombre à atteindre en 2022." in text
    assert "La somme n’est comparée à rien tant qu’il en manque." in text
    assert 2021 not in _of_reader(reader), "there is nothing to compare it with"
    years = _in_words(office.client.get(GRID).context["years"])
    assert years[2021] == [("Somme des cibles des écoles", "1 400", "")]
    Target.objects.filter(pk=of_ales.pk).update(year=2022)
    assert [row[1:] for row in _of_reader(reader)[2022]][1:] == [("2 400", "−17 600")]


def test_a_growth_counts_once_its_value_was_computed(
    whole: Target, albi: School, diane: User
) -> None:
    growing = _target(whole, albi, None, growth_percent=Decimal(20))

    def sum_of_schools() -> Decimal | None:
        [year] = promised_years(diane, whole.plan, [whole.indicator])[whole.indicator_id]
        return year.schools.value if year.schools else None

    assert sum_of_schools() is None, "unknown is no zero"
    for year in (2018, 2019):
        terms = {"target_value": 1200, "status": "no_data", "computed_at": timezone.now()}
        Progress.objects.create(target=growing, year=year, view="validated", **terms)
    assert sum_of_schools() == 1200


def test_what_does_not_add_up_has_no_sum_and_differs_by_points(
    whole: Target, albi: School, diane: User, signed_in: Any
) -> None:
    Indicator.objects.update(
        aggregation="ratio", unit_fr="%", unit_en="%", numerator_fr="a", denominator_fr="b"
    )
    Target.objects.update(value=41)
    _target(whole, albi, 30)
    _target(whole, None, 38)
    assert [row[1:] for row in _of_reader(signed_in(diane))[2022]] == [
        ("41", ""),
        ("38", "−3 points"),
    ]


def test_only_members_of_that_year_are_added_up(
    whole: Target, albi: School, ales: School, diane: User
) -> None:
    _target(whole, albi, 1000)
    _target(whole, ales, 1400)
    School.objects.filter(pk=ales.pk).update(last_year=2021)
    [year] = promised_years(diane, whole.plan, [whole.indicator])[whole.indicator_id]
    assert year.schools is not None
    assert (year.schools.value, year.schools.count, year.schools.members) == (1000, 1, 1)


def test_a_director_gets_no_sum_for_it_would_give_other_schools_away(
    whole: Target, albi: School, ales: School
) -> None:
    _target(whole, albi, 1000)
    _target(whole, ales, 1400)
    director = factories.person("Dora", Role.DIRECTOR, albi)
    [year] = promised_years(director, whole.plan, [whole.indicator])[whole.indicator_id]
    assert year.schools is None


def test_a_target_of_another_plan_for_the_same_year_stands_with_them(
    whole: Target, diane: User, signed_in: Any
) -> None:
    """Unless that plan is a draft; and a year that is only the other plan's is not shown."""
    other = factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027)
    _target(whole, None, 19000, plan=other, code="other", is_reference=True)
    _target(whole, None, 25000, plan=other, code="later", year=2027)
    [name, *_rest] = _of_reader(signed_in(diane))[2022][1]
    assert name == f"Cible de l’institut · {other}"
    type(other).objects.filter(pk=other.pk).update(state="draft")
    assert _of_reader(signed_in(diane)) == {}
