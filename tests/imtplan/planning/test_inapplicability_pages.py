"""The plan office says that an indicator does not concern a school; the school is not asked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Submission
from imtplan.campaigns.review.completeness import of_campaign
from imtplan.campaigns.review.receipts.receipt_content import content_of
from imtplan.integrity.results_check import differences
from indicators.models import Figure, Inapplicability, Indicator
from indicators.recomputing.recompute import recompute_stale
from tests import factories

SENTENCE = "L’école n’a pas d’apprentis."
ADDING = "/plan/ajouter/sans-objet/?indicateur=apprentices"


@pytest.fixture
def apprentices(albi: School, ales: School) -> Indicator:
    """Asked of two schools in 2021 and 2022; Albi reported 10 in 2021."""
    indicator = factories.IndicatorFactory(code="apprentices", name_fr="Apprentis")
    factories.TargetFactory(indicator=indicator)
    factories.FigureFactory(indicator=indicator, school=albi, year=2021, value=10)
    recompute_stale()
    return indicator


def test_it_is_declared_changed_ended_and_taken_back(
    office: Any, apprentices: Indicator, albi: School, ales: School
) -> None:
    indicator_page = f"/plan/modifier/indicateurs/{apprentices.pk}/"
    school_page = f"/plan/modifier/ecoles/{ales.pk}/"
    for address in (indicator_page, school_page):
        assert "/plan/ajouter/sans-objet/" in office.client.get(address).content.decode()
    typed = {"school": str(ales.pk), "first_year": "2020", "last_year": "", "sentence": SENTENCE}
    preview = office.preview(ADDING, **typed).context["preview"]
    assert [result for group in preview.groups for result in group.results]
    assert office.do(ADDING, **typed).url == indicator_page
    stored = Inapplicability.objects.get()
    assert (stored.school, stored.first_year, stored.last_year) == (ales, 2020, None)
    for address in (indicator_page, school_page):
        assert "à partir de 2020" in office.client.get(address).content.decode()

    assert "first_year" in office.refused(ADDING, **typed | {"first_year": "2021"})
    assert "first_year" in office.refused(ADDING, **typed | {"school": str(albi.pk)})
    assert "last_year" in office.refused(ADDING, **typed | {"last_year": "2019"})
    assert "sentence" in office.refused(ADDING, **typed | {"sentence": " "})

    here = f"/plan/modifier/sans-objet/{stored.pk}/"
    office.do(here, last_year="2020")
    stored.refresh_from_db()
    assert stored.last_year == 2020
    office.do(f"/plan/archiver/sans-objet/{stored.pk}/")
    assert not Inapplicability.objects.in_force().exists()
    assert "Archivé le" in office.client.get(here).content.decode()
    assert "Apprentis" in office.client.get(f"{ADDING}&ecole={ales.code}").content.decode()


def test_the_school_is_not_asked_and_is_told_why(
    apprentices: Indicator,
    ales: School,
    signed_in: Callable[[User], Client],
    diane: User,
    paul: User,
) -> None:
    other = factories.IndicatorFactory(code="students", name_fr="Étudiants")
    campaign = factories.CampaignFactory(indicators=[apprentices, other], year=2022)
    assert campaign.asked_of(ales) == [apprentices, other]
    factories.FigureFactory(
        indicator=apprentices, school=ales, year=2022, value=None, state="not_applicable"
    )
    assert of_campaign(campaign)[ales.pk].filled == 1
    declared = Inapplicability.objects.create(
        indicator=apprentices, school=ales, first_year=2022, last_year=2022, sentence=SENTENCE
    )
    counts = of_campaign(campaign)[ales.pk]
    assert (counts.expected, counts.filled, counts.missing) == (1, 0, 1)
    assert campaign.asked_of(ales) == [other]
    client = signed_in(factories.person("Anne", "director", ales))
    folder = f"/saisie/{campaign.code}/{ales.code}/"
    for page in (folder, f"{folder}formulaire/"):
        content = client.get(page).content.decode()
        assert SENTENCE in content
        assert "Étudiants" in content
    assert client.get(f"{folder}classeur.xlsx").status_code == 200
    put = client.put(
        f"/api/v1/entries/2022/{ales.code}/apprentices/",
        {"version": 1, "value": "3"},
        content_type="application/json",
    )
    assert put.status_code == 404
    submission = Submission(campaign=campaign, school=ales, submitted_at=timezone.now())
    receipt = content_of(submission, number="1", by=diane)
    assert [figure["code"] for figure in receipt["figures"]] == ["students"]

    recompute_stale()
    assert differences() == []
    reader = signed_in(diane)
    for address in (f"/ecoles/{ales.code}/?year=2022", "/matrice/?year=2022"):
        assert "sans objet" in reader.get(address).content.decode()
    answer = reader.get("/api/v1/indicators/apprentices/").json()["inapplicabilities"]
    assert answer == [
        {"school": ales.code, "first_year": 2022, "last_year": 2022, "sentence": SENTENCE}
    ]
    # A number that came at the same moment is neither hidden nor lost.
    Figure.objects.filter(school=ales).update(state="number", value=4)
    assert campaign.asked_of(ales) == [apprentices, other]
    assert of_campaign(campaign)[ales.pk].numbers == 1
    assert declared.years_with_numbers == [2022]
