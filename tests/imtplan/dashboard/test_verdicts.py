"""The same verdict in the same words, wherever it stands; two schools of eight have reported."""

from decimal import Decimal

import pytest
from django.urls import reverse

from imtplan.dashboard.freshness import Freshness
from imtplan.dashboard.overview.page import dashboard_page
from indicators.models import ProgressStatus
from indicators.recomputing.recompute import recompute
from tests import factories

WOULD_BE = "serait manquée\u202f; 2 écoles sur\u00a08"
YEAR = "?year=2022"


@pytest.fixture
def target(db, recomputed):
    """100 students each in 2017 and 2021; 2,000 wanted in 2022, for which two have 150."""
    schools = factories.SchoolFactory.create_batch(8)
    target = factories.TargetFactory(
        value=Decimal(2000),
        baseline_value=None,
        indicator__code="students",
        indicator__is_headline=True,
    )
    objective = factories.ObjectiveFactory(plan=target.plan, code="O1")
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    for year, count, value in ((2017, 8, 100), (2021, 8, 100), (2022, 2, 150)):
        for school in schools[:count]:
            factories.FigureFactory(
                indicator=target.indicator, school=school, year=year, value=Decimal(value)
            )
    recomputed()
    return target


@pytest.mark.parametrize(
    "address",
    [
        "/tableau-de-bord/",
        "/indicateurs/students/",
        "/objectifs/O1/",
        "/explication/cibles/{code}/",
    ],
)
def test_a_page_says_what_would_be_and_of_how_many(target, diane, signed_in, read, address):
    words = read(signed_in(diane).get(address.format(code=target.code) + YEAR))

    assert WOULD_BE in words
    assert "En attente" in words
    assert "Manquée" not in words


def test_the_headline_calls_nothing_missed(target, diane):
    page = dashboard_page(diane, {"year": "2022"}, Freshness.read())

    assert page.state == (
        "En 2022, 1 cible phare n’est pas encore comptée en entier\u202f: "
        "1 serait manquée (2 écoles sur\u00a08)\u202f; 1 objectif attend des valeurs."
    )
    assert page.standing.verdict.text == (
        "en attente\u202f: serait manquée\u202f; des valeurs manquent"
    )


def test_a_table_says_the_same(target, diane, signed_in):
    answer = signed_in(diane).get(
        reverse("indicator_table", args=["students", "annees", "csv"]) + YEAR
    )
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content

    assert f"en attente\u202f: {WOULD_BE}" in text.decode("utf-8-sig")


def test_a_value_that_nothing_was_promised_of_is_without_a_target(target, diane, signed_in):
    """Recorded before the baseline, and an indicator of which the plan wants nothing."""
    late = factories.TargetFactory(
        plan=target.plan, baseline_year=2021, indicator__is_headline=True, baseline_value=None
    )
    factories.FigureFactory(
        indicator=late.indicator, school=factories.InstituteFactory(), year=2020, value=1
    )
    late.indicator.aggregation = "none"
    late.indicator.save()
    recompute()
    page = dashboard_page(diane, {"year": "2020"}, Freshness.read())
    statuses = {followed.target: followed.status for followed in page.followed_targets}

    assert statuses[late] == ProgressStatus.NO_TARGET
    page = dashboard_page(diane, {"year": "2019"}, Freshness.read())
    assert {followed.target: followed.status for followed in page.followed_targets}[
        late
    ] == ProgressStatus.NO_DATA
