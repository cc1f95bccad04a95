"""Closed by default: who may open which page of the reading room."""

import pytest
from django.urls import reverse

from imtplan.accounts.models import User
from tests import factories

PAGES = [
    ("dashboard", []),
    ("indicator", ["students"]),
    ("project", ["P01"]),
]


@pytest.fixture(autouse=True)
def _content(students):
    factories.ProjectFactory(code="P01")


@pytest.mark.parametrize(("name", "args"), PAGES)
@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 403), ("bob", 403), ("charlie", 403), ("diane", 200), ("paul", 200)],
)
def test_the_institutes_people_read_and_schools_do_not(name, args, who, status, request, signed_in):
    client = signed_in(request.getfixturevalue(who))

    assert client.get(reverse(name, args=args)).status_code == status


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_stranger_is_sent_to_sign_in(name, args, client):
    answer = client.get(reverse(name, args=args))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_nothing_is_written_here(name, args, diane, signed_in):
    assert signed_in(diane).post(reverse(name, args=args)).status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/indicateurs/unknown/",
        "/projets/P99/",
        "/tableau-de-bord/?plan=unknown",
        "/tableau-de-bord/?year=2016",
        "/tableau-de-bord/?year=2023",
        "/tableau-de-bord/?year=abc",
        "/tableau-de-bord/?year=２０２０",
        "/tableau-de-bord/?view=draft",
    ],
)
def test_what_is_not_there_is_404(address, diane, signed_in):
    assert signed_in(diane).get(address).status_code == 404


@pytest.mark.parametrize("who", ["diane", "paul"])
def test_home_of_the_institute_is_the_dashboard(who, request, signed_in):
    client = signed_in(request.getfixturevalue(who))

    assert client.get("/").url == reverse("dashboard")


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_home_of_a_school_is_its_own_page(who, request, signed_in):
    factories.CampaignFactory(year=2022)
    client = signed_in(request.getfixturevalue(who))

    assert client.get("/").url == "/accueil/imt-mines-albi/"


def test_home_without_a_campaign_says_what_comes_next(alice, signed_in, read):
    assert "Aucune campagne" in read(signed_in(alice).get("/", follow=True))


def test_home_of_two_schools_offers_both(alice, ales, signed_in):
    factories.CampaignFactory(year=2022)
    factories.MembershipFactory(user=alice, role="director", school=ales)

    body = signed_in(alice).get("/").content.decode()

    assert "/accueil/imt-mines-albi/" in body
    assert "/accueil/imt-mines-ales/" in body


def test_somebody_without_a_role_sees_nothing_but_a_word(db, signed_in, read):
    nobody: User = factories.UserFactory()
    client = signed_in(nobody)

    assert "aucun rôle" in read(client.get("/"))
    assert client.get(reverse("dashboard")).status_code == 403


def test_the_styleguide_is_for_those_who_build_pages(client, settings):
    settings.DEBUG = settings.DEMO = False
    assert client.get(reverse("styleguide")).status_code == 404
    settings.DEMO = True
    assert client.get(reverse("styleguide")).status_code == 200
