"""The published plan 2023-2027, its three indicators entered by the institute and validated.

What is entered is made up; the targets are those of the fixture. By hand, of 2024 (two of five
years): engineers (10 200 - 9 653) / (11 600 - 9 653) = 547 / 1 947 = 28.09 %, pace 28.09 / 40 =
0.7024; women (23.5 - 22.7) / 7.3 = 10.96 %, pace 0.2740; mobility (19.5 - 18) / 15 = 10 %, 0.25.
Of 2023 (one of five): 347 / 1 947 = 17.82 %, 0.8911; 0.3 / 7.3 = 4.11 %, 0.2055; 1 / 15 = 6.67 %,
0.3333.
"""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.exports.export_kinds import KINDS
from indicators.models import CountedFigure, Figure
from indicators.past import at
from indicators.recomputing.recompute import recompute_stale
from objectives.models import StrategicPlan
from tests import factories
from tests.imtplan.planning.test_workbook_second_plan import typed_into

SignIn = Callable[[User], Client]
ENTERED = {
    2023: {"engineers": "10 000", "women-share": "23", "long-mobility": "19"},
    2024: {"engineers": "10 200", "women-share": "23,5", "long-mobility": "19,5"},
}
# Progress in per cent, pace, verdict.
BY_HAND = {
    (2023, "engineers"): ("17.82", "0.8911", "at_risk"),
    (2023, "women-share"): ("4.11", "0.2055", "off_track"),
    (2023, "long-mobility"): ("6.67", "0.3333", "off_track"),
    (2024, "engineers"): ("28.09", "0.7024", "at_risk"),
    (2024, "women-share"): ("10.96", "0.2740", "off_track"),
    (2024, "long-mobility"): ("10.00", "0.2500", "off_track"),
}
PEOPLE = "/ecole/imt/personnes/"


@pytest.fixture
def plan(db: None, desk: Callable[..., Any]) -> StrategicPlan:
    call_command("load_plan", verbosity=0)
    here = desk()
    here.load(typed_into(here.download()))
    here.client.post("/plan/plans/2023-2027/vie/publier/", {"confirm": "1"})
    return StrategicPlan.objects.get(code="2023-2027")


@pytest.fixture
def office(paul: User, signed_in: SignIn) -> Client:
    return signed_in(paul)


def named(office: Client, name: str, role: str) -> User:
    """Somebody whom the plan office names for the institute in its page."""
    email = f"{name.lower()}@example.org"
    answer = office.post(
        PEOPLE, {"name-person": "", "email": email, "name": name, "role": role, "ends_on": ""}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return User.objects.get(email=email)


@pytest.fixture
def irene(plan: StrategicPlan, office: Client) -> User:
    return named(office, "Irene", "institute_reporter")


@pytest.fixture
def victor(plan: StrategicPlan, office: Client) -> User:
    return named(office, "Victor", "institute_validator")


def campaign_of(plan: StrategicPlan, year: int) -> Campaign:
    asked = [target.indicator for target in plan.targets.all()]
    return factories.CampaignFactory(plan=plan, year=year, indicators=asked)


def hand_in(client: Client, year: int) -> None:
    """Types the figures of a year into the page, and submits them."""
    page = f"/saisie/{year}/imt/"
    rows = client.get(page).context["page"].rows
    assert {row.indicator.code for row in rows} == set(ENTERED[year])
    typed = {f"{code}-value": text for code, text in ENTERED[year].items()}
    assert client.post(page, typed).status_code == 302
    assert client.post(f"{page}soumettre/", {"send": ""}).status_code == 302


def decide(client: Client, year: int) -> Any:
    page = f"/saisie/{year}/imt/"
    form = client.get(f"{page}relire/").context["form"]
    seen = form.initial["seen"] if form else ""
    return client.post(f"{page}decider/", {"validate": "", "seen": seen, "comment": ""})


@pytest.fixture
def validated(plan: StrategicPlan, irene: User, victor: User, signed_in: SignIn) -> list[Campaign]:
    campaigns = []
    for year in ENTERED:
        campaigns.append(campaign_of(plan, year))
        hand_in(signed_in(irene), year)
        assert decide(signed_in(victor), year).status_code == 302
    recompute_stale()
    return campaigns


def test_the_api_gives_the_progress_worked_out_by_hand(
    validated: list[Campaign], diane: User, signed_in: SignIn
) -> None:
    reader = signed_in(diane)
    found = {}
    for year in ENTERED:
        rows = reader.get(f"/api/v1/progress/?plan=2023-2027&year={year}").json()["results"]
        for row in rows:
            percent = round(Decimal(row["progress"]) * 100, 2)
            pace = round(Decimal(row["pace"]), 4)
            found[year, row["indicator"]] = (str(percent), str(pace), row["status"])
    assert found == BY_HAND


def test_dashboard_table_and_paper_show_it(
    validated: list[Campaign], diane: User, signed_in: SignIn
) -> None:
    reader = signed_in(diane)
    where = {"plan": "2023-2027", "year": "2024"}
    page = reader.get("/tableau-de-bord/", where).content.decode()
    table = reader.get("/fichiers/tableau-de-bord/indicateurs.csv", where).content.decode()
    sheet = KINDS["dashboard-pdf"].read(diane, "", where)
    for text, share in ((page, "28,09"), (table, "0,2809"), (sheet, "28,09")):
        shown = text.replace("\u202f", " ").replace("\xa0", " ").replace(" ", "")
        for number in ("10200", "23,5", "19,5", share):
            assert number in shown


def test_it_is_one_institute_not_a_school(
    validated: list[Campaign], diane: User, signed_in: SignIn
) -> None:
    page = signed_in(diane).get("/saisies/?campaign=2024").content.decode()
    assert "Institut Mines-Télécom" in page
    [receipt] = Receipt.objects.filter(submission__campaign__year=2024)
    assert receipt.number == "2024-imt-1"
    assert receipt.figure_count == 3
    assert "Institut Mines-Télécom" in receipt.content


@pytest.mark.django_db(transaction=True)  # each act at a moment of its own
def test_each_moment_says_what_was_known_then(
    plan: StrategicPlan, irene: User, victor: User, signed_in: SignIn
) -> None:
    campaign_of(plan, 2023)
    hand_in(signed_in(irene), 2023)
    before = timezone.now()
    decide(signed_in(victor), 2023)
    recompute_stale()
    with at(before):
        assert Submission.objects.get().state == "submitted"
        counted = CountedFigure.objects.filter(year=2023, indicator__code="engineers")
        assert [figure.view for figure in counted] == ["provisional"]
    with at(timezone.now()):
        [figure] = Figure.objects.filter(indicator__code="engineers")
        assert (figure.value, figure.school.code) == (10000, "imt")


def test_the_whole_holds_together(validated: list[Campaign]) -> None:
    out = io.StringIO()
    call_command("check_integrity", stdout=out)
    assert "✗" not in out.getvalue()


def test_who_submitted_does_not_validate(
    plan: StrategicPlan, irene: User, diane: User, signed_in: SignIn
) -> None:
    """The directorate-general may validate everything, but not what one of it submitted."""
    factories.MembershipFactory(
        user=diane, role="institute_reporter", school=School.objects.get(code="imt")
    )
    campaign_of(plan, 2023)
    hand_in(signed_in(diane), 2023)
    assert decide(signed_in(irene), 2023).status_code == 403
    answer = decide(signed_in(diane), 2023)
    assert answer.status_code == 422
    assert "une autre personne les valide" in answer.content.decode()
    page = signed_in(diane).get("/saisie/2023/imt/relire/")
    assert page.context["form"] is None
    assert "une autre personne les valide" in page.content.decode()
    assert Submission.objects.get().state == "submitted"


def test_nobody_is_given_both_roles(plan: StrategicPlan, irene: User, office: Client) -> None:
    answer = office.post(
        PEOPLE, {"name-person": "", "email": irene.email, "role": "institute_validator"}
    )
    assert answer.status_code == 422
    assert "qui saisit pour l’institut ne valide pas" in answer.content.decode()
    offered = [role for role, _label in answer.context["form"].fields["role"].choices]
    assert offered == ["institute_reporter", "institute_validator"]


def test_it_is_returned_and_handed_in_again(
    plan: StrategicPlan, irene: User, victor: User, signed_in: SignIn
) -> None:
    campaign_of(plan, 2023)
    hand_in(signed_in(irene), 2023)
    page = "/saisie/2023/imt/"
    form = signed_in(victor).get(f"{page}relire/").context["form"]
    back = {"return": "", "seen": form.initial["seen"], "comment": "Périmètre ?"}
    assert signed_in(victor).post(f"{page}decider/", back).status_code == 302
    history = signed_in(irene).get(f"{page}historique/engineers/").content.decode()
    assert "Victor" in history
    assert signed_in(irene).post(f"{page}soumettre/", {"send": ""}).status_code == 302
    assert Receipt.objects.count() == 2


def test_a_program_enters_for_the_institute(
    plan: StrategicPlan, irene: User, signed_in: SignIn
) -> None:
    campaign_of(plan, 2023)
    cells = signed_in(irene).get("/api/v1/entries/2023/imt/").json()["cells"]
    assert {cell["indicator"] for cell in cells} == set(ENTERED[2023])
    answer = signed_in(irene).put(
        "/api/v1/entries/2023/imt/engineers/",
        {"value": "10000", "version": None},
        content_type="application/json",
    )
    assert answer.json()["outcome"] == "saved"


def test_a_schools_people_find_nothing_there(
    plan: StrategicPlan, charlie: User, signed_in: SignIn
) -> None:
    campaign_of(plan, 2023)
    client = signed_in(charlie)
    for path in (
        "/saisie/2023/imt/",
        "/accueil/imt/",
        "/ecoles/imt/",
        PEOPLE,
        "/api/v1/entries/2023/imt/",
    ):
        assert client.get(path).status_code == 404


def test_a_campaign_of_the_institute_alone_is_no_schools(
    plan: StrategicPlan, charlie: User, irene: User, signed_in: SignIn
) -> None:
    earlier = factories.CampaignFactory(year=2021, indicators=[factories.IndicatorFactory()])
    only = campaign_of(plan, 2023)
    assert [school.code for school in only.expected_schools()] == ["imt"]
    assert "imt" not in [school.code for school in earlier.expected_schools()]
    homes = {"/accueil/imt-mines-ales/": charlie, "/accueil/imt/": irene}
    shown = {
        path: {part.campaign for part in signed_in(person).get(path).context["home"].current}
        for path, person in homes.items()
    }
    assert shown == {"/accueil/imt-mines-ales/": {earlier}, "/accueil/imt/": {only}}
    page = signed_in(charlie).get("/accueil/imt-mines-ales/").content.decode()
    assert "/saisie/2021/imt-mines-ales/" in page
    assert "/saisie/2023/" not in page
