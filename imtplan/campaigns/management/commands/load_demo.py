from typing import Any

from django.core.management.base import BaseCommand

from imtplan.campaigns import demo
from indicators.recompute import recompute_stale


class Command(BaseCommand):
    help = (
        "Load fixtures/demo.json: fictitious figures, an open campaign, one login for each role. "
        "Does nothing where it is loaded already."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if demo.is_loaded():
            self.stdout.write("The demonstration is loaded already: nothing was changed.")
            return
        demo.load()
        recompute_stale()
        self.stdout.write("Loaded the demonstration. Its figures are fictitious.")
