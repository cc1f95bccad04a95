"""The row is the truth: whatever the queue does, each file is made once, or says why it is not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from imtplan.accounts.models import User
from imtplan.audit.models import Event
from imtplan.exports import export_kinds, making, services
from imtplan.exports.models import Export
from imtplan.paper import PaperError
from tests.imtplan.exports.conftest import Made, slides_of
from tests.worker import Queue, Worker, wait_for

State = Export.State
ASKED = {"plan": "2018-2022", "year": "2020", "view": "validated"}

pytestmark = pytest.mark.usefixtures("board")


def ask(by: User, kind: str = "dashboard-slides", **fields: Any) -> Export:
    wanted = {"kind": kind, "subject": "", "title": "Plan", "asked": ASKED, "language": "fr"}
    return services.ask_for(**wanted | fields, by=by)


def breaking(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    """The slides cannot be read any more."""

    def read(*arguments: Any) -> Any:
        raise problem

    broken = {name: getattr(SLIDES, name) for name in ("label", "stem", "format", "title", "write")}
    monkeypatch.setitem(
        export_kinds.KINDS, "dashboard-slides", export_kinds.ExportKind(**broken, read=read)
    )


SLIDES = export_kinds.KINDS["dashboard-slides"]


def test_a_file_is_made_with_its_fingerprint_and_all_its_steps(made: Made) -> None:
    export = made("dashboard-slides")
    assert (export.state, export.reason) == (State.MADE, "")
    assert export.done == export.total > 3
    assert export.size == len(export.content)
    assert len(export.sha256) == 64
    assert export.made_at >= export.claimed_at >= export.asked_at


def test_asking_is_audited_in_the_same_transaction(diane: User) -> None:
    export = ask(diane)
    event = Event.objects.get(verb=Event.Verb.FILE_ASKED)
    assert (event.actor, event.subject) == (diane, "Plan")
    assert event.detail["export"] == export.pk
    assert event.detail["asked"] == ASKED


def test_no_event_no_file(diane: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **fields: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "record", refuse)
    with pytest.raises(RuntimeError):
        ask(diane)
    assert not Export.objects.exists()


def test_two_clicks_are_one_file(diane: User, paul: User) -> None:
    first = ask(diane)
    assert ask(diane) == first
    assert Event.objects.filter(verb=Event.Verb.FILE_ASKED).count() == 1
    assert ask(paul) != first
    assert ask(diane, language="en") != first


def test_once_it_is_made_one_may_ask_anew(made: Made) -> None:
    assert made("dashboard-slides") != made("dashboard-slides")


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (PaperError("no Pango"), "Le serveur"),
        (making.SoftTimeLimitExceeded(), "trop de temps"),
        (making.Http404(), "n’existe plus"),
        (ZeroDivisionError("1/0"), "bureau du plan"),
    ],
)
def test_what_goes_wrong_is_said_in_words(
    problem: Exception, said: str, diane: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, problem)
    export = ask(diane)
    assert making.make_waiting() == 1
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert said in export.reason
    assert "1/0" not in export.reason
    assert export.content is None


def test_it_can_be_tried_again(diane: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        breaking(broken, ZeroDivisionError())
        export = ask(diane)
        making.make_waiting()
    services.try_again(export=export, by=diane)
    making.make_waiting()
    export.refresh_from_db()
    assert export.state == State.MADE
    with pytest.raises(services.ExportNotFailed):
        services.try_again(export=export, by=diane)


def test_what_was_asked_for_anew_is_not_tried_again_beside_it(
    diane: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, ZeroDivisionError())
    failed = ask(diane)
    making.make_waiting()
    anew = ask(diane)
    with pytest.raises(services.ExportNotFailed):
        services.try_again(export=failed, by=diane)
    assert list(Export.objects.filter(state__in=Export.UNFINISHED)) == [anew]
    assert Event.objects.filter(verb=Event.Verb.FILE_ASKED).count() == 2


def test_who_lost_the_role_gets_no_file(diane: User) -> None:
    export = ask(diane)
    diane.memberships.all().delete()
    making.make_waiting()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert "droit" in export.reason


def test_what_a_dead_worker_began_is_taken_up_again(diane: User) -> None:
    export = ask(diane)
    assert making._claim() == export
    assert making._claim() is None
    with long_after():
        assert making.make_waiting() == 1
    export.refresh_from_db()
    assert (export.state, export.tries) == (State.MADE, 2)


def test_a_file_on_which_workers_die_is_given_up_in_words(diane: User) -> None:
    export = ask(diane)
    Export.objects.update(
        state=State.MAKING,
        tries=Export.TRIES,
        claimed_at=timezone.now() - Export.DEAD_AFTER * 2,
    )
    making.make_waiting()
    export.refresh_from_db()
    assert export.state == State.FAILED
    assert "plusieurs fois" in export.reason


def test_the_last_try_is_made_like_the_first(diane: User, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, making.Http404())
    export = ask(diane)
    Export.objects.update(tries=Export.TRIES - 1)
    making.make_waiting()
    export.refresh_from_db()
    assert export.tries == Export.TRIES
    assert "n’existe plus" in export.reason


def test_the_longest_waiting_is_made_first(diane: User) -> None:
    second, first = ask(diane), ask(diane, language="en")
    Export.objects.filter(pk=first.pk).update(asked_at=second.asked_at - timedelta(hours=1))
    assert [making._claim(), making._claim(), making._claim()] == [first, second, None]


def test_who_ends_after_a_later_try_stores_nothing(diane: User) -> None:
    export = ask(diane)
    slow = making._claim()
    with long_after():
        next_try = making._claim()
        ends_late(slow)
        export.refresh_from_db()
        assert (export.state, export.done, export.content) == (State.MAKING, 0, None)
        making._store(next_try, b"next")
        ends_late(slow)
    export.refresh_from_db()
    assert (export.state, bytes(export.content)) == (State.MADE, b"next")


def test_who_ends_after_it_was_asked_for_again_stores_nothing(diane: User) -> None:
    """A first try too, but not the same."""
    export = ask(diane)
    slow = making._claim()
    with long_after():
        making._failed(making._claim(), "Trop long.")
        services.try_again(export=export, by=diane)
        assert making._claim().tries == slow.tries
        ends_late(slow)
    export.refresh_from_db()
    assert (export.state, export.done, export.content) == (State.MAKING, 0, None)


def long_after() -> Any:
    """When a worker that has not ended its file is taken for dead."""
    return time_machine.travel(timezone.now() + Export.DEAD_AFTER + timedelta(seconds=1))


def ends_late(export: Export) -> None:
    """In either way, and with the steps before it."""
    making._Steps(export)(7, 7)
    making._failed(export, "Trop tard.")
    making._store(export, b"late")


def test_old_files_are_forgotten(made: Made) -> None:
    old, young = made("dashboard-slides"), made("dashboard-slides")
    Export.objects.filter(pk=old.pk).update(asked_at=timezone.now() - Export.LIFE * 1.01)
    assert making.forget_old_files() == 1
    assert list(Export.objects.all()) == [young]


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED])
def test_what_was_never_made_is_forgotten_too(diane: User, state: str) -> None:
    ask(diane)
    long_ago = timezone.now() - Export.LIFE * 1.01
    Export.objects.update(state=state, reason="Trop long.", asked_at=long_ago)
    assert making.forget_old_files() == 1


@pytest.mark.django_db(transaction=True)
def test_the_past_is_read_as_it_was(made: Made, board: Any) -> None:
    """At an earlier moment nothing is written, and the steps are noted all the same."""
    moment = timezone.now()
    board.indicator.name_fr = "Autre nom"
    board.indicator.save()
    export = made("dashboard-slides", as_of=moment.isoformat())
    assert export.state == State.MADE, export.reason
    from_then, from_now = bytes(export.content), bytes(made("dashboard-slides").content)
    assert "Étudiants" in words(from_then)
    assert "Autre nom" in words(from_now)


def words(content: bytes) -> str:
    return " ".join(slide["title"] for slide in slides_of(content))


@pytest.mark.django_db(transaction=True)
def test_many_workers_make_one_file(diane: User) -> None:
    """A job that runs twice at once, here four times, makes one file."""
    export = ask(diane)

    def work(_number: int) -> int:
        try:
            return making.make_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 1
    export.refresh_from_db()
    assert (export.state, export.tries) == (State.MADE, 1)


@pytest.mark.django_db(transaction=True)
def test_the_queue_forgets_and_the_sweeper_makes_it(
    diane: User, queue: Queue, worker: Worker
) -> None:
    """Asked for while the queue is down: nobody waits, and it is made once there is one again."""
    queue.stop()
    export = ask(diane)
    assert export.state == State.WAITING
    queue.start()
    wait_for(
        lambda: Export.objects.filter(pk=export.pk, state=State.MADE).exists(),
        "the file",
        seconds=90,
    )
