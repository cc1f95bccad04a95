#!/usr/bin/env python
"""Django's command line for IMT Plan."""

import os
import sys

from django.core.management import execute_from_command_line

from imtplan.process_start import ending_with_sentences

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imtplan.settings")
    os.environ["STATEMENT_SECONDS"] = "0"  # a migration takes as long as it takes
    with ending_with_sentences():
        execute_from_command_line(sys.argv)
