"""The Celery application. The database is the truth; the queue only says "look now"."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

app = Celery("imtplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
