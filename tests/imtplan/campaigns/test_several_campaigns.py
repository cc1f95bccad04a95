"""Two campaigns of one year, each with figures and a submission that waits: neither hides the
other."""

import json
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.accounts.roles import Role
from imtplan.audit.models import Event
from imtplan.campaigns.access import place_of_year
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.pages.school_home import school_home
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.models import Campaign, Receipt, Submission
from imtplan.campaigns.review.submission_services import return_to_school, submit
from imtplan.outbox.models import Mail
from imtplan.spreadsheets.reading import read_tables
from indicators.models import Figure, Indicator
from tests import factories

SPRING, AUTUMN = "/saisie/2022/imt-mines-albi/", "/saisie/2022-finances/imt-mines-albi/"
ENTRY = "/api/v1/entries/2022/imt-mines-albi/"


@pytest.fixture
def funds(db: None) -> Indicator:
    return factories.IndicatorFactory(code="own-funds", name_fr="Ressources propres")


@pytest.fixture
def autumn(campaign: Campaign, funds: Indicator) -> Campaign:
    """The second campaign of 2022, of a plan that follows."""
    plan = factories.PlanFactory(code="2023-2027", first_year=2023, last_year=2027)
    return factories.CampaignFactory(plan=plan, name="Finances", indicators=[funds])


def hand_in(campaign: Campaign, school: School, by: User, value: int) -> None:
    indicator = campaign.indicators.get()
    stored = Figure.objects.filter(indicator=indicator, school=school, year=campaign.year).first()
    version = stored.version if stored else None
    cell = EnteredCell(indicator=indicator, value=Decimal(value), version=version)
    save_figures(campaign=campaign, school=school, cells=[cell], by=by, origin=Figure.Origin.FORM)
    submit(campaign=campaign, school=school, by=by)


@pytest.fixture
def both(campaign: Campaign, autumn: Campaign, albi: School, alice: User, diane: User) -> None:
    hand_in(campaign, albi, alice, 13400)
    hand_in(autumn, albi, alice, 42)


def test_the_first_of_a_year_keeps_its_address_and_the_next_is_named(
    campaign: Campaign, autumn: Campaign
) -> None:
    assert (campaign.code, campaign.label) == ("2022", "2022")
    assert (autumn.code, autumn.label) == ("2022-finances", "2022 · Finances")
    third = factories.CampaignFactory(name="Finances !")
    assert third.code == "2022-finances-2"
    assert Campaign.objects.free_code(2022, "財務") == "2022-2"
    assert Campaign.objects.free_code(2022, "Finances d’automne") == "2022-finances-automne"
    assert Campaign.objects.free_code(2022, "Anticonstitutionnellement") == "2022-anticonstitution"
    assert Campaign.objects.free_code(2022, "Une enquête complémentaire") == "2022-une-enquete"


def test_two_of_a_year_are_never_called_alike(campaign: Campaign) -> None:
    with pytest.raises(IntegrityError, match="campaign_named_once_a_year"), transaction.atomic():
        factories.CampaignFactory()


@pytest.mark.parametrize(
    ("address", "value", "other"), [(SPRING, "13 400", "own-funds"), (AUTUMN, "42", "students")]
)
@pytest.mark.parametrize("page", ["", "relire/", "formulaire/"])
def test_each_has_its_own_pages(
    both: None, alice: User, signed_in: Any, address: str, value: str, other: str, page: str
) -> None:
    response = signed_in(alice).get(address + page)
    assert response.status_code == 200
    html = response.content.decode().replace("\u202f", " ")
    assert page == "formulaire/" or value in html
    assert f'id="{other}"' not in html


def test_each_is_decided_on_its_own(both: None, diane: User, signed_in: Any) -> None:
    client = signed_in(diane)
    for address in (SPRING, AUTUMN):
        seen = client.get(address + "relire/").context["form"]["seen"].value()
        client.post(address + "decider/", {"validate": "", "seen": seen})
        states = list(Submission.objects.order_by("campaign_id").values_list("state", flat=True))
        assert states == (["validated", "submitted"] if address == SPRING else ["validated"] * 2)
    statuses = Figure.objects.order_by("indicator__code").values_list("indicator__code", "status")
    assert list(statuses) == [("own-funds", "validated"), ("students", "validated")]


def test_the_queue_shows_both_by_name(both: None, diane: User, signed_in: Any) -> None:
    client = signed_in(diane)
    html = client.get("/saisies/").content.decode()
    assert "2022 · Finances" in html
    asked = {"campaign": "2022-finances"}
    assert client.get("/saisies/", asked).context["campaign"].code == "2022-finances"
    assert AUTUMN + "relire/" in client.get("/saisies/", asked).content.decode()
    for asked in ({"campaign": "2022"}, {"year": "2022"}):
        assert client.get("/saisies/", asked).context["campaign"].code == "2022"
    assert client.get("/saisies/", {"campaign": "2021"}).status_code == 404
    table = client.get("/fichiers/pages/saisies/ecoles.csv", {"campaign": "2022-finances"})
    assert "2022-finances" in table["Content-Disposition"]


def test_the_schools_home_and_bar_name_both(both: None, alice: User, signed_in: Any) -> None:
    html = signed_in(alice).get("/accueil/imt-mines-albi/").content.decode()
    assert {SPRING, AUTUMN} <= set(_links(html))
    assert "Valeurs 2022 · Finances" in html


def test_without_an_open_one_the_next_to_open_stands_first_else_the_last_that_closed(
    campaign: Campaign, autumn: Campaign, alice: User, signed_in: Any
) -> None:
    def shown() -> list[str]:
        html = signed_in(alice).get("/accueil/imt-mines-albi/").content.decode()
        assert (home(), bar(html)) in [(place, [place]) for place in (SPRING, AUTUMN)]
        return bar(html)

    def home() -> str:
        current = school_home(alice, School.objects.get(code="imt-mines-albi")).current
        return "".join(f"/saisie/{part.campaign.code}/imt-mines-albi/" for part in current)

    def bar(html: str) -> list[str]:
        navigation = html.split("</nav>", maxsplit=1)[0]
        return [link for link in _links(navigation) if link in (SPRING, AUTUMN)]

    now = timezone.now()
    for days, first in ((9, SPRING), (-50, AUTUMN)):
        for each, later in ((campaign, 0), (autumn, 20)):
            each.opens_at = now + timedelta(days=days + later)
            each.closes_at = each.opens_at + timedelta(days=5)
            each.save()
        assert shown() == [first]
    autumn.opens_at, autumn.closes_at = now - timedelta(days=90), now - timedelta(days=80)
    autumn.save()
    assert shown() == [SPRING], "it closed later, though the other one is newer"


def _links(html: str) -> list[str]:
    return [piece.split('"')[0] for piece in html.split('href="')[1:]]


def test_each_has_its_receipt_its_events_and_its_mails(
    both: None, campaign: Campaign, autumn: Campaign
) -> None:
    receipts = Receipt.objects.order_by("number")
    names = {row.number: json.loads(row.content)["campaign"].get("name") for row in receipts}
    assert names == {
        "2022-finances-imt-mines-albi-1": "Finances",
        "2022-imt-mines-albi-1": None,
    }
    events = Event.objects.filter(verb=Event.Verb.SUBMITTED).order_by("subject")
    assert [event.subject for event in events] == ["2022", "2022-finances"]
    last = Mail.objects.filter(kind="submitted").latest("pk")
    assert "2022 · Finances" in last.subject
    assert AUTUMN in last.body


def test_a_receipt_of_a_campaign_named_like_its_school_takes_no_number_of_another(
    campaign: Campaign, students: Indicator, funds: Indicator, diane: User
) -> None:
    school = factories.SchoolFactory(code="telecom-paris", name="Télécom Paris")
    director = factories.person("Tina", Role.DIRECTOR, school)
    alike = factories.CampaignFactory(name="Télécom Paris", indicators=[funds])
    assert alike.code == "2022-telecom-paris"
    for value, place in enumerate((campaign, campaign, alike, campaign), start=1):
        hand_in(place, school, director, value)
        return_to_school(campaign=place, school=school, by=diane, comment="À revoir.")
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [
        "2022-telecom-paris-1",
        "2022-telecom-paris-2",
        "2022-telecom-paris-3",
        "2022-telecom-paris-telecom-paris-1",
    ]


def test_two_schools_never_have_a_receipt_of_one_number(
    campaign: Campaign, students: Indicator, funds: Indicator
) -> None:
    named = factories.CampaignFactory(name="Paris", indicators=[funds])
    for place, code in ((campaign, "paris-centre"), (named, "centre")):
        school = factories.SchoolFactory(code=code)
        director = factories.person(f"De {code}", Role.DIRECTOR, school)
        hand_in(place, school, director, 1)
    numbers = Receipt.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["2022-paris-centre-1", "2022-paris-centre-2"]


def test_the_receipt_is_read_and_leads_to_its_campaign(
    both: None, alice: User, signed_in: Any
) -> None:
    html = signed_in(alice).get("/recu/2022-finances-imt-mines-albi-1/").content.decode()
    assert "2022 · Finances" in html
    assert AUTUMN + "relire/" in html


def test_a_workbook_goes_back_to_its_own_campaign(both: None, alice: User, signed_in: Any) -> None:
    client = signed_in(alice)
    book = client.get(AUTUMN + "classeur.xlsx")
    assert "imt-plan-2022-finances-imt-mines-albi.xlsx" in book["Content-Disposition"]
    title = read_tables(book.content)[0].rows[0].cells[0].text
    assert "2022 · Finances" in title
    file = BytesIO(book.content)
    file.name = "classeur.xlsx"
    answer = client.post(SPRING + "importer/", {"file": file})
    assert answer.status_code == 422
    assert "2022-finances" in answer.content.decode()


def test_a_program_that_names_the_year_alone_is_asked_which(
    both: None, alice: User, signed_in: Any
) -> None:
    client = signed_in(alice)
    answer = client.get(ENTRY)
    assert answer.status_code == 400
    assert "2022, 2022-finances" in answer.json()["campaign"][0]
    for code, indicator in (("2022", "students"), ("2022-finances", "own-funds")):
        content = client.get(ENTRY, {"campaign": code}).json()
        assert content["campaign"] == code
        assert [cell["indicator"] for cell in content["cells"]] == [indicator]
    assert client.get(ENTRY, {"campaign": "2021"}).status_code == 404


def test_a_cell_that_one_campaign_asks_needs_no_more_than_its_year(
    campaign: Campaign, autumn: Campaign, alice: User, signed_in: Any
) -> None:
    answer = signed_in(alice).put(
        f"{ENTRY}own-funds/", '{"value": 7, "version": null}', content_type="application/json"
    )
    assert answer.json()["outcome"] == "saved"
    assert Submission.objects.get().campaign == autumn


def test_a_key_is_good_for_the_campaign_that_the_address_names(
    campaign: Campaign, autumn: Campaign, students: Indicator, alice: User, signed_in: Any
) -> None:
    autumn.indicators.add(students)
    client = signed_in(alice)
    answers = [
        client.put(
            f"{ENTRY}students/?campaign={code}",
            '{"value": 7, "version": null}',
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        ).status_code
        for code in ("2022", "2022", "2022-finances")
    ]
    assert answers == [200, 200, 409]
    assert [part.campaign for part in Submission.objects.all()] == [campaign]


def test_a_campaign_of_another_school_is_not_meant(
    campaign: Campaign, autumn: Campaign, ales: School, alice: User, signed_in: Any
) -> None:
    autumn.schools.set([ales])
    assert signed_in(alice).get(ENTRY).json()["campaign"] == "2022"


def test_which_of_many_is_meant_costs_as_many_queries_as_which_of_two(
    both: None, funds: Indicator, alice: User
) -> None:
    def price() -> int:
        with CaptureQueriesContext(connection) as queries:
            here = place_of_year(alice, 2022, "imt-mines-albi", indicator=funds.code)
        assert here["campaign"].code == "2022-finances"
        return len(queries)

    assert price()  # alice's roles are read once
    of_two = price()
    for number in range(6):
        factories.CampaignFactory(name=f"Vague {number}")
    assert price() == of_two


def test_a_figure_is_restored_in_the_campaign_that_asks_it(
    campaign: Campaign, autumn: Campaign, save: Any, alice: User, signed_in: Any
) -> None:
    save("100")
    save("200", version=1)
    history = AUTUMN + "historique/students/"
    signed_in(alice).post(history, {"version": 1, "seen": 2})
    assert Figure.objects.get().value == 200, "the other campaign does not ask it"
    signed_in(alice).post(SPRING + "historique/students/", {"version": 1, "seen": 2})
    assert Figure.objects.get().value == 100


def test_the_migration_names_the_younger_of_a_year_after_its_plan(
    campaign: Campaign, autumn: Campaign
) -> None:
    migration = import_module("imtplan.campaigns.migrations.0002_several_of_a_year")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.NAME_WHAT_IS_THERE)
    campaigns = Campaign.objects.order_by("pk").values_list("code", "name")
    assert list(campaigns) == [("2022", ""), ("2022-2", "plan 2023-2027")]
    versions = autumn.events.values_list("code", "name")
    assert set(versions) == {("2022-2", "plan 2023-2027")}
    with pytest.raises(DatabaseError), transaction.atomic():
        autumn.events.update(code="2022")
