"""Run child processes that die with us, and private servers, each in a folder of its own.

A server listens on a unix socket in a folder that nobody else can enter, runs once per folder, and
dies with its parent (Linux) or is stopped by the next start (elsewhere).
"""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

if sys.platform != "win32":
    import fcntl
    import pwd

START_SECONDS = 20  # a slow disk, or a recovery after kill -9
STOP_SECONDS = 10
POLL_SECONDS = 0.02
LOG_BYTES = 1_000_000  # a log longer than this begins anew
# The kernel refuses longer socket names (108 bytes on Linux, 104 on macOS, the final NUL included).
SOCKET_PATH_LENGTH = 103
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ServiceError(Exception):
    """A service could not start or stop; the text says why and what to do."""


def dies_with_parent(signum: int = signal.SIGTERM) -> Callable[[], None]:
    """Returns a function for a new child, by which it gets `signum` when its parent dies.

    "Parent" means the thread that started it: start children from the main thread.
    """
    parent = os.getpid()

    def in_child() -> None:
        if libc is None:
            return
        libc.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return in_child


def spawn(
    command: Sequence[str | Path],
    *,
    log: IO[str] | int | None,
    errors: IO[str] | int = subprocess.STDOUT,
    user: str | None = None,
    death_signal: int = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C reaches only us), as `user` when we are root.

    The kernel forgets the parent-death signal at setuid, so it is set after: `preexec_fn` is last.
    """
    identity: dict[str, Any] = {}
    if user:
        identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return subprocess.Popen(  # noqa: S603 - our own commands only
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=errors,
        start_new_session=True,
        preexec_fn=dies_with_parent(death_signal),  # noqa: PLW1509 - one call, no lock taken
        env=env,
        cwd=cwd,
        pass_fds=pass_fds,
        **identity,
    )


def command_line(pid: int) -> str:
    """Returns a process's command line; "" if it is gone, or dead and not yet reaped."""
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return text.replace(b"\0", b" ").decode(errors="replace").strip()
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return "" if "<defunct>" in answer.stdout else answer.stdout.strip()


def processes() -> dict[int, str]:
    """Returns the command line of every live process, by its number."""
    if sys.platform == "linux":
        numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return {number: line for number in numbers if (line := command_line(number))}
    command = ["ps", "-axww", "-o", "pid=,command="]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    rows = (line.split(maxsplit=1) for line in answer.stdout.splitlines())
    return {int(row[0]): row[1] for row in rows if len(row) == 2}


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    """Wait for `condition`, and return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def follow_parent() -> None:
    """Have the kernel tell us to stop when our parent dies."""
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def stop_process(
    process: subprocess.Popen[bytes], *signals: int, seconds: float = STOP_SECONDS
) -> None:
    """Send one signal after the other, with time to obey between them, then SIGKILL."""
    for signum in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def open_log(path: Path) -> IO[str]:
    """Append to a log, or begin it anew when it has grown long."""
    long = path.exists() and path.stat().st_size > LOG_BYTES
    return path.open("w" if long else "a", encoding="utf-8")


def last_lines(path: Path, count: int = 8) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return "\n".join(lines[-count:])


class Service(ABC):
    """A private server in a folder: only one at a time, and none left behind.

    `home` is where its files are: the folder itself, or another one (recorded in `elsewhere`) when
    the user who runs the service cannot reach it.
    """

    name: str
    socket_name: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path | str, *, durable: bool = True) -> None:
        if sys.platform == "win32":
            raise ServiceError(
                f"{self.name} is started for you on Linux and macOS only. On Windows set "
                "DATABASE_URL and REDIS_URL to a PostgreSQL and a Redis of yours."
            )
        self.folder = Path(folder).resolve()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.user: str | None = None
        self._lock: IO[str] | None = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> str:
        """Start, wait until it answers, and return its URL. Also starts again after a kill -9."""
        if self.alive():
            return self.url()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            self.home = self._home()
            self.sockets = self._sockets()
            self._stop_orphan()
            self.prepare()
            self._launch()
        except BaseException:
            self.stop()
            raise
        return self.url()

    def stop(self) -> None:
        if self.process:
            stop_process(self.process, self.stop_signal)
        if self._lock:
            self._lock.close()
        self.process = self._lock = None

    def discard(self) -> None:
        """Stop, and remove every file, those elsewhere included."""
        self.stop()
        for record in (self.folder / "elsewhere", self.folder / "sockets-elsewhere"):
            if record.exists():
                shutil.rmtree(record.read_text(encoding="utf-8"), ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    # Each service defines these.

    @abstractmethod
    def url(self) -> str:
        """Return the address at which it is reached, as a setting has it."""

    def prepare(self) -> None:  # noqa: B027 - some need nothing
        """Make what must be there before the first start."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """Return the program that runs in the foreground, with its arguments."""

    def environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C"}

    @abstractmethod
    def ready(self) -> bool:
        """Whether the server answers."""

    @abstractmethod
    def recorded_pid(self) -> int | None:
        """Return the process that last ran here, by the service's own note; it may be long gone."""

    # These are the same for every service.

    def _take_lock(self) -> None:
        """Takes the lock of the folder, which the kernel frees however we die."""
        if self._lock:
            return
        lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise ServiceError(f"{self.name} is already running in {self.folder}.") from None
        self._lock = lock

    def _home(self) -> Path:
        if self.user is None or self._reachable(self.folder):
            return self.folder
        return self._recorded_folder("elsewhere", parent="/var/tmp")  # noqa: S108 - mkdtemp

    def _reachable(self, path: Path) -> bool:
        """Whether the service's user can enter the folder or run the file: ask the kernel."""
        test: list[str | Path] = ["/bin/sh", "-c", 'test -x "$1"', "sh", path]
        return spawn(test, log=subprocess.DEVNULL, user=self.user).wait() == 0

    def _recorded_folder(self, record: str, *, parent: str) -> Path:
        """Returns a private folder outside ours, made once, whose name cannot be guessed."""
        note = self.folder / record
        if note.exists():
            path = Path(note.read_text(encoding="utf-8"))
            if (
                path.is_dir() and path.stat().st_uid == self._uid()
            ):  # nobody took the name meanwhile
                return path
        path = Path(tempfile.mkdtemp(prefix="imtplan-", dir=parent))
        self._give(path)
        note.write_text(str(path), encoding="utf-8")
        return path

    def _uid(self) -> int:
        return pwd.getpwnam(self.user).pw_uid if self.user else os.geteuid()

    def _give(self, path: Path) -> None:
        """Makes a folder private to the user who runs the service."""
        path.chmod(0o700)
        if self.user:
            shutil.chown(path, self.user, pwd.getpwnam(self.user).pw_gid)

    def _sockets(self) -> Path:
        """Returns the socket's folder; a short one in /tmp if ours is too long or needs quoting."""
        path = self.home / "socket"
        long = len(os.fsencode(path / self.socket_name)) > SOCKET_PATH_LENGTH
        if long or not PLAIN_PATH.fullmatch(str(path)):
            return self._recorded_folder("sockets-elsewhere", parent="/tmp")  # noqa: S108 - mkdtemp
        if not path.exists():
            path.mkdir()
            self._give(path)
        return path

    def _stop_orphan(self) -> None:
        """Stops a server that still runs here: its supervisor died, for nobody holds the lock."""
        pid = self.recorded_pid()
        for signum in (self.stop_signal, signal.SIGKILL):
            if pid is None or str(self.home) not in command_line(pid):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum)
            wait_until(lambda: str(self.home) not in command_line(pid), STOP_SECONDS)

    def _launch(self) -> None:
        with open_log(self.log) as log:
            self.process = spawn(
                self.command(),
                log=log,
                user=self.user,
                death_signal=self.stop_signal,
                env=self.environment(),
            )
        wait_until(lambda: self.ready() or not self.alive(), START_SECONDS)
        if not (self.alive() and self.ready()):
            raise ServiceError(
                f"{self.name} did not start. Its log, {self.log}, ends:\n{last_lines(self.log)}"
            )
