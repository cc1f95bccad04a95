"""A closed campaign takes nothing, by whatever way: the database has the last word."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.campaigns import gate
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.saving import save_figures
from imtplan.campaigns.files.proposals import apply, propose
from imtplan.campaigns.files.tables.typed_cells import TypedCell
from imtplan.campaigns.gate import CampaignClosed, TransitionRefused
from imtplan.campaigns.models import Campaign, Extension, Submission
from imtplan.campaigns.review import submission_services as services
from indicators.models import Figure, Indicator
from tests import factories
from tests.worker import database_url_of_the_test

BASE = Path(__file__).resolve().parents[3]
ALBI = "/saisie/2022/imt-mines-albi/"

SignIn = Callable[[User], Client]


def close(campaign: Campaign) -> None:
    campaign.closes_at = timezone.now() - timedelta(seconds=1)
    campaign.save()


@pytest.fixture
def closed(campaign: Campaign, save: Any) -> Iterator[Campaign]:
    """100 was entered, then the campaign closed: whatever a test tried, it still says 100."""
    save("100")
    close(campaign)
    yield campaign
    versions = Figure.objects.filter(year=2022).values_list("value", "version")
    assert list(versions) == [(Decimal(100), 1)]


# --- By each way --------------------------------------------------------------------------------


def test_by_the_form(closed: Campaign, alice: User, signed_in: SignIn) -> None:
    answer = signed_in(alice).post(ALBI, {"students-value": "200", "students-version": "1"})
    assert answer.status_code == 409


def test_by_the_autosave(closed: Campaign, alice: User, signed_in: SignIn) -> None:
    answer = signed_in(alice).post(
        f"{ALBI}valeur/students/", {"students-value": "200", "students-version": "1"}
    )
    assert (answer.status_code, answer.json()["outcome"]) == (409, "refused")


def test_by_the_api(closed: Campaign, alice: User, signed_in: SignIn) -> None:
    answer = signed_in(alice).put(
        "/api/v1/entries/2022/imt-mines-albi/students/",
        {"value": "200", "version": 1},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["outcome"]) == (409, "refused")


def test_by_a_spreadsheet(
    closed: Campaign, place: dict[str, Any], students: Indicator, alice: User
) -> None:
    cell = TypedCell(students, {"value": "200"}, "line 2", version=1)
    proposal = propose(**place, cells=[cell], origin=Figure.Origin.IMPORT, by=alice)
    with pytest.raises(CampaignClosed):
        apply(proposal, by=alice)


def test_by_the_administration(closed: Campaign, paul: User, signed_in: SignIn) -> None:
    """Its pages only show figures; a post finds nothing that takes it."""
    figure = Figure.objects.get()
    client = signed_in(paul)
    for address in ("change", "delete"):
        answer = client.post(
            f"/administration/indicators/figure/{figure.pk}/{address}/", {"value": "200"}
        )
        assert answer.status_code in (403, 404, 405)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "line",
    [
        "Figure.objects.update(value=200)",
        "Figure.objects.all().delete()",
        "f = Figure.objects.get(); f.value = 200; f.save()",
        "f = Figure.objects.get(); f.year = 2021; f.save()",
    ],
)
def test_by_the_shell(closed: Campaign, line: str) -> None:
    program = f"from indicators.models import Figure; {line}"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", program],
        cwd=BASE,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "campaign_closed" in done.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE indicators_figure SET value = 200",
        "DELETE FROM indicators_figure",
        "UPDATE indicators_figure SET school_id = NULL",
        "UPDATE indicators_figure SET explanation = 'other'",
    ],
)
def test_by_psql(closed: Campaign, statement: str) -> None:
    with (
        psycopg.connect(**_parameters(), autocommit=True) as psql,
        pytest.raises(psycopg.errors.CheckViolation, match="campaign_closed"),
    ):
        psql.execute(statement)


def _parameters() -> dict[str, Any]:
    """What a person at the keyboard would connect with: outside Django altogether."""
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "user", "host", "port") if known.get(name)}


def _environment() -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "imtplan.settings",
        "DATABASE_URL": database_url_of_the_test(),
        "SECRET_KEY": settings.SECRET_KEY,
    }


# --- What is possible all the same --------------------------------------------------------------


def test_a_closed_campaign_is_still_decided(
    campaign: Campaign, place: dict[str, Any], save: Any, alice: User, diane: User
) -> None:
    """Statuses move after the closing: the directorate-general has its own time."""
    save("100")
    services.submit(**place, by=alice)
    close(campaign)
    services.validate(**place, by=diane)
    assert Figure.objects.get().status == Figure.Status.VALIDATED


def test_figures_of_no_campaign_are_free(closed: Campaign, albi: School) -> None:
    other = factories.FigureFactory(school=albi, year=2019)
    other.value = 7
    other.save()
    other.delete()


def test_an_extension_opens_for_its_school_alone(
    closed: Campaign, albi: School, ales: School, students: Indicator, paul: User
) -> None:
    Extension.objects.create(
        campaign=closed,
        school=albi,
        closes_at=timezone.now() + timedelta(days=2),
        reason="Incendie des archives.",
        given_by=paul,
    )
    fresh = Campaign.objects.get()
    assert fresh.is_open_for(albi)
    assert not fresh.is_open_for(ales)
    with pytest.raises(IntegrityError, match="campaign_closed"), transaction.atomic():
        factories.FigureFactory(indicator=students, school=ales, year=2022)
    with transaction.atomic():
        Figure.objects.update(value=Decimal(300))
        transaction.set_rollback(True)


# --- The clock runs while people write ----------------------------------------------------------


def test_the_database_closes_between_our_look_and_the_write(
    campaign: Campaign,
    place: dict[str, Any],
    students: Indicator,
    alice: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The application still believes it open: what the database says is said as a sentence."""
    close(campaign)
    monkeypatch.setattr(Campaign, "is_open_for", lambda self, school: True)
    with pytest.raises(CampaignClosed) as refusal, transaction.atomic():
        save_figures(
            **place,
            cells=[EnteredCell(indicator=students, value=Decimal(200))],
            by=alice,
            origin=Figure.Origin.FORM,
        )
    assert refusal.value.message == gate.CLOSED
    assert not Figure.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "validated"])
def test_what_is_submitted_is_kept_by_the_database(
    save: Any, place: dict[str, Any], state: str
) -> None:
    save("100")
    now = timezone.now()
    Submission.objects.update(state=state, submitted_at=now, decided_at=now)
    with pytest.raises(IntegrityError, match="submission_read_only"), transaction.atomic():
        Figure.objects.update(value=Decimal(200))
    with pytest.raises(TransitionRefused):
        save("200", version=1)
    assert Figure.objects.get().value == 100
