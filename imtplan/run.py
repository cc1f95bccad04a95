"""Run the whole site on one's own machine, until Ctrl-C: this is `make run`.

The supervisor starts PostgreSQL and Valkey (or uses DATABASE_URL and REDIS_URL), brings the
database up to date, starts the worker, beat and the web server, and starts again any that dies.
Everything it keeps is in `.local/`. `python -m imtplan.run clean` removes that.
"""

import contextlib
import http.client
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import quote

from imtplan.embedded import SITE, Postgres, Valkey
from imtplan.processes import (
    ServiceError,
    follow_parent,
    last_lines,
    processes,
    spawn,
    stop_process,
    wait_until,
)
from imtplan.supervisor import WARM_SECONDS, Program, Supervisor, aligned, framed, say, step

if sys.platform != "win32":
    import fcntl

BASE = Path(__file__).resolve().parent.parent
LOCAL = BASE / ".local"
SERVICES: dict[str, type[Postgres | Valkey]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
STOP_SIGNALS = [
    signum for signum in signal.Signals if signum.name in ("SIGINT", "SIGTERM", "SIGHUP")
]
PORTS_TRIED = 100
WEB_SECONDS = 60  # until the web server answers for the first time
WINDOWS = (
    "`make run` starts its own PostgreSQL and Valkey on Linux and macOS only. On Windows use WSL, "
    "or set DATABASE_URL and REDIS_URL and start the parts as docs/operations.md says."
)


# --- What runs ----------------------------------------------------------------------------------


def programs(environment: Mapping[str, str], listener: socket.socket) -> list[Program]:
    """Returns the worker, beat and the web server, which keeps its open port for a later start.

    Each has a file of `.local/` in its command line, by which `kill_leftovers` recognises it.
    """
    celery = ("celery", "-A", "imtplan")
    logs = LOCAL / "log"
    worker = Program(
        "worker",
        *(*celery, "worker", "--concurrency=2", "--loglevel=INFO", f"--logfile={logs}/worker.log"),
        *("--without-mingle", "--without-gossip", "--without-heartbeat"),
        log=logs / "worker.log",
        # A pool does not survive the fork. A task may take longer than a visitor waits.
        environment={**environment, "DB_POOL": "false", "STATEMENT_SECONDS": "50"},
    )
    beat = Program(
        "beat",
        *(*celery, "beat", "--loglevel=INFO", f"--schedule={LOCAL}/beat-schedule", "--pidfile="),
        log=logs / "beat.log",
        environment={**environment, "DB_POOL": "false", "STATEMENT_SECONDS": "50"},
    )
    web = Program(
        "web",
        *("gunicorn", "imtplan.wsgi:application", f"--bind=fd://{listener.fileno()}"),
        *("--worker-class=imtplan.web.threads.TimedThreadWorker", "--workers=2", "--threads=4"),
        *("--graceful-timeout=3", "--no-control-socket", f"--access-logfile={logs}/access.log"),
        "--logger-class=imtplan.web.logs.GunicornLogger",
        log=logs / "web.log",
        environment={**environment, "DB_POOL": "true", "STATEMENT_SECONDS": "15"},
        pass_fds=(listener.fileno(),),
    )
    return [worker, beat, web]


# --- Before and after ---------------------------------------------------------------------------


def only_one() -> IO[str]:
    """Returns the lock of this checkout; `ServiceError` names the first `make run` to a second.

    The kernel frees the lock however we die.
    """
    LOCAL.mkdir(exist_ok=True)
    if LOCAL.stat().st_uid != os.geteuid():
        raise ServiceError(
            f"{LOCAL} belongs to {LOCAL.owner()}: be that user, or remove the folder."
        )
    lock = (LOCAL / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with lock:
            lock.seek(0)
            where = lock.read() or "it is just starting"
        raise ServiceError(f"IMT Plan is already running here: {where}.") from None
    lock.truncate(0)
    return lock


def kill_leftovers() -> None:
    """Kill the programs of an earlier run of this checkout, whose supervisor was killed."""
    ours = [
        number
        for number, line in processes().items()
        if line.startswith(f"{sys.executable} -m ") and f"={LOCAL}/" in line
    ]
    for number in ours:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    if ours:
        some = "1 process" if len(ours) == 1 else f"{len(ours)} processes"
        say(f"  ✓ Stopped {some} that an earlier run left behind")


def preferred_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise ServiceError(f"PORT is {text!r}; give a number from 1 to 65535.")
    return int(text)


def free_port(preferred: int) -> socket.socket:
    """Returns the open socket of the first port that is free, from the preferred one up."""
    for port in range(preferred, min(preferred + PORTS_TRIED, 2**16)):
        with contextlib.suppress(OSError):
            listener = socket.create_server(("127.0.0.1", port), backlog=128)
            if port != preferred:
                say(f"  ! Port {preferred} is taken; using {port}")
            return listener
    raise ServiceError(
        f"Port {preferred} and the {PORTS_TRIED - 1} after it cannot be had. "
        "Choose another: `make run PORT=…`."
    )


def secret_key() -> str:
    """Returns the key of this checkout, made once, so that sessions outlive a restart."""
    path = LOCAL / "secret-key"
    if not path.exists():
        made = path.with_suffix(".new")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        made.rename(path)
    return path.read_text(encoding="utf-8")


def given(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def child_environment(address: str) -> dict[str, str]:
    """Returns the variables for settings.py; those that are already set stay as they are."""
    mail = LOCAL / "mail"
    ours = {
        "SECRET_KEY": secret_key(),
        "EMAIL_URL": f"filemail:///{quote(str(mail))}",
        "DEMO": "true",
        "SECURE": "false",
        "SITE_URL": address,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "imtplan.settings",
    }
    return {**os.environ, **{name: value for name, value in ours.items() if not given(name)}}


def answers(port: int) -> bool:
    """Whether the web server answers. `urllib` would use a proxy of the environment."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sante/", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def prepare(environment: Mapping[str, str]) -> list[str]:
    """Bring the database and the static files up to date; return the demonstration logins."""
    log, logins = LOCAL / "log" / "prepare.log", LOCAL / "logins"
    command = [sys.executable, "-m", "imtplan.prepare", str(logins)]
    with log.open("w", encoding="utf-8") as errors:
        child = spawn(command, log=None, errors=errors, env=environment)
    try:
        if child.wait():
            raise ServiceError(f"The data could not be prepared. {log} ends:\n{last_lines(log)}")
    finally:
        stop_process(child, signal.SIGTERM, seconds=WARM_SECONDS)
    return logins.read_text(encoding="utf-8").splitlines()


def run(supervisor: Supervisor, lock: IO[str]) -> NoReturn:
    """Start everything, and watch it until Ctrl-C."""
    say("IMT Plan, demonstration run")
    for folder in ("log", "mail"):
        (LOCAL / folder).mkdir(mode=0o700, exist_ok=True)
    listener = free_port(preferred_port())
    address = f"http://localhost:{listener.getsockname()[1]}"
    print(f"{address} (process {os.getpid()})", end="", file=lock, flush=True)
    environment = child_environment(address)
    for variable, kind in SERVICES.items():
        if given(variable):
            say(f"  ✓ {variable} is set: it is used, and no {kind.name} is started")
            continue
        with step(f"{kind.name} started"):
            environment |= start_service(supervisor, variable, kind)
    logins = prepare(environment)
    environment = without_the_owner(environment)
    with step("Web server, worker and beat started"):
        start_programs(supervisor, programs(environment, listener), listener.getsockname()[1])
    say(framed(summary(address, logins)))
    supervisor.watch()


def start_service(
    supervisor: Supervisor, variable: str, kind: type[Postgres | Valkey]
) -> dict[str, str]:
    """Start a service, and return its addresses: PostgreSQL has a second role to run the site."""
    service = kind(LOCAL / kind.name.lower())
    address = str(supervisor.start(service))
    if isinstance(service, Postgres):
        return {"DATABASE_OWNER_URL": address, "DATABASE_URL": service.url(SITE)}
    return {variable: address}


def without_the_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """Returns the environment for the web server, the worker and beat."""
    apart = ("DATABASE_OWNER_URL", "DATABASE_OWNER_URL_FILE")
    return {name: value for name, value in environment.items() if name not in apart}


def start_programs(supervisor: Supervisor, parts: list[Program], port: int) -> None:
    """Start the web server, and once it answers the worker and beat."""
    *others, web = parts
    for part in parts:
        supervisor.follow(part.name, part.log)
        supervisor.add(part)
    web.start()
    wait_until(lambda: answers(port) or not web.alive(), WEB_SECONDS)
    if not answers(port):
        raise ServiceError(
            f"The web server does not answer. {web.log} ends:\n{last_lines(web.log)}"
        )
    for part in others:
        part.start()


def summary(address: str, logins: list[str]) -> list[str]:
    return [
        f"IMT Plan is running:  {address}",
        "",
        *aligned(logins),
        "",
        f"Logs   {LOCAL}/log",
        f"Mails  {LOCAL}/mail",
        "Ctrl-C stops everything.",
    ]


def interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def supervise(lock: IO[str]) -> int:
    """Run until Ctrl-C or SIGTERM and return 0, or 1 if something could not start."""
    supervisor = Supervisor()
    try:
        run(supervisor, lock)
    except KeyboardInterrupt:
        say("")
        return 0
    except ServiceError as error:
        say(str(error))
        return 1
    finally:
        for signum in STOP_SIGNALS:
            signal.signal(signum, signal.SIG_IGN)
        with step("Everything stopped"):
            supervisor.stop()


def clean() -> int:
    """Remove all that `make run` made, the folders elsewhere included; return 0."""
    for kind in SERVICES.values():
        kind(LOCAL / kind.name.lower()).discard()
    shutil.rmtree(LOCAL)
    return 0


def main(arguments: Sequence[str]) -> int | str:
    if sys.platform == "win32":
        return WINDOWS
    for signum in STOP_SIGNALS:
        signal.signal(signum, interrupt)
    if "MAKELEVEL" in os.environ:
        follow_parent()  # a killed `make` leaves nothing behind
    os.chdir(BASE)
    try:
        with only_one() as lock:
            kill_leftovers()
            return clean() if list(arguments) == ["clean"] else supervise(lock)
    except ServiceError as error:
        return str(error)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
