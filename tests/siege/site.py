"""The real parts: gunicorn as in docker-compose.yml, and Debian's nginx with docker/nginx.conf."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from imtplan.web.threads import TimedThreadWorker
from tests.worker import BASE, database_url_of_the_test, wait_for

HOST = "plan.example.org"
MAIN = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/start.log; worker_processes 1; {user}
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/imtplan.conf;
}}
"""


class QuickWorker(TimedThreadWorker):
    """The product's, with less patience: the test waits for its end."""

    read_seconds = 1


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def answers_at(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


class Part:
    """A program of the test's own, stopped by its own process alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir()

    def start(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        with (self.folder / "output.log").open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=BASE, env=environment, stdout=log, stderr=log
            )
        wait_for(self.ready, f"{command[0]} to answer")

    def ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "output.log").read_text())
        return answers_at(self.port)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


class Gunicorn(Part):
    """The web service of docker-compose.yml."""

    def run(self, worker: str = "") -> None:
        compose = yaml.safe_load((BASE / "docker-compose.yml").read_text(encoding="utf-8"))
        command = list(compose["services"]["web"]["command"])
        given = {
            "--bind": f"127.0.0.1:{self.port}",
            "--worker-tmp-dir": str(self.folder),
            "--access-logfile": str(self.log),
        }
        if worker:
            given["--worker-class"] = worker
        options = [word for word in command[1:] if word.partition("=")[0] not in given]
        ours = [f"{name}={value}" for name, value in given.items()]
        self.start([sys.executable, "-m", "gunicorn", *options, *ours], self.environment())

    @property
    def log(self) -> Path:
        return self.folder / "access.log"

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": database_url_of_the_test(),
            "DJANGO_SETTINGS_MODULE": "tests.siege.settings",
            "TMPDIR": str(self.folder),
            "PYTHONWARNINGS": "",
        }


class Nginx(Part):
    """docker/nginx.conf as it is, but for ports, files and the certificate."""

    def run(self, upstream: int) -> None:
        text = (BASE / "docker" / "nginx.conf").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "listen [::]" not in line]
        text = "\n".join(lines).replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
        text = text.replace(f"/etc/letsencrypt/live/{HOST}", str(self.folder))
        text = text.replace("/var/log/nginx", str(self.folder))
        (self.folder / "imtplan.conf").write_text(text, encoding="utf-8")
        main = MAIN.format(folder=self.folder, user="" if os.geteuid() else "user root;")
        (self.folder / "nginx.conf").write_text(main, encoding="utf-8")
        self.certify()
        self.start(["nginx", "-c", str(self.folder / "nginx.conf")])

    def certify(self) -> None:
        key, certificate = self.folder / "privkey.pem", self.folder / "fullchain.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)

    @property
    def log(self) -> Path:
        return self.folder / "imtplan.log"

    def stored(self) -> list[Path]:
        return [path for path in (self.folder / "bodies").rglob("*") if path.is_file()]
