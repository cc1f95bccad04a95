from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imtplan.campaigns import demo
from indicators.recomputing.recompute import recompute_stale


class Command(BaseCommand):
    help = "Remove the demonstration and leave the plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo.is_loaded():
            self.stdout.write("No demonstration is loaded: nothing to remove.")
            return
        count = demo.figures().count()
        question = f"{count} figures of the demonstration and its accounts will go. Type yes: "
        if not options["yes"] and input(question).strip() != "yes":
            raise CommandError("Nothing was removed.")
        try:
            gone = demo.remove()
        except demo.NobodyLeft as refusal:
            raise CommandError(
                "Nothing was removed: nobody of the plan office would be left. Make a first "
                "account with `manage.py createsuperuser`, then remove the demonstration."
            ) from refusal
        recompute_stale()
        self.stdout.write("Removed " + ", ".join(f"{n} {kind}" for kind, n in gone.items()) + ".")
