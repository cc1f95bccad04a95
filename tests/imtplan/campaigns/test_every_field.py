"""“Stored” means stored, in the forms around a campaign: each field changed alone is there again
when the page is read anew, or the answer does not say that anything was stored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.campaigns.models import Campaign, Extension
from indicators.models import Figure, Indicator
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def office(paul: User, signed_in: SignIn) -> Client:
    return signed_in(paul)


def posted(form: Any) -> dict[str, Any]:
    """A form as a browser posts it back."""
    data = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value in (None, "", False):
            continue
        if isinstance(value, list | tuple):
            data[bound.html_name] = [str(getattr(one, "pk", one)) for one in value]
        else:
            data[bound.html_name] = "on" if value is True else _text(bound, value)
    return data


def _text(bound: Any, value: Any) -> str:
    if hasattr(value, "strftime"):
        return str(bound.field.widget.format_value(value))
    return str(value)


def read(client: Client, url: str) -> dict[str, Any]:
    return posted(client.get(url).context["form"])


CAMPAIGN = "/campagnes/2022/"


@pytest.mark.parametrize(
    "typed",
    [
        {"year": "2021"},
        {"opens_day": "2022-01-03"},
        {"opens_time": "07:15"},
        {"closes_day": "2032-06-01"},
        {"closes_time": "16:45"},
        {"entered_by": "directors"},
        {"plan": "other"},
        {"indicators": ["own-funds"]},
        {"asked_of": "chosen", "schools": ["albi"]},
    ],
)
def test_each_term_of_a_campaign(
    office: Client, campaign: Campaign, albi: School, typed: dict[str, Any]
) -> None:
    other = factories.PlanFactory(code="2023-2027", first_year=2019, last_year=2027)
    funds = factories.IndicatorFactory(code="own-funds")
    keys = {"other": str(other.pk), "own-funds": str(funds.pk), "albi": str(albi.pk)}
    typed = {
        name: [keys[one] for one in value] if isinstance(value, list) else keys.get(value, value)
        for name, value in typed.items()
    }
    page = office.get(CAMPAIGN)
    data = posted(page.context["form"]) | typed | {"seen": page.context["seen"], "store": ""}
    data["confirm"] = "1"
    answer = office.post(CAMPAIGN, data)
    assert answer.status_code == 302, answer.context["form"].errors
    now = read(office, answer.url)
    assert {name: now[name] for name in typed} == typed


def test_schools_ticked_and_not_meant_are_not_said_to_be_stored(
    office: Client, campaign: Campaign, albi: School
) -> None:
    page = office.get(CAMPAIGN)
    data = posted(page.context["form"]) | {"seen": page.context["seen"], "store": ""}
    answer = office.post(CAMPAIGN, data | {"schools": [str(albi.pk)]}, follow=True)
    said = answer.content.decode()
    assert "La campagne est modifiée" not in said
    assert not campaign.schools.exists()


EXTENSION = "/campagnes/2022/imt-mines-albi/delai/"


@pytest.mark.parametrize(
    "typed",
    [{"closes_day": "2032-06-01"}, {"closes_time": "16:45"}, {"reason": "Une autre raison"}],
)
def test_each_field_of_an_extension(
    office: Client, campaign: Campaign, albi: School, typed: dict[str, str]
) -> None:
    given = {"closes_day": "2032-05-01", "closes_time": "18:00", "reason": "Un incendie"}
    assert office.post(EXTENSION, given | {"give": ""}).status_code == 302
    assert office.post(EXTENSION, given | typed | {"give": ""}).status_code == 302
    assert read(office, EXTENSION) == given | typed
    assert Extension.objects.get().given_by is not None


PEOPLE = "/ecole/imt-mines-albi/personnes/"


@pytest.mark.parametrize(
    "typed", [{"role": "substitute", "ends_on": "day"}, {"ends_on": "day"}, {"name": "Autre Nom"}]
)
def test_each_field_of_a_naming(
    alice: User, signed_in: SignIn, albi: School, typed: dict[str, str]
) -> None:
    """A name typed for who has an account is told apart: the message names who holds the role."""
    client = signed_in(alice)
    day = f"{timezone.localdate():%Y}-12-31"
    typed = {name: day if value == "day" else value for name, value in typed.items()}
    given = {"email": "neuf@example.org", "name": "Neuf", "role": "contributor"}
    client.post(PEOPLE, given)
    said = client.post(PEOPLE, given | typed, follow=True).content.decode()
    held = Membership.objects.filter(user__email="neuf@example.org", school=albi)
    found = held.filter(role=typed.get("role", "contributor")).get()
    assert "Neuf" in said
    if "ends_on" in typed:
        assert f"{found.ends_on:%Y-%m-%d}" == typed["ends_on"]
    if "name" in typed:
        assert found.user.name == "Neuf"
        assert "Autre Nom" not in said


PAGE = "/saisie/2022/imt-mines-albi/"


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "120"},
        {"value": "", "word": "not_available", "reason": "Enquête en cours"},
        {"value": "", "word": "not_applicable", "reason": "Sans objet ici"},
        {"explanation": "Une note."},
        {"confirm": "on"},
        {"same": "on", "value": ""},
    ],
)
def test_each_field_of_a_row(
    alice: User,
    campaign: Campaign,
    students: Indicator,
    albi: School,
    signed_in: SignIn,
    typed: Any,
) -> None:
    """A surprise stands beside it, so that the tick has something to confirm."""
    factories.FigureFactory(indicator=students, school=albi, year=2021, value=50)
    client = signed_in(alice)
    row = {"value": "110", "word": "", "reason": "", "explanation": "", "version": ""}
    client.post(PAGE, _named(row))
    assert client.post(PAGE, _named(row | {"version": "1"} | typed)).status_code == 302
    figure = Figure.objects.get(year=2022)
    assert figure.version == 2
    form = client.get(PAGE).context["page"].rows[0].form
    for name, text in typed.items():
        if name == "confirm":
            assert figure.confirmed
        elif name == "same":
            assert form[name].value() is True
        elif name != "value" or text:
            assert form[name].value() == text


def _named(row: dict[str, str]) -> dict[str, str]:
    return {f"students-{name}": text for name, text in row.items()}
