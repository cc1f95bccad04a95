"""An open page follows: 304 while nothing changes, the new page as soon as something did."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imtplan.dashboard.freshness import Freshness
from indicators.models import Figure, RecomputeRun, StaleMark
from tests import factories

DASHBOARD = "/tableau-de-bord/"


@pytest.fixture
def poll(diane, signed_in, students):
    """Asks as `static/js/live.js` does, with the tag of the page that is open."""
    client = signed_in(diane)
    tag = client.get(DASHBOARD)["ETag"]

    def ask(address=DASHBOARD, tag=tag, **headers):
        return client.get(address, headers={"x-live": "1", "if-none-match": tag, **headers})

    return ask


def test_nothing_changed(poll):
    answer = poll()

    assert answer.status_code == 304
    assert answer.content == b""


def test_an_ordinary_visit_is_never_answered_304(diane, signed_in, students):
    client = signed_in(diane)
    tag = client.get(DASHBOARD)["ETag"]

    assert client.get(DASHBOARD, headers={"if-none-match": tag}).status_code == 200


def test_an_unchanged_page_costs_one_question_beside_the_sign_in(poll):
    with CaptureQueriesContext(connection) as queries:
        assert poll().status_code == 304

    # session, person, roles, and the freshness
    assert len(queries) == 4


def test_a_saved_figure_shows_first_as_stale_then_as_new(poll, albi, recomputed, read):
    Figure.objects.filter(year=2020).update(value=Decimal(16000))
    stale = poll()
    assert "recalcul en cours depuis" in read(stale).lower()

    recomputed()
    fresh = poll(tag=stale["ETag"])

    assert "16\u202f000" in read(fresh)
    assert "recalcul en cours depuis" not in read(fresh).lower()
    assert poll(tag=fresh["ETag"]).status_code == 304


def test_the_page_itself_carries_the_tag_it_was_made_with(diane, signed_in, students):
    answer = signed_in(diane).get(DASHBOARD)

    assert answer["ETag"].strip('"') in answer.content.decode()


def test_another_address_or_language_is_another_page(poll, diane):
    assert poll(DASHBOARD + "?view=provisional").status_code == 200
    diane.language = "en"
    diane.save()
    assert poll().status_code == 200


def test_access_comes_before_the_answer(alice, signed_in, students):
    answer = signed_in(alice).get(DASHBOARD, headers={"x-live": "1", "if-none-match": "*"})

    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["/indicateurs/students/", "/projets/P01/"])
def test_the_other_pages_follow_too(address, diane, signed_in, students):
    factories.ProjectFactory(code="P01")
    client = signed_in(diane)
    tag = client.get(address)["ETag"]

    again = client.get(address, headers={"x-live": "1", "if-none-match": tag})

    assert again.status_code == 304


def test_the_pulse_of_an_empty_database(db):
    StaleMark.objects.all().delete()

    assert Freshness.read() == Freshness(None, None, None, None, None)


def test_the_pulse_tells_the_last_run_and_the_oldest_mark(db):
    StaleMark.objects.all().delete()
    first, second = timezone.now(), timezone.now()
    for at in (second, first):
        StaleMark.objects.create(reason="test", marked_at=at)
    run = RecomputeRun.objects.create(started_at=first, marks=1, indicators=1, rows_changed=1)

    freshness = Freshness.read()

    assert (freshness.run, freshness.stale_since) == (run.pk, first)
    assert freshness.computed_at == run.finished_at
