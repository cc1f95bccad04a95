"""Above a refused form stands what is to correct: each field by its name, once, with a link."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from objectives.models import StrategicPlan
from tests import factories

SPACE = "\u202f"
BARE = {
    "Ce champ est obligatoire.",
    "Ce champ ne peut pas être vide.",
    "Ce champ ne peut pas contenir la valeur nulle.",
}


@pytest.fixture
def plan(db: None) -> StrategicPlan:
    return factories.PlanFactory(
        code="2023-2027", baseline_year=2022, first_year=2023, last_year=2027
    )


@pytest.fixture
def addresses(plan: StrategicPlan, albi: School) -> list[str]:
    """Every form of the product that has a summary, empty."""
    project = factories.ProjectFactory(plan=plan, code="P01")
    indicator = factories.IndicatorFactory(code="students")
    campaign = factories.CampaignFactory(plan=plan, indicators=[indicator])
    more = {
        "jalons": f"projet={project.pk}",
        "avancements": f"projet={project.pk}",
        "ruptures": "indicateur=students",
        "publications": "indicateur=students",
    }
    kinds = "plans objectifs leviers projets jalons avancements indicateurs suivis ruptures cibles"
    kinds += " publications"
    return [
        *(
            f"/plan/ajouter/{kind}/?{more.get(kind, 'plan=2023-2027')}"
            for kind in (*kinds.split(), "ecoles")
        ),
        f"/plan/archiver/objectifs/{factories.ObjectiveFactory(plan=plan).pk}/",
        "/plan/plans/2023-2027/ecoles/students/",
        "/campagnes/nouvelle/",
        f"/campagnes/{campaign.code}/{albi.code}/delai/",
        f"/ecole/{albi.code}/personnes/",
        "/institut/personnes/",
        f"/personnes/{factories.UserFactory(name='Zoé').pk}/",
    ]


def _post(client: Client, address: str) -> tuple[str, list[tuple[str, str]]]:
    """Returns the page that refuses an empty form, and each line of its summary with its link."""
    data = {"store": "1", "give": "1", "name": ""}
    if address.endswith("/ecoles/students/"):
        data = {f"school_{School.objects.carrying_the_plan().get().pk}": "12"}
    answer = client.post(address, data)
    page = answer.content.decode()
    assert answer.status_code == 422, address
    summary = page.split('class="notice notice-error"', 1)[1].split("</div>", 1)[0]
    lines = re.findall(r'<li>(?:<a href="#([^"]+)">)?(.*?)(?:</a>)?</li>', summary, re.DOTALL)
    return page, [(link, unescape(text)) for link, text in lines]


def test_each_line_names_its_field_once_and_leads_there(
    addresses: list[str], paul: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(paul)
    for address in addresses:
        page, lines = _post(client, address)
        assert lines, address
        links = [link for link, _text in lines if link]
        assert len(links) == len(set(links)), (address, lines)
        assert len(lines) == len({text for _link, text in lines}), (address, lines)
        for link, text in lines:
            assert not link or f'id="{link}"' in page, (address, link)
            assert text not in BARE, (address, text)
            assert not link or re.match(rf"\S.*{SPACE}: \S", text), (address, text)
            assert "obligatoire." not in text, (address, text)


def test_no_english_word_stands_in_a_summary(
    addresses: list[str], paul: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(paul)
    texts = [text for address in addresses for _link, text in _post(client, address)[1]]
    assert not [text for text in texts if re.match(r"Indicator\b|Schools\b|Indicators\b", text)]
    assert any(text.startswith(f"Indicateur{SPACE}:") for text in texts)
