#!/usr/bin/env python
"""Django's command line for IMT Plan."""

import os
import sys

from django.core.management import execute_from_command_line

from imtplan.start import ending_with_sentences

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")
    with ending_with_sentences():
        execute_from_command_line(sys.argv)
