"""`make run` in a fresh clone, as a newcomer types it, with everything that may go wrong after.

    python3 .ci/fresh_run.py FOLDER

FOLDER is a clone in which nothing was ever run. Standard library only; exits with a sentence and 1
when something is not as it should be.
"""

import atexit
import contextlib
import http.client
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

FIRST_SECONDS = 600  # packages are installed
PATIENCE = 60  # seconds, of what comes in one or two when nothing else runs
SHARE_OF_FIRST = 0.25  # of the first start, which also installs: the same on a slow machine
PARTS = {
    "worker": "celery -A imtplan worker",
    "beat": "celery -A imtplan beat",
    "web": "gunicorn imtplan.wsgi",
    "Valkey": "valkey-server --port 0",
    "PostgreSQL": "postgres -D",
}


def expect(condition: object, sentence: str) -> None:
    if not condition:
        sys.exit(f"make run: {sentence}")


def command_lines() -> dict[int, str]:
    lines = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines[int(path.parent.name)] = path.read_bytes().replace(b"\0", b" ").decode()
    return lines


class MakeRun:
    """One `make run` at a terminal of its own, so that Ctrl-C is a real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = ""
        self.started = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvp("make", ["make", "run"])  # noqa: S606, S607
        atexit.register(self.end)
        os.set_blocking(self.terminal, False)

    def end(self) -> None:
        """When a check failed in the middle."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGTERM)
            os.waitpid(self.pid, 0)

    def read(self) -> str:
        with contextlib.suppress(OSError):
            while block := os.read(self.terminal, 65536):
                new = block.decode(errors="replace")
                self.text += new
                sys.stdout.write(new)
        sys.stdout.flush()
        return self.text

    def wait_for(self, pattern: str, seconds: float) -> re.Match[str]:
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.read())):
            expect(time.monotonic() < deadline, f"{pattern!r} did not come in {seconds} s")
            expect(os.waitpid(self.pid, os.WNOHANG) == (0, 0), f"ended before {pattern!r}")
            time.sleep(0.05)
        return found

    def wait_until_up(self, seconds: float) -> None:
        self.port = int(self.wait_for(r"is running: +http://localhost:(\d+)", seconds)[1])
        self.seconds = time.monotonic() - self.started

    def find(self, part: str) -> int | None:
        """The supervisor's own child, not that child's children of the same name."""
        supervisor = supervisor_of(self.folder)
        for pid, line in command_lines().items():
            if PARTS[part] in line and parent_of(pid) == supervisor:
                return pid
        return None

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def check_pages(self) -> None:
        self.wait_for_page("/sante/")
        status, sign_in = self.get("/")
        expect(status == http.HTTPStatus.FOUND, f"/ answers {status} to a visitor")
        self.wait_for_page(sign_in)

    def wait_for_page(self, path: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (status := self.get(path)[0]) != http.HTTPStatus.OK:
            expect(time.monotonic() < deadline, f"{path} answers {status}")
            time.sleep(0.2)

    def kill(self, part: str) -> None:
        dead = self.find(part)
        expect(dead, f"{part} is not there")
        self.text = ""
        os.kill(int(dead or 0), signal.SIGKILL)
        self.wait_for(rf"{part} runs again", PATIENCE)
        self.check_pages()
        expect(self.find(part) not in (None, dead), f"{part} was not started again")

    def stop(self) -> None:
        family = family_of(supervisor_of(self.folder))
        os.write(self.terminal, b"\x03")
        started = time.monotonic()
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            self.read()
            expect(time.monotonic() - started < PATIENCE, "Ctrl-C did not stop it")
            time.sleep(0.05)
        self.read()
        expect("Everything stopped" in self.text, "it did not stop in order")
        expect_gone(family)


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def supervisor_of(folder: Path) -> int:
    for pid, line in command_lines().items():
        with contextlib.suppress(OSError):
            if "-m imtplan.run" in line and Path(f"/proc/{pid}/cwd").resolve() == folder:
                return pid
    return 0


def family_of(pid: int) -> set[int]:
    """The process and all that descend from it."""
    family = {pid}
    while more := {child for child in command_lines() if parent_of(child) in family} - family:
        family |= more
    return family


def expect_gone(family: set[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while left := [line for pid, line in command_lines().items() if pid in family and line]:
        expect(time.monotonic() < deadline, f"left behind: {left}")
        time.sleep(0.2)


def first_run(folder: Path) -> float:
    print(f"== The first run in {folder}")
    run = MakeRun(folder)
    run.wait_until_up(FIRST_SECONDS)
    run.check_pages()
    second = subprocess.run(
        ["make", "run"],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    expect(second.returncode != 0, "a second one started beside the first")
    expect("already running" in second.stderr, "a second one is not told of the first")
    for part in PARTS:
        print(f"\n== kill -9 of {part}")
        run.kill(part)
    run.stop()
    return run.seconds


def run_beside_a_taken_port(folder: Path) -> float:
    print("\n== The second run, with port 8000 taken, and kill -9 of its supervisor")
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", 8000)):
        run = MakeRun(folder)
        run.wait_for(r"Port 8000 is taken; using \d+", PATIENCE)
        run.wait_until_up(PATIENCE)
    run.check_pages()
    supervisor = supervisor_of(folder)
    family = family_of(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    os.waitpid(run.pid, 0)
    expect_gone(family)
    return run.seconds


def run_after_a_kill(folder: Path) -> float:
    print("\n== The run after that")
    run = MakeRun(folder)
    run.wait_until_up(PATIENCE)
    run.check_pages()
    run.stop()
    return run.seconds


def main(folder: Path) -> None:
    first, second, third = (
        step(folder) for step in (first_run, run_beside_a_taken_port, run_after_a_kill)
    )
    print(
        f"\nmake run: first {first:.1f} s, second {second:.1f} s, after kill -9 of the supervisor "
        f"{third:.1f} s; every part came back."
    )
    # The quicker of the two: the machine may be busy with something else.
    expect(min(second, third) < SHARE_OF_FIRST * first, "a later start took too long")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
