"""Ending a role, taking that back, and what whoever held it is told."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import Membership, School, User
from imtplan.accounts.roles import Permission, has_permission
from imtplan.audit.models import Event
from imtplan.campaigns.terms import people_services as people
from imtplan.campaigns.terms.people_services import DelegationRefused, end_delegation, undo_end
from imtplan.outbox.models import Mail
from imtplan.outbox.sending import send_waiting
from tests.databases import count_locks
from tests.imtplan.campaigns.people.roles import fresh, in_days

# --- Ended by a slip ----------------------------------------------------------------------------


def kinds() -> list[str]:
    return [f"{one.kind} {one.state}" for one in Mail.objects.order_by("pk")]


def sent() -> None:
    """Every mail has gone out."""
    Mail.objects.update(state=Mail.State.SENT, sent_at=timezone.now())


def test_whose_role_is_ended_is_told(name: Any, eve: User, alice: User) -> None:
    first = name()
    sent()
    held = end_delegation(first, by=alice)
    assert held.ended_by == alice
    told = Mail.objects.get(kind="role-ended")
    assert told.user == eve
    assert told.subject == "IMT Plan – IMT Mines Albi : votre rôle « Contributeur » a pris fin"
    for words in ("Alice", "alice@example.org", "IMT Mines Albi", "heure de Paris"):
        assert words in told.body


def test_who_ended_a_role_takes_that_back(name: Any, eve: User, alice: User, albi: School) -> None:
    first = name(ends_on=in_days(5))
    sent()
    end_delegation(first, by=alice)
    held = undo_end(first, by=alice)
    assert (held.ended_at, held.ended_by) == (None, None)
    assert (held.starts_on, held.ends_on) == (first.starts_on, first.ends_on)
    assert has_permission(fresh(eve), Permission.ENTER_FIGURES, school=albi)
    event = Event.objects.first()
    assert (event.verb, event.actor, event.school) == (Event.Verb.ROLE_RESTORED, alice, albi)
    assert kinds() == ["role-given sent", "role-ended withdrawn"]


def test_whom_the_end_was_told_is_told_again(name: Any, eve: User, alice: User) -> None:
    first = name()
    sent()
    held = end_delegation(first, by=alice)
    sent()
    undo_end(held, by=alice)
    assert kinds() == ["role-given sent", "role-ended sent", "role-restored waiting"]
    assert "Alice" in Mail.objects.get(kind="role-restored").body


@pytest.mark.parametrize("email", ["eve@example.org", "new@example.org"])
def test_a_role_that_ends_before_it_was_told_of_is_never_told_of(
    name: Any, eve: User, alice: User, email: str
) -> None:
    held = name(email=email)
    end_delegation(held, by=alice)
    assert [
        (one.kind in (people.KIND, Mail.INVITATION), one.state) for one in Mail.objects.all()
    ] == [(True, Mail.State.WITHDRAWN)]


def test_taking_back_that_end_invites_with_the_link_after_all(name: Any, alice: User) -> None:
    held = name(email="new@example.org")
    end_delegation(held, by=alice)
    undo_end(held, by=alice)
    waiting = Mail.objects.get(state=Mail.State.WAITING)
    assert waiting.kind == Mail.INVITATION
    assert Mail.SIGN_IN_LINK in waiting.body


def test_whom_new_days_were_not_yet_told_of_hears_of_the_end(
    name: Any, eve: User, alice: User
) -> None:
    """The role was told of before: only the mail of its new days is withdrawn."""
    name()
    send_waiting()
    held = name(ends_on=in_days(30))
    end_delegation(held, by=alice)
    found = {(one.kind, one.state) for one in Mail.objects.all()}
    assert found == {
        (people.KIND, Mail.State.SENT),
        (people.KIND, Mail.State.WITHDRAWN),
        (people.ENDED, Mail.State.WAITING),
    }


@pytest.mark.django_db(transaction=True)
def test_naming_waits_for_who_ends_the_role_and_gives_it_anew(
    name: Any, eve: User, alice: User
) -> None:
    held = name()
    done: list[Membership] = []

    def again() -> None:
        try:
            done.append(name())
        finally:
            connection.close()

    thread = threading.Thread(target=again)
    with transaction.atomic():
        end_delegation(held, by=alice)
        thread.start()
        while thread.is_alive() and not is_waiting_for_a_lock():
            thread.join(0.02)
    thread.join()
    held.refresh_from_db()
    assert done == [held]
    assert held.ended_at is None


def is_waiting_for_a_lock() -> bool:
    return count_locks(waiting=True) > 0


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("somebody else", people.NOT_YOURS),
        ("too late", people.UNDO_OVER),
        ("over by its day", people.UNDO_OVER),
        ("held again", people.NOT_ENDED),
    ],
)
def test_what_cannot_be_taken_back_says_why(
    name: Any, alice: User, paul: User, case: str, sentence: str
) -> None:
    held = end_delegation(name(ends_on=in_days(5)), by=alice)
    row = Membership.objects.filter(pk=held.pk)
    if case == "too late":
        row.update(ended_at=timezone.now() - people.UNDO - timedelta(seconds=1))
    if case == "over by its day":
        row.update(starts_on=in_days(-9), ends_on=in_days(-1))
    if case == "held again":
        name(ends_on=in_days(5))
    before = row.values().get()
    with pytest.raises(DelegationRefused) as refusal:
        undo_end(held, by=paul if case == "somebody else" else alice)
    assert refusal.value.message == sentence
    assert row.values().get() == before
