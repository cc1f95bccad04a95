"""A real queue and a real worker for the tests that need them: no mock where the part can run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
from django.db import connection
from kombu import pools

from imtplan.celery import app
from imtplan.embedded import Valkey

BASE = Path(__file__).resolve().parent.parent


class Queue:
    """A private Valkey that a test may stop, freeze and start again."""

    def __init__(self, folder: Path) -> None:
        self.valkey = Valkey(folder, durable=True)
        self.url = self.valkey.start()

    @property
    def broker_url(self) -> str:
        return self.url.replace("unix://", "redis+socket://", 1)

    def stop(self) -> None:
        self.valkey.stop()

    def start(self) -> None:
        self.valkey.start()

    @property
    def is_alive(self) -> bool:
        return self.valkey.ready()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.valkey.pid, number)


class Worker:
    """A Celery worker with beat, on the test's database and queue, in a process of its own."""

    def __init__(self, queue: Queue, folder: Path) -> None:
        self.queue, self.folder = queue, folder
        self.log = folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["-m", "celery", "-A", "imtplan", "worker", "--beat", "--concurrency=1"]
        command += ["--without-gossip", "--without-mingle", "--loglevel=INFO"]
        command += [f"--schedule={self.folder / 'beat'}", "--hostname=test@%h"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=BASE,
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(lambda: b"ready." in self.log.read_bytes(), "the worker to be ready")

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def pool(self) -> list[psutil.Process]:
        """The processes that run the tasks: beat is a child of the worker, too."""
        stats = app.control.inspect(timeout=5).stats() or {}
        pids = {pid for one in stats.values() for pid in one["pool"]["processes"]}
        return [child for child in self.children() if child.pid in pids]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """As the kernel does when memory runs out: no warning, for the parent and its children."""
        if self.process is None:
            return
        family = [*self.children(), psutil.Process(self.process.pid)]
        for member in family:
            with suppress(psutil.NoSuchProcess):  # a child may have ended by itself meanwhile
                member.kill()
        psutil.wait_procs(family, timeout=10)
        self.process.wait()
        self.process = None
        self.log.write_bytes(b"")

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": database_url_of_the_test(),
            "REDIS_URL": self.queue.url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "PYTHONWARNINGS": "",
        }


def database_url_of_the_test() -> str:
    """The address of the database that pytest made for this process."""
    settings = connection.settings_dict
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    query = {"host": host} | ({"port": settings["PORT"]} if settings["PORT"] else {})
    who = quote(settings["USER"])
    if settings["PASSWORD"]:
        who += ":" + quote(settings["PASSWORD"])
    return f"postgres://{who}@/{settings['NAME']}?{urlencode(query)}"


def use_queue(url: str) -> None:
    """Point this process's Celery at another broker."""
    app.conf.broker_url = app.conf.broker_write_url = app.conf.broker_read_url = url
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


def wait_for(happened: Callable[[], bool], what: str, *, seconds: float = 60) -> float:
    """Wait until it is true; returns how long that took. The error says what was waited for."""
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"Waited {seconds} s in vain for {what}.")
        time.sleep(0.05)
    return time.monotonic() - begun
