"""The navigation shows each role what it may open, and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from imtplan.dashboard.navigation import navigation
from tests import factories


def items(user, path="/", where="navigation"):
    request = RequestFactory().get(path)
    request.user = user
    return list(navigation(request)[where])


def urls(user, where="navigation"):
    return [item.url for item in items(user, where=where)]


def test_a_school_sees_its_form(alice):
    factories.CampaignFactory(year=2022)

    assert urls(alice) == [
        "/accueil/imt-mines-albi/",
        "/saisie/2022/imt-mines-albi/",
        "/ecoles/imt-mines-albi/",
        reverse("school_people", args=["imt-mines-albi"]),
    ]
    assert urls(alice, "tools") == [reverse("api-docs"), reverse("tokens")]


def test_two_roles_in_one_school_are_one_school(bob, albi):
    factories.CampaignFactory(year=2022)
    day = timezone.localdate()
    factories.MembershipFactory(user=bob, role="substitute", school=albi, ends_on=day)

    assert urls(bob) == [
        "/accueil/imt-mines-albi/",
        "/saisie/2022/imt-mines-albi/",
        "/ecoles/imt-mines-albi/",
        reverse("school_people", args=["imt-mines-albi"]),
    ]


def test_two_schools_are_told_apart_by_name(alice, ales):
    factories.CampaignFactory(year=2022)
    factories.MembershipFactory(user=alice, role="director", school=ales)

    assert [item.label for item in items(alice)][:2] == ["IMT Mines Albi", "IMT Mines Alès"]


def test_without_a_campaign_there_is_no_form(alice):
    assert "/saisie/" not in "".join(urls(alice))


def test_the_directorate_general_reads(diane):
    names = ["dashboard", "matrix", "schools", "projects", "submissions", "history"]
    assert urls(diane) == [reverse(name) for name in names]
    assert reverse("admin:index") not in urls(diane, "tools")


def test_the_plan_office_administers(paul):
    assert {reverse("campaigns"), reverse("integrity")} <= set(urls(paul))
    assert reverse("admin:index") in urls(paul, "tools")


@pytest.mark.parametrize("path", ["/tableau-de-bord/", "/tableau-de-bord/?year=2020"])
def test_the_page_one_stands_on_is_marked(path, diane):
    assert [item.current for item in items(diane, path)][:2] == [True, False]


def test_strangers_and_people_without_a_role_see_nothing(db):
    assert items(AnonymousUser()) == []
    assert items(factories.UserFactory()) == []
    assert items(factories.UserFactory(), where="tools") == []


def test_a_page_that_shows_no_navigation_asks_nothing(diane, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = diane

    with django_assert_num_queries(0):
        navigation(request)


def test_the_foot_says_which_version_runs(db, client, settings, read):
    settings.VERSION = "9.8.7"

    assert "IMT Plan 9.8.7 · Institut Mines-Télécom" in read(client.get(reverse("accessibility")))
