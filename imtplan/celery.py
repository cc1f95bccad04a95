"""The Celery application. The work is in the database; the queue only says "look now"."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init
from django.conf import settings

from imtplan.process_start import ending_with_sentences, meet_the_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

app = Celery("imtplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_configure.connect
def read_settings(**_: object) -> None:
    """Read the settings before the worker or beat does, to end with sentences if they are wrong."""
    with ending_with_sentences():
        settings.INSTALLED_APPS  # noqa: B018 - asked, so that the settings are read


@worker_init.connect
@beat_init.connect
def begin(**_: object) -> None:
    with ending_with_sentences():
        meet_the_database()
