"""What happened stays as it was written."""

import pytest
from django.db import ProgrammingError, transaction

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.audit.services import record


def test_an_event_keeps_who_did_what_and_where(alice: User, albi: School) -> None:
    event = record(Event.Verb.SUBMITTED, by=alice, school=albi, subject="2022", figures=9)
    event.refresh_from_db()
    assert (event.actor, event.actor_name, event.school) == (alice, "Alice", albi)
    assert (event.verb, event.subject, event.detail) == ("submitted", "2022", {"figures": 9})


def test_the_application_itself_has_no_name(db: None) -> None:
    event = record(Event.Verb.DATA_LOADED, by=None)
    assert (event.actor, event.actor_name) == (None, "")


def test_the_database_refuses_to_change_an_event(alice: User) -> None:
    event = record(Event.Verb.SUBMITTED, by=alice)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(verb=Event.Verb.RETURNED)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Event.objects.filter(pk=event.pk).delete()


def test_an_event_outlives_the_person(alice: User) -> None:
    event = record(Event.Verb.SUBMITTED, by=alice)
    alice.delete()
    event.refresh_from_db()
    assert (event.actor, event.actor_name) == (None, "Alice")


def test_a_school_sees_its_own_events_alone(
    alice: User, charlie: User, diane: User, albi: School
) -> None:
    event = record(Event.Verb.SUBMITTED, by=alice, school=albi)
    record(Event.Verb.PLAN_EDITED, by=None)
    assert list(Event.objects.visible_to(alice)) == [event]
    assert list(Event.objects.visible_to(charlie)) == []
    assert Event.objects.visible_to(diane).count() == 2


def test_a_long_subject_ends_in_an_ellipsis_and_stands_whole_in_the_detail(alice: User) -> None:
    event = record(Event.Verb.SUBMITTED, by=alice, subject="a" * 201)
    assert event.subject == "a" * 199 + "…"
    assert event.detail == {"subject": "a" * 201}
