"""Rows that are work: claimed one by one, for a while, and a queue that is only poked."""

import threading
from typing import Any

import pytest

from imtplan.jobs import QueuePoker, work_off


def test_work_goes_on_until_nothing_is_left() -> None:
    rows, ended = ["a", "b", ""], list[str]()
    waiting = iter([*rows, None])
    assert work_off(lambda: next(waiting), ended.append, seconds=60) == 3
    assert ended == rows  # also what is false in itself


def test_who_has_worked_long_enough_claims_no_more() -> None:
    claimed = list[int]()
    assert work_off(lambda: claimed.append(1) or 1, lambda _row: None, seconds=0) == 0
    assert claimed == []


class Slow:
    """A queue that takes its time: it counts what it was asked, once it is let go."""

    def __init__(self) -> None:
        self.count = 0
        self.begun, self.go = threading.Event(), threading.Event()

    def apply_async(self, **options: Any) -> None:
        self.count += 1
        self.begun.set()
        assert self.go.wait(10)


def test_pokes_wait_for_nothing_and_run_together() -> None:
    queue = Slow()
    poker = QueuePoker(queue)
    poker.poke()
    assert queue.begun.wait(10)
    for _again in range(200):  # none of these waits for the first
        poker.poke()
    queue.begun.clear()
    queue.go.set()
    assert queue.begun.wait(10)
    assert queue.count == 2


def test_a_queue_that_cannot_be_reached_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    refused = threading.Event()

    class Broken:
        def apply_async(self, **options: Any) -> None:
            refused.set()
            raise OSError("no socket")

    poker = QueuePoker(Broken())
    poker.poke()
    assert refused.wait(10)
    refused.clear()
    poker.poke()  # its thread lives on
    assert refused.wait(10)
    assert "the sweeper will" in caplog.text
