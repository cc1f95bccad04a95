"""The queue of submissions: who waits for a decision comes first, and nobody is left out."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign
from indicators.models import Indicator
from tests import factories

QUEUE = "/saisies/"


@pytest.fixture
def students(db: None) -> Indicator:
    return factories.IndicatorFactory(code="students", name_fr="Étudiants")


@pytest.fixture
def campaign(students: Indicator, albi: School) -> Campaign:
    return factories.CampaignFactory(indicators=[students])


@pytest.fixture
def desk(diane: User, signed_in: Any) -> Client:
    """Diane's browser: she is of the directorate-general."""
    return signed_in(diane)


def read(client: Client, **asked: str) -> str:
    response = client.get(QUEUE, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_without_an_open_one_that_opens_in_which_something_waits(
    campaign: Campaign, albi: School, desk: Client
) -> None:
    def shown() -> str:
        return desk.get(QUEUE).context["campaign"].code

    now = timezone.now()
    Campaign.objects.update(opens_at=now - timedelta(days=99), closes_at=now - timedelta(days=50))
    factories.CampaignFactory(year=2021, closed=True, closes_at=now - timedelta(days=1))
    factories.CampaignFactory(
        year=2023, opens_at=now + timedelta(days=9), closes_at=now + timedelta(days=19)
    )
    assert shown() == "2021", "the last that closed"
    factories.SubmissionFactory(campaign=campaign, school=albi, state="submitted", submitted_at=now)
    assert shown() == "2022"
    Campaign.objects.exclude(year=2023).update(
        opens_at=now + timedelta(days=29), closes_at=now + timedelta(days=39)
    )
    assert shown() == "2023", "the next to open"


@pytest.fixture
def queue(campaign: Campaign) -> list[str]:
    """Five more schools, one in each state, and a second that waits, for longer."""
    now = timezone.now()
    for rank, (code, state, days) in enumerate(
        [
            ("valid", "validated", 9),
            ("back", "returned", 0),
            ("young", "submitted", 1),
            ("begun", "draft", 0),
            ("old", "submitted", 5),
        ]
    ):
        factories.SubmissionFactory(
            campaign=campaign,
            school=factories.SchoolFactory(code=code, name=f"École {code}", rank=rank + 20),
            state=state,
            submitted_at=now - timedelta(days=days) if days else None,
            decided_at=now if state in ("validated", "returned") else None,
            comment="Revoir" if state == "returned" else "",
        )
    return ["old", "young", "begun", "imt-mines-albi", "back", "valid"]


def codes(client: Client, **asked: str) -> list[str]:
    return [row.school.code for row in client.get(QUEUE, asked).context["rows"]]


def test_those_who_wait_for_a_decision_come_first_the_oldest_on_top(
    desk: Client, queue: list[str]
) -> None:
    assert codes(desk) == queue


def test_a_state_in_the_address_leaves_the_others_out(desk: Client, queue: list[str]) -> None:
    assert codes(desk, state="submitted") == ["old", "young"]
    assert "Aucune saisie dans cet état" in read(desk, state="nonsense")
    html = read(desk)
    assert "À décider <strong>2</strong>" in html
    assert "Toutes <strong>6</strong>" in html


def test_another_campaign_can_be_chosen(desk: Client, campaign: Campaign) -> None:
    factories.CampaignFactory(year=2021)
    assert "Saisies 2022" in read(desk)
    assert "Saisies 2021" in read(desk, year="2021")
    assert desk.get(QUEUE, {"year": "1999"}).status_code == 404


def test_each_school_says_how_far_it_is(
    desk: Client, campaign: Campaign, students: Indicator, albi: School
) -> None:
    assert "0 sur 1" in read(desk)
    factories.FigureFactory(indicator=students, school=albi, year=2022, value=Decimal(3))
    assert "1 sur 1" in read(desk)


def test_the_plan_office_sees_the_queue_and_a_school_does_not(
    alice: User, paul: User, signed_in: Any, queue: list[str]
) -> None:
    html = read(signed_in(paul))
    assert "Relire et décider" not in html
    assert "/campagnes/2022/begun/delai/" in html
    assert signed_in(alice).get(QUEUE).status_code == 403


def test_without_a_campaign_the_queue_says_what_comes_next(desk: Client) -> None:
    assert "Pas encore de campagne" in read(desk)


@pytest.mark.parametrize("schools", [8, 80])
def test_the_queue_asks_the_database_as_often_for_many_schools(
    desk: Client, campaign: Campaign, schools: int, django_assert_max_num_queries: Any
) -> None:
    for school in factories.SchoolFactory.create_batch(schools):
        factories.SubmissionFactory(campaign=campaign, school=school)
    with django_assert_max_num_queries(23):  # two of the rules of figures: which, and last year
        read(desk)
