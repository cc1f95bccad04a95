"""What `make run` does before, between and after its parts; .ci/run runs the whole of it."""

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from imtplan import run
from imtplan.embedded import Postgres
from imtplan.processes import ServiceError, command_line, wait_until
from imtplan.supervisor import Supervisor

GIVEN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "EMAIL_URL", "DEMO", "SECURE", "SITE_URL")


@pytest.fixture(autouse=True)
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.local` of the test's own, and an environment in which nothing is given."""
    folder = tmp_path / ".local"
    monkeypatch.setattr(run, "LOCAL", folder)
    for name in (*GIVEN, "PORT", "MAKELEVEL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    folder.mkdir()
    (folder / "log").mkdir()
    return folder


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


class TestOnlyOne:
    def test_the_second_is_told_where_the_first_is(self) -> None:
        with run.only_one() as lock:
            print("http://localhost:8003 (process 12)", end="", file=lock, flush=True)
            with pytest.raises(ServiceError, match=r"already running here: http://localhost:8003"):
                run.only_one()

    def test_the_second_may_come_while_the_first_is_starting(self) -> None:
        with run.only_one(), pytest.raises(ServiceError, match="just starting"):
            run.only_one()

    def test_what_an_earlier_one_wrote_is_forgotten(self, local: Path) -> None:
        (local / "lock").write_text("http://localhost:8000 (process 1)")
        with run.only_one(), pytest.raises(ServiceError, match="just starting"):
            run.only_one()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_not_in_the_folder_of_somebody_else(self, local: Path) -> None:
        os.chown(local, 65534, 65534)
        with pytest.raises(ServiceError, match="belongs to nobody"):
            run.only_one()


class TestLeftovers:
    @pytest.fixture
    def process(self) -> Iterator[list[subprocess.Popen[bytes]]]:
        started: list[subprocess.Popen[bytes]] = []
        yield started
        for one in started:
            one.kill()
            one.wait()

    def test_only_programs_of_this_checkout_are_killed(
        self,
        local: Path,
        process: list[subprocess.Popen[bytes]],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (local / "log" / "web.log").touch()
        wait = ["-m", "http.server", "--bind=127.0.0.1", "0"]
        ours = subprocess.Popen([sys.executable, *wait, f"--directory={local}/"])
        other = subprocess.Popen([sys.executable, *wait, "--directory=/elsewhere/"])
        reader = subprocess.Popen(["tail", "-f", f"{local}/log/web.log"])
        process += [ours, other, reader]
        assert wait_until(lambda: all("local" in command_line(p.pid) for p in (ours, reader)), 5)

        run.kill_leftovers()

        assert ours.wait(5) == -signal.SIGKILL
        assert other.poll() is None
        assert reader.poll() is None
        assert "Stopped 1 process that an earlier run left behind" in capsys.readouterr().out

    def test_nothing_is_said_when_there_is_nothing(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run.kill_leftovers()
        assert capsys.readouterr().out == ""


class TestPort:
    def test_the_preferred_one(self, closed: int) -> None:
        with run.free_port(closed) as listener:
            assert listener.getsockname() == ("127.0.0.1", closed)

    def test_the_next_when_it_is_taken(
        self, taken: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with run.free_port(taken) as listener:
            port = listener.getsockname()[1]
        assert port > taken
        assert f"Port {taken} is taken; using {port}" in capsys.readouterr().out

    def test_none_is_free(self, taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(run, "PORTS_TRIED", 1)
        with pytest.raises(ServiceError, match="make run PORT="):
            run.free_port(taken)

    @pytest.mark.parametrize("wrong", ["http", "0", "65536", "-1", "٨٠٠٠", "8000.5"])
    def test_a_wrong_wish_is_refused(self, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", wrong)
        with pytest.raises(ServiceError, match="PORT"):
            run.preferred_port()

    @pytest.mark.parametrize(("wish", "port"), [("", 8000), ("9000", 9000)])
    def test_a_wish(self, wish: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", wish)
        assert run.preferred_port() == port


class TestEnvironment:
    def test_the_secret_key_is_made_once_and_private(self, local: Path) -> None:
        key = run.secret_key()

        assert len(key) >= 50
        assert run.secret_key() == key
        assert (local / "secret-key").stat().st_mode & 0o777 == 0o600

    def test_what_is_set_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EMAIL_URL", "consolemail://")
        monkeypatch.setenv("SECRET_KEY_FILE", "/run/secrets/key")
        monkeypatch.setenv("SITE_URL", "")
        environment = run.child_environment("http://localhost:8001")

        assert environment["EMAIL_URL"] == "consolemail://"
        assert "SECRET_KEY" not in environment
        assert environment["SITE_URL"] == "http://localhost:8001"

    def test_is_a_demonstration_over_plain_http_on_this_machine(self, local: Path) -> None:
        environment = run.child_environment("http://localhost:8001")

        assert (environment["DEMO"], environment["SECURE"]) == ("true", "false")
        assert environment["EMAIL_URL"] == f"filemail:///{local}/mail"


def test_the_programs_are_what_operations_says() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        worker, beat, web = run.programs({"DATABASE_URL": "x"}, listener)

    assert [part.name for part in (worker, beat, web)] == ["worker", "beat", "web"]
    assert {"--without-mingle", "--without-gossip", "--without-heartbeat"} <= set(worker.command)
    assert web.pass_fds == (int(web.command[4].removeprefix("--bind=fd://")),)
    assert [part.environment["DB_POOL"] for part in (worker, beat, web)] == [
        "false",
        "false",
        "true",
    ]


def test_every_program_can_be_found_again_by_its_command_line(local: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for program in run.programs({}, listener):
            assert f"={local}/" in " ".join(program.command)


def test_the_tables_belong_to_one_role_and_another_runs_the_site(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    supervisor = Supervisor()
    folder = Path(tempfile.mkdtemp(prefix="imtplan-test-"))  # PostgreSQL's user passes through it
    folder.chmod(0o711)
    monkeypatch.setattr(run, "LOCAL", folder)
    try:
        given = run.start_service(supervisor, "DATABASE_URL", Postgres)
        with psycopg.connect(given["DATABASE_OWNER_URL"]) as owner:
            owner.execute("CREATE ROLE imtplan_site LOGIN")
        with psycopg.connect(given["DATABASE_URL"]) as site:
            (name, is_superuser) = site.execute(
                "SELECT current_user, usesuper FROM pg_user WHERE usename = current_user"
            ).fetchone()
    finally:
        supervisor.stop()
        shutil.rmtree(folder)
    assert (name, is_superuser) == ("imtplan_site", False)
    assert run.without_the_owner(given) == {"DATABASE_URL": given["DATABASE_URL"]}


class TestAnswers:
    @pytest.fixture
    def status(self) -> Iterator[dict[str, int]]:
        answer = {"status": 200}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(answer["status"] if self.path == "/sante/" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        answer["port"] = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield answer
        server.shutdown()
        thread.join()
        server.server_close()

    def test_well_is_200(self, status: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://proxy.invalid:3128")
        assert run.answers(status["port"])

    def test_anything_else_is_not(self, status: dict[str, int]) -> None:
        status["status"] = 503
        assert not run.answers(status["port"])

    def test_nobody_listens(self, closed: int) -> None:
        assert not run.answers(closed)


def test_a_database_that_cannot_be_reached_is_said_with_the_end_of_the_log(local: Path) -> None:
    environment = run.child_environment("http://localhost:8000")
    environment |= {"DATABASE_URL": "postgres://imtplan@127.0.0.1:1/x", "REDIS_URL": "redis://x"}

    with pytest.raises(ServiceError, match=r"could not be prepared[\s\S]*onnection refused"):
        run.prepare(environment)


def test_a_web_server_that_ends_at_once_is_said_with_the_end_of_its_log(
    local: Path, closed: int
) -> None:
    program = run.Program("web", "no_such_module", log=local / "log" / "web.log", environment={})

    with pytest.raises(ServiceError, match=r"does not answer[\s\S]*no_such_module"):
        run.start_programs(Supervisor(), [program], closed)


def test_the_summary_says_where_everything_is(local: Path) -> None:
    text = "\n".join(run.summary("http://localhost:8001", ["a login"]))

    for part in ("http://localhost:8001", "a login", f"{local}/log", f"{local}/mail", "Ctrl-C"):
        assert part in text


class TestMain:
    @pytest.fixture(autouse=True)
    def _no_handlers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signal, "signal", lambda *_: None)

    def test_windows_is_told_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "win32")
        answer = run.main([])
        assert "DATABASE_URL and REDIS_URL" in str(answer)

    def test_a_second_one_ends_with_a_sentence(self) -> None:
        with run.only_one():
            assert "already running" in str(run.main([]))

    def test_ctrl_c_stops_what_was_started(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def interrupted(supervisor: Supervisor, lock: object) -> None:
            run.interrupt()

        monkeypatch.setattr(run, "run", interrupted)
        assert run.main([]) == 0
        assert "✓ Everything stopped" in capsys.readouterr().out

    def test_a_failure_is_said_and_what_was_started_is_stopped(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def failing(supervisor: Supervisor, lock: object) -> None:
            raise ServiceError("The disk is full.")

        monkeypatch.setattr(run, "run", failing)
        assert run.main([]) == 1
        out = capsys.readouterr().out
        assert "The disk is full." in out
        assert "✓ Everything stopped" in out

    def test_clean_removes_the_folder_and_those_elsewhere(
        self, local: Path, tmp_path: Path
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        (local / "postgresql").mkdir()
        (local / "postgresql" / "elsewhere").write_text(str(elsewhere))

        assert run.main(["clean"]) == 0
        assert not local.exists()
        assert not elsewhere.exists()
