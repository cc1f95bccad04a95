"""What the administration did: naming directors and the institute's people, keeping accounts."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Role
from imtplan.audit.models import Event
from imtplan.campaigns.terms import people_services as people
from imtplan.campaigns.terms.account_services import change_person, switch_account
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation, name_person
from imtplan.outbox.models import Mail
from tests import factories

SignIn = Callable[[User], Client]
SCHOOL, INSTITUTE, ACCOUNTS = (
    "/ecole/imt-mines-albi/personnes/",
    "/institut/personnes/",
    "/personnes/",
)


def typed(role: str, **changes: str) -> dict[str, str]:
    who = {"email": "nora@example.org", "name": "Nora", "role": role, "ends_on": ""}
    return who | changes


# --- Roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "role", "where"),
    [
        (SCHOOL, "director", "imt-mines-albi"),
        (SCHOOL, "contributor", "imt-mines-albi"),
        (INSTITUTE, "directorate_general", None),
        (INSTITUTE, "plan_office", None),
    ],
)
def test_the_plan_office_names_and_ends_every_role(
    page: str, role: str, where: str | None, albi: School, paul: User, signed_in: SignIn
) -> None:
    browser = signed_in(paul)
    assert f'value="{role}"' in browser.get(page).content.decode()
    answer = browser.post(page, typed(role), follow=True)
    assert answer.redirect_chain == [(page, 302)]
    held = Membership.objects.get(user__email="nora@example.org")
    assert (held.role, held.school and held.school.code, held.given_by) == (role, where, paul)
    mail = Mail.objects.get(user=held.user)
    assert mail.kind == Mail.INVITATION
    assert Mail.SIGN_IN_LINK in mail.body
    assert str(Role(role).label) in mail.body
    assert "None" not in mail.subject + mail.body
    ending = f"{page}{held.pk}/terminer/"
    assert f'href="{ending}"' in answer.content.decode()
    assert "Nora" in browser.get(ending).content.decode()
    assert browser.post(ending, {"end": ""}, follow=True).redirect_chain == [(page, 302)]
    held.refresh_from_db()
    assert held.ended_by == paul
    browser.post(f"{page}{held.pk}/retablir/", {"undo": ""})
    held.refresh_from_db()
    assert held.ended_at is None
    assert not any("None" in mail.subject + mail.body for mail in Mail.objects.all())
    verbs = [event.verb for event in Event.objects.order_by("pk")]
    assert verbs == ["role_given", "role_ended", "role_restored"]


@pytest.mark.parametrize(
    ("page", "role"),
    [(SCHOOL, "plan_office"), (SCHOOL, "directorate_general"), (INSTITUTE, "director")],
)
def test_a_role_is_given_where_it_is_held(
    page: str, role: str, albi: School, paul: User, signed_in: SignIn
) -> None:
    assert signed_in(paul).post(page, typed(role)).status_code == 422
    school = albi if page == SCHOOL else None
    with pytest.raises(DelegationRefused, match=str(people.OTHER_ROLE)):
        name_person(school=school, **typed(role) | {"ends_on": None}, by=paul)
    assert not User.objects.filter(email="nora@example.org").exists()


@pytest.mark.parametrize("who", ["alice", "bob", "diane"])
def test_nobody_else_gives_the_roles_of_the_institute(
    who: str, request: pytest.FixtureRequest, signed_in: SignIn, alice: User, paul: User
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    held = paul.memberships.get()
    for page in (INSTITUTE, ACCOUNTS, f"{ACCOUNTS}{alice.pk}/"):
        assert browser.get(page).status_code == 403
    for page in (INSTITUTE, f"{INSTITUTE}{held.pk}/terminer/", f"{ACCOUNTS}{paul.pk}/"):
        data = typed("plan_office") | {"end": "", "switch-off": "", "store": ""}
        assert browser.post(page, data).status_code == 403
    assert browser.post(SCHOOL, typed("director")).status_code in (403, 422)
    assert not Event.objects.exists()


def test_a_director_offers_no_director(alice: User, signed_in: SignIn) -> None:
    assert 'value="director"' not in signed_in(alice).get(SCHOOL).content.decode()


def test_nobody_names_themselves(paul: User, signed_in: SignIn) -> None:
    answer = signed_in(paul).post(INSTITUTE, typed("directorate_general", email=paul.email))
    assert answer.status_code == 422
    assert paul.memberships.count() == 1


# --- The last of the plan office ----------------------------------------------------------------


def test_the_last_of_the_plan_office_is_told_why_it_stays(paul: User, signed_in: SignIn) -> None:
    browser, held = signed_in(paul), paul.memberships.get()
    for page, act in (
        (f"{INSTITUTE}{held.pk}/terminer/", "end"),
        (f"{ACCOUNTS}{paul.pk}/", "switch-off"),
    ):
        answer = browser.post(page, {act: ""}, follow=True)
        assert "désignez d’abord" in answer.content.decode()
    held.refresh_from_db()
    paul.refresh_from_db()
    assert (held.ended_at, paul.is_active) == (None, True)
    assert not Event.objects.exists()


def test_nobody_limits_the_last_of_the_plan_office(paul: User) -> None:
    odile = factories.person("Odile", Role.PLAN_OFFICE)
    who = {"email": paul.email, "name": "", "role": "plan_office", "school": None}
    today = timezone.localdate()
    name_person(**who, ends_on=today, by=odile)
    with pytest.raises(DelegationRefused, match=str(people.LAST_KEEPER)):
        end_delegation(odile.memberships.get(), by=paul)
    assert not odile.memberships.get().ended_at


def test_with_another_one_it_may_go(paul: User, signed_in: SignIn) -> None:
    factories.person("Odile", Role.PLAN_OFFICE)
    browser = signed_in(paul)
    browser.post(f"{INSTITUTE}{paul.memberships.get().pk}/terminer/", {"end": ""})
    assert paul.memberships.get().ended_by == paul
    assert browser.get(INSTITUTE).status_code == 403


# --- Accounts -----------------------------------------------------------------------------------


def test_every_account_is_listed_with_its_roles(
    paul: User, alice: User, diane: User, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(paul)
    with django_assert_max_num_queries(12):
        html = browser.get(ACCOUNTS).content.decode()
    for user in (paul, alice, diane):
        assert f'href="{ACCOUNTS}{user.pk}/"' in html
    assert "Direction d’école, IMT Mines Albi" in html or "IMT Mines Albi" in html
    assert f'href="{ACCOUNTS}"' in browser.get("/plan/").content.decode()


def test_an_address_is_changed_and_both_are_told(
    paul: User, alice: User, signed_in: SignIn
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    page = f"{ACCOUNTS}{alice.pk}/"
    new = {"name": "Alice Martin", "email": "Alice.Martin@Example.org", "store": ""}
    assert signed_in(paul).post(page, new).status_code == 302
    alice.refresh_from_db()
    assert (alice.name, alice.email) == ("Alice Martin", "alice.martin@example.org")
    told = {mail.address for mail in Mail.objects.all()}
    assert told == {"alice@example.org", "alice.martin@example.org"}
    assert all("alice@example.org → alice.martin@example.org" in m.body for m in Mail.objects.all())
    assert not EmailAddress.objects.exists()
    event = Event.objects.get()
    assert (event.verb, event.actor) == (Event.Verb.PERSON_CHANGED, paul)
    assert event.detail["changed"]["email"] == ["alice@example.org", "alice.martin@example.org"]


def test_the_same_again_changes_nothing(paul: User, alice: User) -> None:
    change_person(alice, name=f" {alice.name} ", email=alice.email.upper(), by=paul)
    switch_account(alice, is_active=True, by=paul)
    assert not Event.objects.exists()
    assert not Mail.objects.exists()


def test_an_address_of_somebody_else_is_refused_with_a_sentence(
    paul: User, alice: User, bob: User, signed_in: SignIn
) -> None:
    answer = signed_in(paul).post(
        f"{ACCOUNTS}{alice.pk}/", {"name": "Alice", "email": bob.email.upper(), "store": ""}
    )
    assert answer.status_code == 422
    assert "a déjà cette adresse" in answer.content.decode()


def test_who_is_not_the_last_may_switch_themselves_off(paul: User) -> None:
    factories.person("Odile", Role.PLAN_OFFICE)
    assert not switch_account(paul, is_active=False, by=paul).is_active


def test_who_is_switched_off_is_out_at_once_and_may_come_back(
    paul: User, alice: User, signed_in: SignIn
) -> None:
    theirs, page = signed_in(alice), f"{ACCOUNTS}{alice.pk}/"
    browser = signed_in(paul)
    browser.post(page, {"switch-off": ""})
    assert theirs.get(SCHOOL).status_code == 302
    browser.post(page, {"switch-on": ""})
    alice.refresh_from_db()
    assert alice.is_active
    assert [event.detail["changed"] for event in Event.objects.order_by("pk")] == [
        {"is_active": [True, False]},
        {"is_active": [False, True]},
    ]


@pytest.mark.parametrize("act", [change_person, switch_account])
def test_no_account_is_changed_by_who_may_not(act: Any, diane: User, alice: User) -> None:
    words = {"is_active": False} if act is switch_account else {"name": "X", "email": "x@y.org"}
    with pytest.raises(PermissionDenied):
        act(alice, **words, by=diane)
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"
