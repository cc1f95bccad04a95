"""The pages of control: for the plan office, in both languages, with their buttons."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from imtplan.accounts.models import School, User
from imtplan.audit.models import Event
from imtplan.integrity import reports, tasks
from imtplan.integrity.models import Report
from indicators.models import Figure, InstituteValue, RecomputeRun, StaleMark
from indicators.recomputing.scope import scope_in_words
from indicators.services import recompute_everything
from tests import factories

pytestmark = pytest.mark.django_db

PAGES = ["/controle/", "/controle/calculs/", "/controle/calculs/tout/"]


@pytest.mark.parametrize("path", PAGES)
def test_only_the_plan_office_comes_in(
    path: str, paul: User, diane: User, alice: User, signed_in: Any
) -> None:
    assert signed_in(paul).get(path).status_code == 200
    assert signed_in(diane).get(path).status_code == 403
    assert signed_in(alice).get(path).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/controle/verifier/", "/controle/calculs/tout/", "/controle/calculs/1/reprendre/"],
)
def test_nobody_else_presses_its_buttons(path: str, diane: User, signed_in: Any) -> None:
    assert signed_in(diane).post(path).status_code == 403
    assert not Report.objects.exists()
    assert not StaleMark.objects.exists()


# --- The check ---


def test_before_the_first_report_the_page_says_so(paul: User, signed_in: Any) -> None:
    assert "Aucune vérification pour l’instant" in signed_in(paul).get(PAGES[0]).content.decode()


def test_a_check_is_asked_for_and_its_report_shown(
    albi: School, paul: User, signed_in: Any, recomputed: Any
) -> None:
    factories.students_of_the_plan(albi)
    recomputed()
    client = signed_in(paul)

    answer = client.post("/controle/verifier/", {"check": ""}, follow=True).content.decode()
    assert "La vérification commence dans la minute" in answer
    assert "est en cours" in answer
    assert (
        "Une vérification est déjà en cours."
        in client.post("/controle/verifier/", {"check": ""}, follow=True).content.decode()
    )

    InstituteValue.objects.filter(year=2020).update(value=1)
    reports.make()
    page = client.get(PAGES[0]).content.decode()
    assert "Une somme complète est la somme des valeurs prises en compte" in page
    case = " · 2020 · validated: 1 is stored, the figures add up to 15000"
    assert f'<a href="/indicateurs/students/">students</a>{case}' in page
    assert str(paul) in page


def test_the_page_in_english(paul: User, signed_in: Any) -> None:
    paul.language = "en"
    paul.save()
    reports.ask(by=paul)
    reports.make()
    page = signed_in(paul).get(PAGES[0]).content.decode()
    assert "All is well" in page
    assert "A complete sum is the sum of the figures that count" in page


def test_the_button_pokes_the_queue_and_waits_for_nothing(
    paul: User,
    signed_in: Any,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    pokes: list[bool] = []
    monkeypatch.setattr(tasks._poker, "poke", lambda: pokes.append(True))
    for _twice in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            signed_in(paul).post("/controle/verifier/", {"check": ""})
    assert pokes == [True]


def test_an_open_page_hears_of_a_new_report(paul: User, signed_in: Any) -> None:
    client = signed_in(paul)
    tag = client.get(PAGES[0])["ETag"]
    ask = {"X-Live": "1", "If-None-Match": tag}
    assert client.get(PAGES[0], headers=ask).status_code == 304

    reports.ask(by=None)
    assert client.get(PAGES[0], headers=ask).status_code == 200


# --- The computations ---


def test_what_waits_and_what_was_done(
    albi: School, paul: User, signed_in: Any, recomputed: Any
) -> None:
    client = signed_in(paul)
    factories.students_of_the_plan(albi)
    waiting = client.get(PAGES[1]).content.decode()
    assert "attendent, la première depuis" in waiting

    recomputed()
    done = client.get(PAGES[1]).content.decode()
    assert "Rien n’attend" in done
    assert "Fait" in done


def test_a_failure_is_shown_until_it_is_mended(
    albi: School, paul: User, signed_in: Any, recomputed: Any
) -> None:
    target = factories.target_beyond_computing(albi)
    recomputed()
    client = signed_in(paul)
    page = client.get(PAGES[1]).content.decode()
    assert "Ne peut pas être calculé" in page
    assert "overflow" in page
    run = RecomputeRun.objects.unresolved().get()

    answer = client.post(
        f"/controle/calculs/{run.pk}/reprendre/", {"again": ""}, follow=True
    ).content.decode()
    assert "est recalculé" in answer
    assert Event.objects.filter(verb=Event.Verb.RECOMPUTATION_ASKED, actor=paul).count() == 1

    Figure.objects.filter(indicator=target.indicator).update(numerator=10**17)
    recomputed()
    assert "Ne peut pas être calculé" not in client.get(PAGES[1]).content.decode()
    failures = client.get(PAGES[1] + "?failures=1").content.decode()
    assert "Échec, réparé depuis" in failures
    again = client.post(
        f"/controle/calculs/{run.pk}/reprendre/", {"again": ""}, follow=True
    ).content.decode()
    assert "a été calculé entre-temps" in again


def test_everything_is_asked_for_once(paul: User, signed_in: Any) -> None:
    client = signed_in(paul)
    confirm = client.get(PAGES[2]).content.decode()
    assert "Rien de ce qui a été saisi ne change" in confirm

    client.post(PAGES[2], {"everything": ""})
    second = client.post(PAGES[2], {"everything": ""}, follow=True).content.decode()

    assert "C’est déjà demandé" in second
    assert StaleMark.objects.for_everything().count() == 1
    assert Event.objects.filter(verb=Event.Verb.RECOMPUTATION_ASKED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_moment_ask_once(paul: User) -> None:
    start, answers = threading.Barrier(2), []

    def press() -> None:
        try:
            start.wait()
            answers.append(recompute_everything(by=paul))
        finally:
            connection.close()

    both = [threading.Thread(target=press) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(answers) == [False, True]
    assert StaleMark.objects.for_everything().count() == 1


@pytest.mark.parametrize("path", PAGES[:2])
@pytest.mark.parametrize("many", [3, 60])
def test_the_price_does_not_grow_with_the_rows(
    path: str, many: int, paul: User, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    for _number in range(many):
        RecomputeRun.objects.create(
            started_at="2021-01-01T00:00Z", marks=1, indicators=1, rows_changed=1, scope="x"
        )
        StaleMark.objects.create(
            indicator=factories.IndicatorFactory(), reason="x", marked_at="2021-01-01T00:00Z"
        )
        Report.objects.create(
            asked_by=paul, began_at="2021-01-01T00:00Z", finished_at="2021-01-01T00:01Z"
        )
    client = signed_in(paul)

    with django_assert_max_num_queries(14):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("everything", "tout"),
        ("students 2020–2022, 7 more, every roll-up", "students 2020–2022, 7 autres"),
        ("some roll-ups", "certaines moyennes du plan"),
    ],
)
def test_what_a_run_did_is_said_in_the_readers_language(stored: str, shown: str) -> None:
    with translation.override("fr"):
        assert scope_in_words(stored).startswith(shown)
        assert "more" not in scope_in_words(stored)
