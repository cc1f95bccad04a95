"""The entry point of the web server: `gunicorn imtplan.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from imtplan.process_start import ending_with_sentences, meet_the_database, meet_the_static_files
from imtplan.web.request_bodies import WholeBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

with ending_with_sentences():
    application = WholeBodies(get_wsgi_application())
    meet_the_database()
    meet_the_static_files()
