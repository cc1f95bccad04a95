"""The jobs that make files. Each may run twice, or twice at once, without harm."""

from celery import shared_task

from imtplan.exports.making import forget_old_files, make_waiting
from imtplan.jobs import QueuePoker


@shared_task(name="imtplan.exports.tasks.make")
def make() -> None:
    """Makes what waits, for a while; the beat calls it too, for what the queue has lost."""
    make_waiting()


@shared_task(name="imtplan.exports.tasks.forget")
def forget() -> None:
    forget_old_files()


_poker = QueuePoker(make)


def poke() -> None:
    """Call after commit: `transaction.on_commit(poke)`."""
    _poker.poke()
