"""The role that runs the site does all of its work, and cannot unmake what happened."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.audit.database_rights import RoleRefused, give_rights, rights_by_table
from imtplan.audit.models import Event
from imtplan.audit.services import record
from imtplan.campaigns import demo
from imtplan.integrity import checks
from imtplan.planning.plan_life import delete_draft
from indicators import past
from indicators.models import Figure, Progress
from indicators.recomputing.recompute import recompute_stale
from objectives.models import PlanState, StrategicPlan
from tests import factories


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def role() -> str:
    """Roles belong to the whole server, on which the databases of other test processes are too."""
    return f"site_of_{connection.settings_dict['NAME']}"


@pytest.fixture
def as_site(db: None, role: str) -> Iterator[None]:
    """The role, its rights and its turn are gone with the test's transaction."""
    call_command("createcachetable")
    give_rights(role)
    run(f'SET LOCAL ROLE "{role}"')
    yield
    run("RESET ROLE")


FORBIDDEN = [
    "TRUNCATE audit_event",
    "TRUNCATE indicators_figureevent",
    "TRUNCATE indicators_figure CASCADE",
    "DELETE FROM audit_event",
    "DELETE FROM indicators_figureevent",
    "DELETE FROM indicators_snapshot",
    "DELETE FROM pghistory_context",
    "UPDATE audit_event SET detail = '{}'",
    "UPDATE audit_event SET at = now()",
    "UPDATE indicators_figureevent SET value = 0",
    "UPDATE campaigns_receipt SET content = ''",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE indicators_figure DISABLE TRIGGER USER",
    "ALTER TABLE indicators_figure ADD COLUMN more int",
    "DROP TABLE audit_event",
    "DROP VIEW past.indicators_figure",
    "CREATE TABLE public.mine (id int)",
    "CREATE TABLE past.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE TRIGGER mine BEFORE DELETE ON audit_event EXECUTE FUNCTION now()",
    "SET LOCAL session_replication_role = replica",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    "CREATE ROLE another",
]


@pytest.mark.usefixtures("as_site")
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_it_may_not_do(statement: str, alice: User) -> None:
    record(Event.Verb.DATA_LOADED, by=alice, subject="fixtures/plan.json")
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        run(statement)
    assert caught.value.__cause__.sqlstate == "42501"  # insufficient privilege


@pytest.mark.usefixtures("as_site")
def test_not_even_where_the_triggers_are_told_to_look_away(alice: User) -> None:
    event = record(Event.Verb.DATA_LOADED, by=alice, subject="fixtures/plan.json")
    with pgtrigger.ignore("audit.Event:never_delete_events", "audit.Event:keep_events"):
        for act in ("DELETE FROM audit_event", "UPDATE audit_event SET subject = 'another'"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                run(act)
    assert Event.objects.filter(pk=event.pk, subject="fixtures/plan.json").exists()


@pytest.mark.usefixtures("as_site")
def test_a_person_who_goes_leaves_the_events(alice: User) -> None:
    event = record(Event.Verb.DATA_LOADED, by=alice, subject="fixtures/plan.json")
    alice.delete()
    event.refresh_from_db()
    assert event.actor is None
    assert event.actor_name == "Alice"


@pytest.mark.usefixtures("as_site")
def test_the_work_of_the_site_is_done(paul: User) -> None:
    """Loads, computes, looks back, checks, keeps in the cache and takes it all away: Paul stays."""
    call_command("load_plan", stdout=StringIO())
    call_command("load_demo", stdout=StringIO())
    assert Progress.objects.exists()

    figure = Figure.objects.filter(value__gt=0).first()
    figure.value += 1
    figure.save()
    assert recompute_stale()
    with past.at(timezone.now() - timedelta(days=1)):
        assert not Figure.objects.exists()
    with past.at(timezone.now() + timedelta(days=1)):
        assert Progress.objects.exists()
    assert len(list(checks.run(checks.CHECKS))) == len(checks.CHECKS)
    cache.set("attempts", 1)
    cache.delete("attempts")
    assert demo.remove()
    assert User.objects.get() == paul


@pytest.mark.usefixtures("as_site")
def test_a_draft_of_a_plan_is_deleted_and_a_published_plan_is_not(paul: User) -> None:
    draft = factories.ObjectiveFactory(plan__state=PlanState.DRAFT).plan
    published = factories.ObjectiveFactory(plan__code="2023-2027").plan
    delete_draft(plan=draft, by=paul)
    with pytest.raises(DatabaseError, match="only a draft"), transaction.atomic():
        published.delete()
    assert StrategicPlan.objects.get() == published


@pytest.mark.django_db
def test_every_table_is_in_the_list() -> None:
    kept = {table for table, rights in rights_by_table().items() if "DELETE" not in str(rights)}
    events = {table for table in kept if table.endswith("event")}
    assert kept - events == {"indicators_snapshot", "pghistory_context"}
    assert {"audit_event", "indicators_figureevent", "accounts_membershipevent"} <= events


def password_of(role: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_password_that_is_changed_is_changed(role: str) -> None:
    give_rights(role, "a first word")
    first = password_of(role)
    give_rights(role, "another word")
    assert first.startswith("SCRAM-SHA-256$")
    assert password_of(role) not in (first, "another word")


@pytest.mark.django_db
def test_an_owner_who_may_make_no_role_is_told_what_to_ask_for(role: str) -> None:
    run(f'CREATE ROLE "{role}_owner"')
    run(f'SET LOCAL ROLE "{role}_owner"')
    with pytest.raises(RoleRefused, match=f"CREATE ROLE {role} LOGIN"):
        give_rights(role, "word")


@pytest.mark.django_db
def test_the_owner_is_not_the_one_who_runs() -> None:
    with pytest.raises(RoleRefused, match="owns the tables"):
        give_rights(str(connection.settings_dict["USER"]))
