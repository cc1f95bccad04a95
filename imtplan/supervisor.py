"""Start the parts of a site, show their warnings, and start again any that dies."""

import contextlib
import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn, Protocol

from imtplan.processes import ServiceError, open_log, spawn, stop_process

WARM_SECONDS = 5  # until a program that was asked to stop is killed
POLL_SECONDS = 0.25
BACK_OFF_SECONDS = (0.5, 1, 2, 5, 10, 30)
HEALTHY_SECONDS = 60  # a part that ran this long begins again with the shortest back-off
REPEAT_SECONDS = 60  # the same warning is shown once in this time
PROBLEM = re.compile(r"^.{0,60}?\b(WARNING|ERROR|CRITICAL)\b")
# A visitor's mistake (404, 403), and the output of libraries; they are in the log alone.
NOISE = re.compile(r"WARNING (django\.(request|security)|celery\.redirected|py\.warnings)")


# --- The screen ---------------------------------------------------------------------------------


def say(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Show a line on the screen: the step that is being done, then the seconds it took."""
    started = time.monotonic()
    if sys.stdout.isatty():
        print(f"  … {text}", end="\r", flush=True)
    try:
        yield
    except BaseException:
        say(f"  ✗ {text}")
        raise
    say(f"  ✓ {text:<44} {time.monotonic() - started:5.1f} s")


def aligned(rows: list[str]) -> list[str]:
    """Returns rows, whose cells are separated by tabs, as aligned columns."""
    cells = [row.split("\t") for row in rows]
    widths = [max(map(len, column)) for column in zip_longest(*cells, fillvalue="")]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in cells
    ]


def framed(lines: list[str]) -> str:
    width = max(map(len, lines))
    middle = [f"│  {line:<{width}}  │" for line in lines]
    return "\n".join([f"╭{'─' * (width + 4)}╮", *middle, f"╰{'─' * (width + 4)}╯"])


class LogWatch:
    """Follows the log of a part and shows only its warnings and errors."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self.path = path
        self.position = path.stat().st_size if path.exists() else 0
        self.shown: dict[str, float] = {}

    def show(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("rb") as log:
            log.seek(min(self.position, os.fstat(log.fileno()).st_size))
            text = log.read()
            self.position = log.tell()
        for line in text.decode(errors="replace").splitlines():
            if PROBLEM.match(line) and not NOISE.search(line) and self._is_new(line):
                say(f"  ! {self.name}: {line}")

    def _is_new(self, line: str) -> bool:
        """Whether a line is new; one that differs in its numbers alone, as the time, is not."""
        gist, now = re.sub(r"\d+", "", line), time.monotonic()
        if now - self.shown.get(gist, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return False
        self.shown[gist] = now
        return True


# --- The parts ----------------------------------------------------------------------------------


class SupervisedPart(Protocol):
    """A service or a program that the supervisor can start, watch and stop."""

    name: str
    process: subprocess.Popen[bytes] | None

    def start(self) -> object: ...
    def stop(self) -> None: ...
    def alive(self) -> bool: ...


class Program:
    """A program of ours, with its children, in one process group and with one log."""

    def __init__(
        self,
        name: str,
        *arguments: str,
        log: Path,
        environment: Mapping[str, str],
        pass_fds: tuple[int, ...] = (),
    ) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *arguments]
        self.environment = environment
        self.pass_fds = pass_fds
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._kill_group()  # a worker's children outlive a worker that was killed
        with open_log(self.log) as log:
            self.process = spawn(
                self.command, log=log, env=self.environment, pass_fds=self.pass_fds
            )

    def stop(self) -> None:
        if self.process:
            stop_process(self.process, signal.SIGTERM, seconds=WARM_SECONDS)
            self._kill_group()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _kill_group(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


# --- The supervisor -----------------------------------------------------------------------------


@dataclasses.dataclass
class WatchedPart:
    part: SupervisedPart
    started: float
    failures: int = 0
    retry_at: float | None = None


class Supervisor:
    """Watches parts, starts again those that die, stops the one that was added last first."""

    def __init__(self) -> None:
        self.watched: list[WatchedPart] = []
        self.logs: list[LogWatch] = []

    def add(self, part: SupervisedPart) -> None:
        """Add a part before it is started, so that Ctrl-C in the middle stops it too."""
        self.watched.append(WatchedPart(part, time.monotonic()))

    def start(self, part: SupervisedPart) -> object:
        self.add(part)
        return part.start()

    def follow(self, name: str, log: Path) -> None:
        """Show the warnings and errors of this log."""
        self.logs.append(LogWatch(name, log))

    def watch(self) -> NoReturn:
        while True:
            self.look()
            time.sleep(POLL_SECONDS)

    def look(self) -> None:
        for log in self.logs:
            log.show()
        for watched in self.watched:
            if watched.retry_at is not None:
                if time.monotonic() >= watched.retry_at:
                    self._start_again(watched)
            elif not watched.part.alive():
                self._plan_restart(watched, how_it_ended(watched.part.process))

    def _plan_restart(self, watched: WatchedPart, reason: str) -> None:
        now = time.monotonic()
        if now - watched.started > HEALTHY_SECONDS:
            watched.failures = 0
        wait = BACK_OFF_SECONDS[min(watched.failures, len(BACK_OFF_SECONDS) - 1)]
        watched.failures += 1
        watched.retry_at = now + wait
        say(f"  ! {watched.part.name} {reason}; starting it again in {wait:g} s")

    def _start_again(self, watched: WatchedPart) -> None:
        watched.retry_at, watched.started = None, time.monotonic()
        try:
            watched.part.start()
        except ServiceError as error:
            self._plan_restart(watched, f"did not start ({str(error).splitlines()[0]})")
        else:
            say(f"  ✓ {watched.part.name} runs again")

    def stop(self) -> None:
        for watched in reversed(self.watched):
            watched.part.stop()


def how_it_ended(process: subprocess.Popen[bytes] | None) -> str:
    code = process.returncode if process else None
    if code is not None and code < 0:
        return f"was killed ({signal.Signals(-code).name})"
    return f"ended (exit code {code})"
