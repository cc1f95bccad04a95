"""The beat's jobs are there, and what leaves the machine when."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from imtplan.accounts.models import User
from imtplan.celery import app
from imtplan.outbox.models import Mail
from imtplan.outbox.tasks import send_mails
from tests.worker import Worker, wait_for

BASE = Path(__file__).resolve().parents[3]


def test_beat_names_only_jobs_that_exist() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(app.tasks)


def test_a_mail_server_that_hangs_is_left_after_a_while() -> None:
    assert 0 < settings.EMAIL_TIMEOUT < settings.CELERY_TASK_SOFT_TIME_LIMIT


@pytest.mark.parametrize(
    ("demo", "url", "expected"),
    [
        ("true", "smtp://localhost:25", "console"),
        ("true", "smtp+tls://user:password@mail.example:587", "console"),
        ("true", "filemail:////tmp/mail", "filebased"),
        ("false", "smtp://localhost:25", "smtp"),
    ],
)
def test_nothing_leaves_a_demonstration(demo: str, url: str, expected: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from imtplan import settings; print(settings.EMAIL_BACKEND)"],
        cwd=BASE,
        env=os.environ | {"DEMO": demo, "EMAIL_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"django.core.mail.backends.{expected}.EmailBackend"


def test_the_worker_sends(worker: Worker, alice: User) -> None:
    """In a process of its own, asked by the queue."""
    mail = Mail.objects.create(
        key="one", kind="test", user=alice, address=alice.email, subject="Saisie", body="Bonjour."
    )
    send_mails.apply_async(retry=False)
    wait_for(lambda: Mail.objects.filter(pk=mail.pk, state="sent").exists(), "the mail to be sent")
