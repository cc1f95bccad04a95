"""Every page of the plan office, and who may open it."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from imtplan.accounts.models import School, User
from imtplan.planning.plan_overview import IndicatorInPlan, TargetRow
from indicators.models import GROWTH_NEEDS_POSITIVE, Target
from objectives.models import StrategicPlan
from tests import factories

SignIn = Callable[[User], Client]


@pytest.fixture
def target(albi: School) -> Target:
    return factories.students_of_the_plan(albi)


@pytest.fixture
def addresses(target: Target) -> list[str]:
    objective = factories.ObjectiveFactory(code="O1")
    lever = factories.LeverFactory(code="L1")
    project = factories.ProjectFactory(code="P01")
    milestone = factories.MilestoneFactory(project=project)
    report = factories.StatusReportFactory(project=project)
    factories.LinkFactory(indicator=target.indicator, objective=objective)
    rows = {
        "plans": target.plan,
        "objectifs": objective,
        "leviers": lever,
        "projets": project,
        "jalons": milestone,
        "avancements": report,
        "indicateurs": target.indicator,
        "cibles": target,
        "ecoles": School.objects.carrying_the_plan().get(),
    }
    found = ["/plan/", "/plan/ecoles/", "/plan/plans/2018-2022/"]
    found += ["/plan/plans/2018-2022/ecoles/students/"]
    found += [f"/plan/modifier/{kind}/{row.pk}/" for kind, row in rows.items()]
    found += [f"/plan/ajouter/{kind}/?plan=2018-2022&projet={project.pk}" for kind in rows]
    archivable = ("objectifs", "leviers", "projets", "indicateurs", "cibles")
    return found + [f"/plan/archiver/{kind}/{rows[kind].pk}/" for kind in archivable]


def test_the_plan_office_opens_every_page(
    addresses: list[str], paul: User, signed_in: SignIn
) -> None:
    client = signed_in(paul)
    assert {url: client.get(url).status_code for url in addresses} == dict.fromkeys(addresses, 200)


def test_nobody_else_opens_one(
    addresses: list[str], alice: User, bob: User, diane: User, signed_in: SignIn
) -> None:
    for person in (alice, bob, diane):
        client = signed_in(person)
        found = {client.get(url).status_code for url in addresses}
        found |= {client.post(url).status_code for url in addresses if "ier/" in url}
        assert found == {403}, person


def test_only_the_plan_office_sees_the_entry_in_the_navigation(
    target: Target, paul: User, diane: User, signed_in: SignIn
) -> None:
    link = '<a href="/plan/"'
    assert link in signed_in(paul).get("/tableau-de-bord/").content.decode()
    assert link not in signed_in(diane).get("/tableau-de-bord/").content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "/plan/plans/nothing/",
        "/plan/plans/2018-2022/ecoles/nothing/",
        "/plan/modifier/nothing/1/",
        "/plan/modifier/objectifs/999999/",
        "/plan/ajouter/nothing/",
        "/plan/ajouter/objectifs/",
        "/plan/ajouter/objectifs/?plan=nothing",
        "/plan/ajouter/jalons/?projet=x",
        "/plan/archiver/jalons/1/",
        "/plan/archiver/plans/1/",
    ],
)
def test_what_is_not_there_is_not_found(
    url: str, target: Target, paul: User, signed_in: SignIn
) -> None:
    assert signed_in(paul).get(url).status_code == 404


def test_the_plan_says_what_it_is_made_of(
    addresses: list[str], target: Target, paul: User, signed_in: SignIn
) -> None:
    page = signed_in(paul).get("/plan/plans/2018-2022/").content.decode()
    assert "20 000 étudiants (2022)" in page.replace("\u202f", " ")
    assert "13 400" in page.replace("\u202f", " ")


def test_what_is_missing_is_said(db: None, paul: User, signed_in: SignIn) -> None:
    plan = factories.PlanFactory()
    objective = factories.ObjectiveFactory(plan=plan)
    bare = factories.LinkFactory(objective=objective).indicator
    no_baseline = factories.TargetFactory(plan=plan, baseline_value=None).indicator
    rows = signed_in(paul).get(f"/plan/plans/{plan.code}/").context["overview"].measured
    lacks = {row.indicator: len(row.lacks) for row in rows}
    assert lacks == {bare: 1, no_baseline: 2}


def test_a_growth_stored_over_nothing_before_that_was_refused_is_said() -> None:
    terms = {"value": None, "growth_percent": 50, "indicator": None, "plan": None}
    for baseline, is_said in ((0, True), (-10, True), (1, False), (None, False)):
        target = factories.TargetFactory.build(baseline_value=baseline, **terms)
        row = IndicatorInPlan(followed=None, targets=[TargetRow(target)], schools=0, is_linked=True)
        assert (str(GROWTH_NEEDS_POSITIVE) in row.lacks) == is_said


def test_a_deduced_link_is_confirmed_in_a_click(db: None, paul: User, signed_in: SignIn) -> None:
    link = factories.LinkFactory(
        objective=factories.ObjectiveFactory(), inferred=True, weight=Decimal(2)
    )
    client = signed_in(paul)
    assert 'id="unsure"' in client.get("/plan/plans/2018-2022/").content.decode()
    client.post(f"/plan/confirmer/indicateur/{link.pk}/", {"confirm": ""})
    link.refresh_from_db()
    assert (link.inferred, link.weight) == (False, 2)
    assert 'id="unsure"' not in client.get("/plan/plans/2018-2022/").content.decode()


def test_only_the_plan_office_confirms(
    db: None, alice: User, diane: User, signed_in: SignIn
) -> None:
    link = factories.LinkFactory(objective=factories.ObjectiveFactory(), inferred=True)
    for person in (alice, diane):
        assert (
            signed_in(person)
            .post(f"/plan/confirmer/indicateur/{link.pk}/", {"confirm": ""})
            .status_code
            == 403
        )
    link.refresh_from_db()
    assert link.inferred


def test_a_plan_and_its_office_with_nothing_yet(db: None, paul: User, signed_in: SignIn) -> None:
    client = signed_in(paul)
    assert client.get("/plan/").status_code == 200
    plan = StrategicPlan.objects.create(
        code="2023-2027",
        name_fr="Plan",
        name_en="Plan",
        baseline_year=2022,
        first_year=2023,
        last_year=2027,
    )
    assert client.get(f"/plan/plans/{plan.code}/").status_code == 200


def test_every_form_says_in_which_language_its_numbers_are_written(
    addresses: list[str], paul: User, signed_in: SignIn
) -> None:
    client = signed_in(paul)
    silent = []
    for url in [*addresses, "/plan/classeur/", "/plan/plans/2018-2022/classeur/"]:
        main = client.get(url).content.decode().partition("<main")[2].partition("</main>")[0]
        forms = re.findall(r"<form [^>]*>", main)
        typed = [form for form in forms if "/confirmer/" not in form and 'method="get"' not in form]
        silent += [(url, form) for form in typed if "=fr" not in form]
    assert silent == []


def test_a_number_is_read_in_the_language_of_its_page(target: Target, office: Any) -> None:
    """Another window has turned to English meanwhile: "20,5" is no 205 here."""
    url = f"/plan/modifier/indicateurs/{target.indicator.pk}/"
    page = office.client.get(url).content.decode()
    action = re.search(r'<form method="post" action="([^"]+)" novalidate>', page)[1]
    typed = office.filled(url, tolerance="1,234")
    office.client.post("/langue/", {"language": "en", "next": "/"})
    answer = office.client.post(url + action, typed)
    assert answer.context["form"].cleaned_data["tolerance"] == Decimal("1.234")
    assert 'lang="fr"' in answer.content.decode()
    sent = dict(answer.context["form"].sent)
    assert sent["tolerance"] == "1,234"
    assert re.search(r'<form method="post" action="[^"]*shown-in=fr"', answer.content.decode())


def test_a_form_keeps_what_its_address_says(target: Target, paul: User, signed_in: SignIn) -> None:
    url = "/plan/ajouter/objectifs/?plan=2018-2022"
    page = signed_in(paul).get(url).content.decode()
    assert 'action="?plan=2018-2022&amp;shown-in=fr"' in page
