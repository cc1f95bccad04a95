"""The command line that runs another with the services it lacks: exit codes, signals, refusals."""

import os
import subprocess
import sys
from pathlib import Path

from imtplan import embedded
from imtplan.processes import processes

BASE = Path(embedded.__file__).resolve().parent.parent

# The parent gets its SIGTERM at once, when the command can take it and before `Popen` returns.
TERMINATED_AT_START = """
import os, signal, subprocess, sys
from imtplan import embedded

class StartedAndTerminated(subprocess.Popen):
    def __init__(self, *arguments, **options):
        options["stdout"] = subprocess.PIPE
        super().__init__(*arguments, **options)
        self.stdout.readline()
        os.kill(os.getpid(), signal.SIGTERM)

valkey = embedded.Valkey.start
def start_then_watch(service):
    address = valkey(service)
    subprocess.Popen = StartedAndTerminated
    return address

embedded.Valkey.start = start_then_watch
sys.exit(embedded.main(sys.argv[1:]))
"""


class TestCommandLine:
    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        return subprocess.run(
            [sys.executable, "-m", "imtplan.embedded", *command],
            cwd=BASE,
            env=inherited | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_gives_the_command_both_services_and_takes_its_exit_code(self) -> None:
        done = self.run("sh", "-c", "echo $DATABASE_URL; echo $REDIS_URL; exit 3")

        database, queue = done.stdout.split()
        assert done.returncode == 3
        assert database.startswith("postgres://imtplan@/imtplan?host=/")
        assert queue.startswith("unix:///")
        assert not Path(queue.removeprefix("unix://")).parents[2].exists()

    def test_leaves_what_is_set_alone(self) -> None:
        given = {"DATABASE_URL": "postgres://mine/db", "REDIS_URL": "redis://mine:1/0"}
        done = self.run("sh", "-c", "echo $DATABASE_URL $REDIS_URL", **given)

        assert done.stdout.split() == list(given.values())

    def test_says_what_is_wrong_in_a_line(self) -> None:
        assert "Usage" in self.run().stderr
        assert self.run("no-such-command").stderr.count("\n") == 1

    def test_hands_sigterm_on_and_cleans_up(self) -> None:
        with self.start("-m", "imtplan.embedded") as child:
            assert child.stdout
            folder = Path(child.stdout.readline().removeprefix("unix://")).parents[2]
            child.terminate()
            assert child.wait(10) == 7
        assert not folder.exists()
        assert not [line for line in processes().values() if f"{folder}/" in line]

    def test_hands_on_a_sigterm_that_comes_while_the_command_starts(self) -> None:
        with self.start("-c", TERMINATED_AT_START) as child:
            assert child.wait(20) == 7

    def start(self, *parent: str) -> subprocess.Popen[str]:
        """Start a command that prints its queue's address and ends with 7 at SIGTERM."""
        script = (
            "import os, signal, sys\n"
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
            "print(os.environ['REDIS_URL'], flush=True)\n"
            "while True: signal.pause()\n"
        )
        environment = {k: v for k, v in os.environ.items() if k != "REDIS_URL"}
        environment["DATABASE_URL"] = "postgres://mine/db"
        return subprocess.Popen(
            [sys.executable, *parent, sys.executable, "-c", script],
            cwd=BASE,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
