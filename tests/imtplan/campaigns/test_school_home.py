"""A school's home: what is to do, what came back, who is on it, what was handed in before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign, KeptInput
from imtplan.campaigns.review import submission_services as services
from indicators.models import Indicator
from tests import factories

HOME = "/accueil/imt-mines-albi/"
ENTRY = "/saisie/2022/imt-mines-albi/"
SignIn = Callable[[User], Client]


@pytest.fixture
def home(alice: User, signed_in: SignIn) -> Callable[[], str]:
    def read() -> str:
        answer = signed_in(alice).get(HOME)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().replace("\u202f", " ").split())

    return read


def enter(indicator: Indicator, school: School, value: int = 100, year: int = 2022) -> Any:
    return factories.FigureFactory(
        indicator=indicator, school=school, year=year, value=value, status="draft"
    )


def test_who_has_one_school_lands_there(
    alice: User, bob: User, campaign: Campaign, signed_in: SignIn
) -> None:
    for person in (alice, bob):
        assert signed_in(person).get("/").url == HOME


def test_who_has_several_chooses(alice: User, ales: School, signed_in: SignIn) -> None:
    factories.MembershipFactory(user=alice, role=Role.DIRECTOR, school=ales)
    page = signed_in(alice).get("/").content.decode()
    assert HOME in page
    assert "/accueil/imt-mines-ales/" in page


def test_another_schools_home_does_not_exist(
    charlie: User, albi: School, diane: User, signed_in: SignIn
) -> None:
    assert signed_in(charlie).get(HOME).status_code == 404
    assert signed_in(diane).get(HOME).status_code == 200


def test_what_is_to_do_is_counted_and_named(
    home: Any, campaign: Campaign, students: Indicator, albi: School, alice: User
) -> None:
    funds = factories.IndicatorFactory(code="own-funds", name_fr="Ressources propres")
    doctors = factories.IndicatorFactory(code="phd-students", name_fr="Doctorants")
    campaign.indicators.set([students, funds, doctors])
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=10)
    enter(students, albi)
    KeptInput.objects.create(
        campaign=campaign, school=albi, indicator=funds, typed={"value": "12o"}, by=alice
    )
    page = home()
    assert "1 valeur saisie sur 3" in page
    assert f'href="{ENTRY}#own-funds"' in page
    assert "Doctorants" in page
    assert "à corriger" in page
    assert "à expliquer" in page
    assert f'href="{ENTRY}"' in page


def test_a_complete_form_leads_to_the_check(
    home: Any, campaign: Campaign, students: Indicator, albi: School
) -> None:
    enter(students, albi)
    assert f'href="{ENTRY}relire/"' in home()


def test_what_was_returned_is_quoted(
    home: Any, campaign: Campaign, students: Indicator, albi: School, alice: User, diane: User
) -> None:
    enter(students, albi)
    place = {"campaign": campaign, "school": albi}
    services.submit(**place, by=alice)
    services.return_to_school(
        **place, by=diane, comment="Regardez les effectifs.", remarks={"students": "Trop peu ?"}
    )
    page = home()
    assert "Regardez les effectifs." in page
    assert "Trop peu ?" in page
    assert "Diane" in page
    assert "1 sans réponse" in page
    assert "Répondre aux remarques" in page
    assert "/#remark-students" in page
    assert "Relire et soumettre" not in page


def test_what_was_handed_in_shows_its_receipt(
    home: Any, campaign: Campaign, students: Indicator, albi: School, alice: User
) -> None:
    enter(students, albi)
    services.submit(campaign=campaign, school=albi, by=alice)
    page = home()
    assert "/recu/" in page
    assert "Soumis" in page
    assert "n’a encore commencé à lire" in page


def test_who_is_on_it(home: Any, campaign: Campaign, alice: User, bob: User, albi: School) -> None:
    day = timezone.localdate() + timedelta(days=9)
    person = factories.UserFactory(name="Éva")
    factories.MembershipFactory(user=person, role=Role.SUBSTITUTE, school=albi, ends_on=day)
    page = home()
    for text in ("Alice", "Bob", "Éva", "/ecole/imt-mines-albi/personnes/"):
        assert text in page


def test_earlier_campaigns_and_their_receipts(
    home: Any, campaign: Campaign, students: Indicator, albi: School, alice: User
) -> None:
    earlier = factories.CampaignFactory(plan=campaign.plan, year=2021, indicators=[students])
    enter(students, albi, year=2021)
    receipt = services.submit(campaign=earlier, school=albi, by=alice).receipts.get()
    Campaign.objects.filter(pk=earlier.pk).update(
        opens_at=timezone.now() - timedelta(days=400),
        closes_at=timezone.now() - timedelta(days=380),
    )
    page = home()
    assert f"/recu/{receipt.number}/" in page
    assert "/saisie/2021/imt-mines-albi/relire/" in page


def test_files_to_work_with(home: Any, campaign: Campaign) -> None:
    page = home()
    assert f"{ENTRY}classeur.xlsx" in page
    assert f"{ENTRY}formulaire/" in page


# --- Nothing to do ------------------------------------------------------------------------------


def test_no_campaign_says_what_comes_next(home: Any, albi: School) -> None:
    assert "Aucune campagne" in home()


def test_a_campaign_to_come_says_when(home: Any, campaign: Campaign) -> None:
    now = timezone.now()
    Campaign.objects.update(opens_at=now + timedelta(days=3), closes_at=now + timedelta(days=30))
    page = home()
    assert "Ouvre le" in page
    assert "1 valeur" not in page


def test_a_closed_campaign_not_handed_in_says_so(home: Any, campaign: Campaign) -> None:
    now = timezone.now()
    Campaign.objects.update(opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=3))
    page = home()
    assert "close" in page
    assert "Demandez un délai au bureau du plan" in page


def test_the_first_year_says_that_nothing_can_be_compared(home: Any, campaign: Campaign) -> None:
    assert "Première campagne" in home()


def test_a_school_that_is_not_asked_has_nothing_to_do(
    home: Any, campaign: Campaign, ales: School
) -> None:
    campaign.schools.set([ales])
    assert "Aucune campagne" in home()


def test_a_contributor_is_not_told_to_submit(
    bob: User, campaign: Campaign, students: Indicator, albi: School, signed_in: SignIn
) -> None:
    enter(students, albi)
    page = signed_in(bob).get(HOME).content.decode()
    assert "Relire et soumettre" not in page
    assert "la direction de l’école peut soumettre" in page
