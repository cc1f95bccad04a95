"""What only the institute reports: entered by Inès, validated there by Olivier, and by nobody of
the directorate-general."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.campaigns.models import Campaign, Submission
from imtplan.campaigns.review import submission_services as services
from imtplan.outbox.models import Mail
from indicators.models import Indicator
from tests import factories

SignIn = Callable[[User], Client]
HOME, ENTRY = "/accueil/imt/", "/saisie/2022/imt/"
REVIEW, SEND, BACK = (f"{ENTRY}{page}/" for page in ("relire", "soumettre", "reprendre"))


@pytest.fixture
def institute(db: None) -> School:
    return School.objects.get(code=School.THE_INSTITUTE)


@pytest.fixture
def rank(db: None) -> Indicator:
    return factories.IndicatorFactory(code="rank", name_fr="Rang", aggregation="none")


@pytest.fixture
def campaign(rank: Indicator) -> Campaign:
    return factories.CampaignFactory(indicators=[rank])


@pytest.fixture
def ines(institute: School) -> User:
    return factories.person("Inès", Role.INSTITUTE_REPORTER, institute)


@pytest.fixture
def olivier(institute: School) -> User:
    return factories.person("Olivier", Role.INSTITUTE_VALIDATOR, institute)


@pytest.fixture
def submission(
    campaign: Campaign, rank: Indicator, institute: School, ines: User, olivier: User
) -> Submission:
    factories.FigureFactory(
        indicator=rank, school=institute, year=2022, value=7, status="draft", entered_by=ines
    )
    services.submit(campaign=campaign, school=institute, by=ines)
    return Submission.objects.get()


def main(client: Client, address: str) -> str:
    """Returns the page between its navigation and its foot, and what was just said."""
    html = client.get(address).content.decode().replace("\u202f", " ")
    return " ".join(html.partition("<main")[2].partition("</main")[0].split())


def test_no_page_or_mail_names_who_does_not_decide(
    submission: Submission, ines: User, olivier: User, signed_in: SignIn, rank: Indicator
) -> None:
    """One page after another, from sending to the remarks of the return."""
    writer, reader = signed_in(ines), signed_in(olivier)
    words = [main(writer, page) for page in (HOME, ENTRY, REVIEW, BACK)]
    writer.post(BACK, {"take-back": ""})
    words += [main(writer, page) for page in (HOME, ENTRY, REVIEW, SEND)]
    words.append(writer.post(SEND, {"send": ""}, follow=True).content.decode())
    words.append(main(reader, REVIEW))
    words += [main(writer, page) for page in (HOME, ENTRY, REVIEW)]
    words.append(writer.post(BACK, {"take-back": ""}, follow=True).content.decode())
    services.return_to_school(
        campaign=submission.campaign,
        school=submission.school,
        by=olivier,
        comment="Lequel ?",
        remarks={rank.code: "De quel classement ?"},
    )
    words += [main(writer, page) for page in (HOME, ENTRY, REVIEW)]
    words += Mail.objects.values_list("body", flat=True)
    said = "\n".join(words).replace("’", "'")
    assert "irection générale" not in said
    assert "En cours de lecture depuis le" in said
    assert "par Olivier" in said
    assert "Olivier demande (" in said
    assert "Olivier a renvoyé votre saisie" in said


def test_what_it_changes_counts_no_schools(
    campaign: Campaign, rank: Indicator, institute: School, diane: User, ines: User, signed_in: Any
) -> None:
    factories.TargetFactory(plan=campaign.plan, indicator=rank, baseline_value=1, value=11)
    factories.FigureFactory(indicator=rank, school=institute, year=2022, value=7, status="draft")
    tables = []
    for person in (diane, ines):
        page = main(signed_in(person), REVIEW).partition("Ce que cette saisie change")[2]
        tables.append(page.partition("</details>")[0])
        assert "60 %" in tables[-1]
    assert "sur 1" not in tables[0]
    assert ">Objectifs</th>" not in tables[1]


def test_no_directors_are_named_on_the_institutes_form(
    campaign: Campaign, olivier: User, signed_in: SignIn
) -> None:
    campaign.entered_by = Campaign.EnteredBy.DIRECTORS
    campaign.save()
    page = main(signed_in(olivier), ENTRY)
    assert "seules les directions" not in page
    assert "d’autres personnes les saisissent" in page


def test_who_validates_is_led_to_the_decision(
    campaign: Campaign, olivier: User, ines: User, signed_in: SignIn, request: Any
) -> None:
    nothing = main(signed_in(olivier), HOME)
    assert "Rien n’est encore à décider" in nothing
    assert "à saisir" not in nothing
    assert "Rien n’est encore à décider" not in main(signed_in(ines), HOME)

    request.getfixturevalue("submission")
    page = main(signed_in(olivier), HOME)
    assert f'<a class="btn btn-primary" href="{REVIEW}">Relire et décider</a>' in page
    assert "Une décision est attendue" in page
    assert "Relire et décider" not in main(signed_in(ines), HOME)


def test_who_submitted_is_not_led_to_decide(
    submission: Submission, ines: User, diane: User, signed_in: SignIn
) -> None:
    """Whatever their roles: somebody else validates."""
    factories.MembershipFactory(user=ines, role=Role.DIRECTORATE_GENERAL)
    assert "Relire et décider" not in main(signed_in(ines), HOME)
    assert "Relire et décider" in main(signed_in(diane), HOME)
