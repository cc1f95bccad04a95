from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from imtplan.campaigns import demo
from indicators.recomputing.recompute import recompute_stale


class Command(BaseCommand):
    help = (
        "Load fixtures/demo.json: fictitious figures, an open campaign, one login for each role. "
        "Does nothing where it is loaded already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--yes-this-is-a-demonstration",
            action="store_true",
            help="load fictitious figures into a site in production; its logins open nothing there",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.is_loaded():
            self.stdout.write("The demonstration is loaded already: nothing was changed.")
            return
        if settings.IN_PRODUCTION and not options["yes_this_is_a_demonstration"]:
            raise CommandError(
                "This site is in production: its figures would stand beside fictitious ones. "
                "If that is meant, add --yes-this-is-a-demonstration."
            )
        demo.load()
        recompute_stale()
        self.stdout.write("Loaded the demonstration. Its figures are fictitious.")
