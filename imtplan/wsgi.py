"""The entry point of the web server: `gunicorn imtplan.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from imtplan.start import ending_with_sentences, meet_the_database, meet_the_static_files
from imtplan.web.bodies import WholeBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")

with ending_with_sentences():
    application = WholeBodies(get_wsgi_application())
    meet_the_database()
    meet_the_static_files()
