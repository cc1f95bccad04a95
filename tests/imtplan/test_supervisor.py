"""The supervisor, with small programs of our own instead of the site."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imtplan import supervisor as module
from imtplan.processes import ServiceError, command_line, spawn, wait_until
from imtplan.supervisor import LogWatch, Program, Supervisor, aligned, framed, step

SLEEPER = "import time; time.sleep(60)"
# Has a child of its own, as a worker has; tells its number.
PARENT = (
    "import subprocess, sys, time; "
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)"
    "; time.sleep(60)"
)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(60)"
)


class Script(Program):
    """A program given as its text."""

    def __init__(self, name: str, text: str, log: Path) -> None:
        super().__init__(name, log=log, environment={})
        self.command = [sys.executable, "-c", text]


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., Script]]:
    made: list[Script] = []

    def make(text: str = SLEEPER, name: str = "worker") -> Script:
        made.append(Script(name, text, tmp_path / f"{name}.log"))
        return made[-1]

    yield make
    for program in made:
        if program.process:
            program._kill_group()
            program.process.wait()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", (0, 0.2))
    monkeypatch.setattr(module, "WARM_SECONDS", 0.3)


def kill(program: Program) -> None:
    assert program.process
    program.process.kill()
    program.process.wait()


def child_of(program: Program) -> int:
    """The number that the program wrote to its log."""
    assert wait_until(lambda: program.log.read_text().strip(), 10)
    return int(program.log.read_text().split()[-1])


class TestProgram:
    def test_stops_when_asked(self, script: Callable[..., Script]) -> None:
        program = script()
        program.start()
        assert program.alive()

        program.stop()
        assert not program.alive()

    @pytest.mark.usefixtures("quick")
    def test_is_killed_when_it_does_not_listen(self, script: Callable[..., Script]) -> None:
        program = script(STUBBORN)
        program.start()
        assert wait_until(lambda: "deaf" in program.log.read_text(), 10)

        program.stop()
        assert program.process
        assert program.process.returncode == -signal.SIGKILL

    @pytest.mark.parametrize("then", ["start", "stop"])
    def test_takes_the_children_of_a_killed_one_along(
        self, script: Callable[..., Script], then: str
    ) -> None:
        program = script(PARENT)
        program.start()
        child = child_of(program)
        kill(program)
        assert command_line(child)

        getattr(program, then)()
        assert wait_until(lambda: not command_line(child), 5)

    def test_stop_before_start_does_nothing(self, script: Callable[..., Script]) -> None:
        script().stop()

    def test_a_long_log_begins_anew(
        self, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("imtplan.processes.LOG_BYTES", 10)
        program = script("print('new')")
        program.log.write_text("much too long")
        program.start()
        assert program.process
        program.process.wait()

        assert program.log.read_text() == "new\n"


@pytest.mark.usefixtures("quick")
class TestSupervisor:
    def test_starts_a_killed_part_again_and_says_so(
        self, script: Callable[..., Script], capsys: pytest.CaptureFixture[str]
    ) -> None:
        supervisor, program = Supervisor(), script()
        supervisor.start(program)
        kill(program)

        supervisor.look()
        supervisor.look()

        assert program.alive()
        assert capsys.readouterr().out.splitlines() == [
            "  ! worker was killed (SIGKILL); starting it again in 0 s",
            "  ✓ worker runs again",
        ]

    def test_waits_longer_for_one_that_keeps_dying(
        self, script: Callable[..., Script], capsys: pytest.CaptureFixture[str]
    ) -> None:
        supervisor, program = Supervisor(), script("raise SystemExit(3)")
        supervisor.start(program)
        said: list[str] = []

        def look() -> bool:
            supervisor.look()
            said.append(capsys.readouterr().out)
            return "in 0.2 s" in said[-1]

        assert wait_until(look, 10)
        assert "worker ended (exit code 3); starting it again in 0.2 s" in said[-1]

    def test_forgives_after_a_healthy_while(
        self, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "HEALTHY_SECONDS", -1)
        supervisor, program = Supervisor(), script()
        supervisor.start(program)
        for _ in range(3):
            kill(program)
            supervisor.look()
            supervisor.look()

        assert supervisor.watched[0].failures == 1

    def test_goes_on_when_a_service_cannot_be_started(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        class Broken:
            name = "Valkey"
            process: subprocess.Popen[bytes] | None = None

            def start(self) -> None:
                raise ServiceError("Its disk is full.\nAnd more.")

            def stop(self) -> None: ...

            def alive(self) -> bool:
                return False

        supervisor = Supervisor()
        with pytest.raises(ServiceError):
            supervisor.start(Broken())
        supervisor.look()
        supervisor.look()

        assert "Valkey did not start (Its disk is full.); starting it again" in (
            capsys.readouterr().out
        )

    def test_stops_in_the_opposite_order(
        self, script: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stopped: list[str] = []
        monkeypatch.setattr(Script, "stop", lambda self: stopped.append(self.name))
        supervisor = Supervisor()
        for name in ("worker", "beat", "web"):
            supervisor.start(script(name=name))

        supervisor.stop()
        assert stopped == ["web", "beat", "worker"]


class TestLogWatch:
    def shown(
        self, path: Path, text: str, capsys: pytest.CaptureFixture[str], watch: LogWatch
    ) -> list[str]:
        with path.open("a") as log:
            log.write(text)
        watch.show()
        return capsys.readouterr().out.splitlines()

    def test_shows_only_what_is_new_and_wrong(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "web.log"
        path.write_text("2026-11-01 10:00:00 ERROR before\n")
        watch = LogWatch("web", path)

        assert self.shown(
            path,
            "2026-11-01 10:00:01,1 INFO fine\n"
            "2026-11-01 10:00:02,1 ERROR django.request: Internal Server Error: /a/\n"
            "[2026-11-01 10:00:03 +0000] [12] [CRITICAL] WORKER TIMEOUT\n"
            "2026-11-01 10:00:04,1 WARNING django.request: Not Found: /favicon.ico\n"
            "2026-11-01 10:00:05,1 WARNING celery.redirected:   File x.py, line 1\n"
            "a long line that only mentions far behind its beginning the word that is an ERROR\n",
            capsys,
            watch,
        ) == [
            "  ! web: 2026-11-01 10:00:02,1 ERROR django.request: Internal Server Error: /a/",
            "  ! web: [2026-11-01 10:00:03 +0000] [12] [CRITICAL] WORKER TIMEOUT",
        ]

    def test_shows_the_same_only_once_in_a_while(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        path = tmp_path / "beat.log"
        watch = LogWatch("beat", path)
        watch.show()  # there is no such file yet

        assert len(self.shown(path, "10:00:01 ERROR no queue\n", capsys, watch)) == 1
        assert self.shown(path, "10:00:11 ERROR no queue\n", capsys, watch) == []
        assert len(self.shown(path, "10:00:12 ERROR no disk\n", capsys, watch)) == 1
        monkeypatch.setattr(module, "REPEAT_SECONDS", 0)
        assert len(self.shown(path, "10:01:21 ERROR no queue\n", capsys, watch)) == 1

    def test_follows_a_log_that_began_anew(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "web.log"
        path.write_text("x" * 500)
        watch = LogWatch("web", path)
        path.write_text("")
        watch.show()

        assert len(self.shown(path, "10:00:01 ERROR new\n", capsys, watch)) == 1


class TestScreen:
    def test_a_step_is_one_line_with_its_time(self, capsys: pytest.CaptureFixture[str]) -> None:
        with step("PostgreSQL started"):
            pass
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith("  ✓ PostgreSQL started")
        assert line.endswith(" 0.0 s")

    def test_a_step_that_fails_has_a_cross(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(ServiceError), step("Valkey started"):
            raise ServiceError
        assert capsys.readouterr().out == "  ✗ Valkey started\n"

    def test_tabs_become_columns(self) -> None:
        assert aligned(["École\ta@b\tx", "Direction\tc@d.example\ty", "Seul"]) == [
            "École      a@b          x",
            "Direction  c@d.example  y",
            "Seul",
        ]
        assert aligned([]) == []

    def test_the_frame_is_as_wide_as_its_longest_line(self) -> None:
        assert framed(["IMT", "Télécom"]).splitlines() == [
            "╭───────────╮",
            "│  IMT      │",
            "│  Télécom  │",
            "╰───────────╯",
        ]


def test_a_child_does_not_get_our_ctrl_c() -> None:
    """It is in a session of its own: we alone decide in what order things stop."""
    child = spawn([sys.executable, "-c", SLEEPER], log=subprocess.DEVNULL)
    try:
        status = Path(f"/proc/{child.pid}/stat")
        if not status.exists():
            pytest.skip("needs /proc to tell the session of a process")
        session = int(status.read_text().rpartition(")")[2].split()[3])
        assert session == child.pid
    finally:
        child.kill()
        child.wait()
