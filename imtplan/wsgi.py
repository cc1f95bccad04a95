"""The entry point of the web server: `gunicorn imtplan.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

application = get_wsgi_application()
