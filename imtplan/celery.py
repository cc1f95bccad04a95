"""The Celery application. The database is the truth; the queue only says "look now"."""

import os

from celery import Celery

from imtplan.start import ending_with_sentences

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

app = Celery("imtplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_configure.connect
def read_settings(**_: object) -> None:
    """Before the worker or beat reads its configuration, which is the first thing it does."""
    with ending_with_sentences():
        pass
