"""The report of a night: made once, kept, and told once when something is new."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from imtplan.accounts.models import School, User
from imtplan.integrity import reports
from imtplan.integrity.checks import CHECKS, Check, CheckLevel
from imtplan.integrity.models import Report
from imtplan.integrity.tasks import check_at_night
from imtplan.outbox.models import Mail
from indicators.models import Figure, InstituteValue, StaleMark
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(albi: School, paul: User, recomputed: Any) -> Callable[[], Report]:
    """A night passes over the worked example."""
    target = factories.students_of_the_plan(albi)
    factories.LinkFactory(
        indicator=target.indicator, objective=factories.ObjectiveFactory(plan=target.plan)
    )
    recomputed()

    def pass_over() -> Report:
        check_at_night()
        return Report.objects.made()[0]

    return pass_over


def spoil() -> None:
    InstituteValue.objects.filter(year=2020).update(value=1)


def mend() -> None:
    InstituteValue.objects.filter(year=2020, view="validated").delete()
    call_command(
        "shell", "-c", "from indicators.recomputing.recompute import recompute; recompute()"
    )


def _save_a_figure() -> None:
    figure = Figure.objects.filter(year=2020)[0]
    figure.value += 1
    figure.save()


def subjects() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("subject", flat=True))


def test_a_report_says_what_was_checked(night: Callable[[], Report]) -> None:
    report = night()

    assert report.failing <= {check.name for check in CHECKS if check.level == CheckLevel.WARNING}
    assert report.checks == len(CHECKS)
    assert (report.compared, report.indicators, report.is_sample) == (1, 1, False)
    assert report.seconds is not None
    assert not Report.objects.to_make().exists()


def test_one_mail_when_something_is_new_and_one_when_all_is_well(
    night: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    only = [check for check in CHECKS if check.name == "sums_are_the_schools_figures"]
    monkeypatch.setattr(reports, "CHECKS", only)
    night()
    assert subjects() == []

    spoil()
    assert night().failing == {"sums_are_the_schools_figures"}
    night()  # the same again is no news
    assert subjects() == ["IMT Plan : la vérification a trouvé une anomalie"]
    mail = Mail.objects.get()
    assert "Une somme complète est la somme des valeurs prises en compte" in mail.body
    assert "/controle/" in mail.body

    mend()
    assert night().findings == []
    night()
    assert subjects()[1:] == ["IMT Plan : tout est rentré dans l’ordre"]


def test_a_check_that_cannot_be_made_is_a_finding(
    night: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return []

    monkeypatch.setattr(
        reports,
        "CHECKS",
        [Check("broken", "", "", broken), CHECKS[0]],  # type: ignore[arg-type]
    )

    report = night()

    assert report.failing == {"broken"}
    assert "division by zero" in report.findings[0]["shown"][0]


def test_an_error_in_a_check_ends_the_report_all_the_same(
    night: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the request would stay, and be taken up again each minute for ever."""

    def broken() -> list[str]:
        raise ValueError("no such thing")

    monkeypatch.setattr(
        reports,
        "CHECKS",
        [Check("broken", "", "", broken)],  # type: ignore[arg-type]
    )

    assert night().findings[0]["shown"] == ["ValueError: no such thing"]
    assert not Report.objects.to_make().exists()


def test_a_figure_that_was_just_saved_is_no_fault(
    night: Callable[[], Report], recomputed: Any
) -> None:
    night()
    Mail.objects.all().delete()
    before = Report.objects.made()[0].failing
    _save_a_figure()

    reports.ask(by=None)
    assert reports.make() is None  # its results are on their way
    assert not Mail.objects.exists()

    recomputed()
    report = reports.make()
    assert report is not None
    assert report.failing == before


@pytest.mark.django_db(transaction=True)
def test_a_recomputation_while_results_are_read_is_no_fault(
    night: Callable[[], Report], recomputed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before it and what was read after it do not belong together."""

    def save_and_recompute() -> None:
        try:
            _save_a_figure()
            recomputed()
        finally:
            connection.close()

    def torn() -> list[str]:
        other = threading.Thread(target=save_and_recompute)
        other.start()
        other.join()
        return ["torn"]

    monkeypatch.setattr(reports, "CHECKS", [Check("torn", "", "", torn)])  # type: ignore[arg-type]
    reports.ask(by=None)
    assert reports.make() is None
    assert Report.objects.to_make().count() == 1


def test_what_waits_for_an_hour_is_told(night: Callable[[], Report]) -> None:
    _save_a_figure()
    reports.ask(by=None)
    Report.objects.update(asked_at=timezone.now() - timedelta(hours=2))

    report = reports.make()

    assert report is not None
    assert "results_are_what_the_formulas_give" in report.failing


def test_a_mark_that_nobody_takes_up_excuses_nothing(night: Callable[[], Report]) -> None:
    _save_a_figure()
    StaleMark.objects.update(marked_at=timezone.now() - timedelta(minutes=11))

    assert "nothing_waits_for_long" in night().failing


def test_asking_twice_makes_one(paul: User) -> None:
    assert reports.ask(by=paul)
    assert not reports.ask(by=paul)

    assert reports.make() is not None
    assert reports.make() is None
    assert reports.ask(by=paul)


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_report(paul: User) -> None:
    """The second goes home while the first is at it, and finds nothing to do afterwards."""
    reports.ask(by=None)
    made: list[Report | None] = []

    def work() -> None:
        try:
            made.append(reports.make())
        finally:
            connection.close()

    with transaction.atomic():
        assert reports._locked()
        second = threading.Thread(target=work)
        second.start()
        second.join()
    assert made == [None]
    assert reports.make() is not None


def test_reports_that_found_nothing_are_forgotten_after_a_year(paul: User) -> None:
    long_ago = timezone.now() - timedelta(days=500)
    for findings in ([], [{"check": "x", "level": "error", "count": 1, "shown": []}]):
        Report.objects.create(
            asked_at=long_ago, began_at=long_ago, finished_at=long_ago, findings=findings
        )

    assert reports.forget_old() == 1
    assert Report.objects.get().findings
