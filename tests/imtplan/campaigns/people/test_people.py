"""Naming contributors and a substitute, and ending it: each rule."""

import re
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import Client

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission, Role, has_permission
from imtplan.audit.models import Event
from imtplan.campaigns.terms import people_services as people
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation
from imtplan.outbox.models import Mail
from imtplan.outbox.sending import send_waiting
from tests import factories
from tests.imtplan.campaigns.people.roles import fresh, in_days

# --- What is given ------------------------------------------------------------------------------


def test_a_contributor_enters_from_now_on(name: Any, eve: User, albi: School) -> None:
    held = name()
    assert has_permission(fresh(eve), Permission.ENTER_FIGURES, school=albi)
    assert not has_permission(fresh(eve), Permission.SUBMIT_FIGURES, school=albi)
    assert (held.starts_on, held.ends_on, held.given_by.name) == (in_days(0), None, "Alice")


def test_a_substitute_submits_and_names_nobody(name: Any, eve: User, albi: School) -> None:
    name(role=Role.SUBSTITUTE, ends_on=in_days(30))
    assert has_permission(fresh(eve), Permission.SUBMIT_FIGURES, school=albi)
    assert not has_permission(fresh(eve), Permission.DELEGATE, school=albi)


def test_a_role_that_begins_later_does_not_count_yet(name: Any, eve: User, albi: School) -> None:
    name(starts_on=in_days(1), ends_on=in_days(9))
    assert fresh(eve).held_roles == []
    assert albi.memberships.to_come().get().user == eve


@pytest.mark.parametrize("typed", ["eve@example.org", "EVE@Example.ORG", " eve@example.org "])
def test_who_has_an_account_keeps_it_and_their_name(name: Any, eve: User, typed: str) -> None:
    assert name(email=typed, name="Somebody else").user == eve
    assert fresh(eve).name == "Ève"


def test_who_has_none_gets_one_without_a_password(name: Any) -> None:
    user = name(email="New@Example.org", name=" Nora ").user
    assert (user.email, user.name) == ("new@example.org", "Nora")
    assert not fresh(user).has_usable_password()
    assert not user.is_demo


def test_two_roles_in_one_school_are_held_together(name: Any, bob: User, albi: School) -> None:
    name(email=bob.email, role=Role.SUBSTITUTE, ends_on=in_days(3))
    held = {one.role for one in fresh(bob).held_roles}
    assert held == {Role.CONTRIBUTOR, Role.SUBSTITUTE}


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence", "field"),
    [
        ({"role": Role.DIRECTOR}, people.OTHER_ROLE, "role"),
        ({"role": Role.PLAN_OFFICE}, people.OTHER_ROLE, "role"),
        ({"role": Role.SUBSTITUTE}, people.END_NEEDED, "ends_on"),
        ({"ends_on": -1}, people.END_PAST, "ends_on"),
        ({"role": Role.SUBSTITUTE, "ends_on": 367}, people.END_FAR, "ends_on"),
        ({"starts_on": -1}, people.START_PAST, None),
        ({"starts_on": 3, "ends_on": 2}, people.DAYS_REVERSED, "ends_on"),
        ({"email": "alice"}, people.YOURSELF, "email"),
        ({"email": "new@example.org", "name": " "}, people.NAME_NEEDED, "name"),
    ],
)
def test_what_may_not_be_is_refused_with_a_sentence(
    name: Any, alice: User, eve: User, changes: dict[str, Any], sentence: str, field: str | None
) -> None:
    days = {key: in_days(value) for key, value in changes.items() if key.endswith("_on")}
    if changes.get("email") == "alice":
        changes = {"email": alice.email.upper()}
    with pytest.raises(DelegationRefused) as refusal:
        name(**changes | days)
    assert (refusal.value.message, refusal.value.field) == (sentence, field)
    assert not Membership.objects.filter(user=eve).exists()
    assert not Mail.objects.exists()
    assert not Event.objects.exists()


def test_today_is_a_last_day_and_a_year_ahead_too(name: Any, eve: User, albi: School) -> None:
    name(ends_on=in_days(0))
    assert has_permission(fresh(eve), Permission.ENTER_FIGURES, school=albi)
    last = people.a_year_after(in_days(0))
    assert name(role=Role.SUBSTITUTE, ends_on=last).ends_on == last


def test_a_year_after_the_29th_of_february_is_the_28th() -> None:
    assert people.a_year_after(date(2024, 2, 29)) == date(2025, 2, 28)
    assert people.a_year_after(date(2026, 11, 23)) == date(2027, 11, 23)


def test_a_director_needs_no_other_role(name: Any, albi: School) -> None:
    other = factories.person("Odile", Role.DIRECTOR, albi)
    with pytest.raises(DelegationRefused, match=str(people.DIRECTOR_ALREADY)):
        name(email=other.email)


def test_a_former_director_may_help(name: Any, albi: School, eve: User) -> None:
    factories.MembershipFactory(user=eve, role=Role.DIRECTOR, school=albi, ends_on=in_days(-1))
    assert name().user == eve


def test_an_account_switched_off_is_not_named(name: Any, eve: User) -> None:
    User.objects.filter(pk=eve.pk).update(is_active=False)
    with pytest.raises(DelegationRefused) as refusal:
        name()
    assert refusal.value.message == people.SWITCHED_OFF


def test_the_database_refuses_days_in_reverse_and_a_substitute_without_end(
    albi: School, eve: User
) -> None:
    for fields, constraint in (
        ({"starts_on": in_days(2), "ends_on": in_days(1)}, "membership_days_in_order"),
        ({"role": Role.SUBSTITUTE}, "membership_substitute_ends"),
    ):
        row = Membership(**{"user": eve, "school": albi, "role": Role.CONTRIBUTOR} | fields)
        with pytest.raises(IntegrityError, match=constraint), people.transaction.atomic():
            row.save()


# --- Naming again -------------------------------------------------------------------------------


def test_naming_again_changes_the_last_day(name: Any, eve: User) -> None:
    first = name(ends_on=in_days(5))
    again = name(ends_on=in_days(50))
    assert (again.pk, again.starts_on, again.ends_on) == (first.pk, in_days(0), in_days(50))
    assert Mail.objects.count() == Event.objects.count() == 2


def test_naming_twice_the_same_writes_one_mail(name: Any, eve: User) -> None:
    assert name(ends_on=in_days(5)).pk == name(ends_on=in_days(5)).pk
    assert Mail.objects.count() == Event.objects.count() == 1


def test_a_role_that_was_ended_is_taken_up_again(
    name: Any, eve: User, alice: User, albi: School
) -> None:
    held = name(ends_on=in_days(5))
    end_delegation(held, by=alice)
    assert name(ends_on=in_days(5)).ended_at is None
    assert has_permission(fresh(eve), Permission.ENTER_FIGURES, school=albi)


def test_a_role_that_ran_out_begins_today_again(name: Any, eve: User, albi: School) -> None:
    factories.MembershipFactory(
        user=eve,
        role=Role.CONTRIBUTOR,
        school=albi,
        starts_on=in_days(-90),
        ends_on=in_days(-30),
    )
    assert name().starts_on == in_days(0)


def test_a_last_day_before_the_first_of_a_role_to_come_is_refused(name: Any, eve: User) -> None:
    name(starts_on=in_days(10), ends_on=in_days(20))
    with pytest.raises(DelegationRefused) as refusal:
        name(ends_on=in_days(5))
    assert refusal.value.message == people.DAYS_REVERSED


# --- Ending -------------------------------------------------------------------------------------


def test_an_ended_role_stops_at_once(name: Any, eve: User, alice: User, albi: School) -> None:
    held = name(ends_on=in_days(30))
    end_delegation(held, by=alice)
    assert not has_permission(fresh(eve), Permission.READ_SCHOOL, school=albi)
    assert albi.memberships.past().get() == held
    assert not albi.memberships.in_force().filter(user=eve).exists()


def test_what_was_held_before_the_end_is_still_known(name: Any, alice: User, albi: School) -> None:
    held = end_delegation(name(), by=alice)
    Membership.objects.filter(pk=held.pk).update(starts_on=in_days(-9))
    yesterday = albi.memberships.in_force(on=in_days(-1))
    assert held in yesterday
    assert held not in albi.memberships.in_force(on=in_days(0))
    assert held not in albi.memberships.in_force(on=in_days(1))


def test_ending_twice_changes_nothing(name: Any, alice: User) -> None:
    held = end_delegation(name(), by=alice)
    assert end_delegation(held, by=alice).ended_at == held.ended_at
    assert Event.objects.filter(verb=Event.Verb.ROLE_ENDED).count() == 1


def test_a_role_to_come_can_be_ended(name: Any, eve: User, alice: User, albi: School) -> None:
    end_delegation(name(starts_on=in_days(3)), by=alice)
    assert not albi.memberships.to_come().exists()


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PLAN_OFFICE])
def test_a_director_ends_what_a_director_names(alice: User, paul: User, role: Role) -> None:
    held = Membership.objects.get(role=role)
    with pytest.raises(DelegationRefused, match=str(people.OTHER_ROLE)):
        end_delegation(held, by=alice)
    assert Membership.objects.get(pk=held.pk).ended_at is None


# --- What is kept and sent ----------------------------------------------------------------------


def test_both_acts_are_in_the_audit(name: Any, eve: User, alice: User, albi: School) -> None:
    end_delegation(name(role=Role.SUBSTITUTE, ends_on=in_days(4)), by=alice)
    ended, given = Event.objects.all()
    assert (given.verb, ended.verb) == (Event.Verb.ROLE_GIVEN, Event.Verb.ROLE_ENDED)
    for event in (given, ended):
        assert (event.actor, event.school) == (alice, albi)
        assert event.subject == "Ève <eve@example.org>"
        assert event.detail == {
            "role": "substitute",
            "starts_on": in_days(0).isoformat(),
            "ends_on": in_days(4).isoformat(),
        }


def test_without_its_audit_nothing_is_given(
    name: Any, albi: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(people, "record", fail)
    with pytest.raises(RuntimeError):
        name(email="new@example.org", name="Nora")
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_mail_says_who_what_and_until_when(name: Any, eve: User, settings: Any) -> None:
    settings.SITE_URL = "https://plan.example.org"
    name(role=Role.SUBSTITUTE, ends_on=date(2027, 3, 1))
    sent = Mail.objects.get()
    assert (sent.user, sent.address, sent.kind) == (eve, "eve@example.org", "role-given")
    assert sent.subject.startswith("IMT Plan – IMT Mines Albi : votre rôle est")
    for words in ("Ève", "Alice", "IMT Mines Albi", "1 mars 2027", "eve@example.org"):
        assert words in sent.body
    assert re.findall(r"https?://\S+", sent.body) == ["https://plan.example.org/"]
    assert "UNDEFINED" not in sent.body


def test_the_mail_speaks_the_language_of_who_gets_it(name: Any, eve: User) -> None:
    User.objects.filter(pk=eve.pk).update(language="en")
    name()
    assert "names you" in Mail.objects.get().body


def test_a_newcomers_first_mail_has_the_one_link_that_signs_in(name: Any) -> None:
    name(email="new@example.org", name="Nora")
    assert "/password/reset/" not in Mail.objects.get().body
    send_waiting()
    [link] = re.findall(r"https?://[^/\s]+(/\S+)", mail.outbox[0].body)
    client, secret = Client(), "a-long-secret-of-nora"
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": secret, "password2": secret})
    nora = User.objects.get(email="new@example.org")
    assert nora.check_password(secret)
    assert client.get("/ecole/imt-mines-albi/personnes/").status_code == 200
    # It works once.
    again = Client().get(link, follow=True)
    assert "Ce lien n’est plus valable" in again.content.decode()


def test_a_newcomers_name_stands_on_one_line(name: Any) -> None:
    held = name(email="new@example.org", name="Nora\n\u2028Dupont")
    assert held.user.name == "Nora Dupont"
