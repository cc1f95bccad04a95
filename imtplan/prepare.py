"""Bring the database and the static files of `make run` up to date.

All is done in one process, because each `manage.py` takes more than a second to start.
"""

import hashlib
import io
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from imtplan.environment import WrongSettings
from imtplan.process_start import ending_with_sentences
from imtplan.supervisor import step

UNFINISHED = (
    "The tables of {apps} are those of an older IMT Plan, too old to be brought up to date. "
    "`make clean` removes the data of `make run`, and `make run` makes it anew; a DATABASE_URL "
    "must lead to an empty database."
)


def refuse_unfinished_tables() -> None:
    """Refuse a database in which only a part of the migrations that were replaced is applied.

    No migration fits such tables. If all of them are applied, `migrate` takes the one that replaces
    them as applied.
    """
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    applied = MigrationRecorder(connection).applied_migrations()
    unfinished = set()
    for key, migration in loader.disk_migrations.items():
        gone = set(migration.replaces) - set(loader.disk_migrations)
        if gone and not gone <= set(applied) and {key, *gone} & set(applied):
            unfinished.add(migration.app_label)
    if unfinished:
        raise WrongSettings([UNFINISHED.format(apps=", ".join(sorted(unfinished)))])


def static_fingerprint() -> str:
    """Returns a fingerprint of the sizes and times of the static files, and of the settings."""
    files = [
        Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])
    ]
    digest = hashlib.sha256()
    for path in sorted([*files, settings.BASE_DIR / "imtplan" / "settings.py"]):
        stat = path.stat()
        digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def command(name: str, **options: object) -> None:
    """Run a management command; its output goes to the log."""
    call_command(name, verbosity=0, stdout=sys.stderr, **options)


def collect_static() -> None:
    """Collect and compress the static files, unless they are unchanged."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.stamp")
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return
    stamp.unlink(missing_ok=True)  # an interrupted collection must not pass for the old one
    with step("Static files collected and compressed"):
        command("collectstatic", interactive=False, clear=True)
    stamp.write_text(fingerprint, encoding="utf-8")


def write_logins(path: Path) -> None:
    output = io.StringIO()
    call_command("demo_logins", stdout=output)
    path.write_text(output.getvalue(), encoding="utf-8")


def main(logins: Path) -> None:
    django.setup()
    with step("Database tables brought up to date"):
        refuse_unfinished_tables()
        command("migrate", interactive=False)
        command("createcachetable")
        command("give_rights")
    with step("Plan and demonstration data loaded"):
        command("load_plan")
        command("load_demo")
    collect_static()
    write_logins(logins)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")
    with ending_with_sentences():
        main(Path(sys.argv[1]))
